/** Half close of message pipes, whoever reads them and however. */

import { assert, assertEquals } from "@std/assert";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { openPipeTransport, servePipe } from "../../src/pipe/pipe_protocol.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import {
  inWorld,
  outcome,
  PATH,
  test,
  WINE_MESSAGES,
  type World,
} from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { explore } from "../sim/explore.ts";
import { Recorder, rig } from "./_recorder.ts";

type Ends = [served: PipeConnection, client: PipeConnection];

async function connected(world: World): Promise<Ends> {
  const { proactor } = world;
  using server = PipeServer.listen(PATH, { type: "message", proactor });
  const client = await connectPipe(PATH, { proactor });
  return [await server.accept(), client];
}

/** A client of another program, which reads bytes, and a connection to it. */
async function foreign(world: World) {
  const { proactor } = world;
  using server = PipeServer.listen(PATH, { type: "message", proactor });
  const client = world.open();
  return { served: await server.accept(), client };
}

async function readAll(connection: PipeConnection): Promise<string> {
  let all = "";
  const target = new Uint8Array(3);
  for (;;) {
    const count = await connection.read(target);
    if (count === null) return all;
    all += text(target.subarray(0, count));
  }
}

async function recvAll(world: World, client: bigint): Promise<string> {
  let all = "";
  for (;;) {
    const data = await world.proactor.recv(client, 64);
    if (data.length === 0) return all;
    all += text(data);
  }
}

async function finish(...ends: PipeConnection[]): Promise<void> {
  for (const end of ends) end.abort();
  for (const end of ends) await end.finished;
}

test.world("a client that reads a stream sees the end of a message pipe, and the server the client's", async (world) => {
  const [served, client] = await connected(world);
  for (const [from, to] of [[served, client], [client, served]] as const) {
    for (const part of ["ab", "cd", "efghijk"]) await from.write(bytes(part));
    await from.closeWrite();
    assertEquals(await readAll(to), "abcdefghijk");
  }
  await finish(served, client);
});

test.world("a protocol on a message pipe sees the end of its peer, each way", async ({ proactor }) => {
  const peer = new Recorder();
  const server = servePipe(() => peer, PATH, { type: "message", proactor });
  const [transport, protocol] = await openPipeTransport(
    () => new Recorder(),
    PATH,
    { proactor },
  );
  await until(() => peer.log.length === 1);
  transport.write(bytes("ping"));
  transport.writeEof();
  await until(() => peer.log.includes("eof"));
  await until(() => protocol.log.some((event) => event.startsWith("lost")));
  server.close();
  await server.finished;
});

Deno.test("a foreign client that reads bytes sees the end, before and after it reads", async () => {
  for (const rules of [{ swallowEmptyMessages: true }, WINE_MESSAGES]) {
    const ends = new Set<string>();
    await explore(async (choose) => {
      await inWorld(rules, async (world) => {
        const { served, client } = await foreign(world);
        const readAt = choose(4);
        let reading: Promise<string> | undefined;
        const steps = ["ab", "cd", ""];
        for (const [index, step] of steps.entries()) {
          if (index === readAt) reading = recvAll(world, client);
          if (choose(2) === 1) await turns();
          if (step === "") await served.closeWrite();
          else await served.write(bytes(step));
        }
        if (choose(2) === 1) await turns();
        ends.add(await (reading ?? recvAll(world, client)));
        world.close(client);
        await finish(served);
      });
    });
    assertEquals([...ends], ["abcd"]);
  }
});

test.world("closeWrite() and close() do not wait for a peer that never reads", async (world) => {
  const { served, client } = await foreign(world);
  await served.write(bytes("unread"));
  await served.closeWrite();
  served.close();
  await served.finished;
  assertEquals(await recvAll(world, client), "unread");
  world.close(client);
});

test.world("close() behind closeWrite() waits for what is written, not for the reader", async (world) => {
  const { proactor } = world;
  using server = PipeServer.listen(PATH, {
    type: "message",
    outBufferSize: 4,
    proactor,
  });
  const client = world.open();
  const served = await server.accept();
  const written = served.write(bytes("0123456789"));
  const ended = served.closeWrite();
  served.close();
  await turns();
  assertEquals(served.bufferedAmount, 10);
  assertEquals(await recvAll(world, client), "0123456789");
  assertEquals([await written, await outcome(ended)], [10, "ok undefined"]);
  await served.finished;
  world.close(client);
});

test.world("a peer that leaves without reading is no error of the end", async (world) => {
  const { transport, protocol, peer } = rig(world, { type: "message" });
  transport.write(bytes("unread"));
  transport.writeEof();
  await turns();
  world.close(peer);
  await until(() => protocol.log.some((event) => event.startsWith("lost")));
  assertEquals(protocol.log.slice(1), ["eof", "lost"]);
});

test.world("without a thread the end goes out at once", async (world) => {
  const [served, client] = await connected(world);
  world.sim.waits.failures.set("startFlush", 1450);
  await served.write(bytes("ab"));
  await served.closeWrite();
  assertEquals(await readAll(client), "ab");
  await finish(served, client);
});

test.world("abort() while the peer has not read gives everything back", async (world) => {
  const { served, client } = await foreign(world);
  await served.write(bytes("unread"));
  await served.closeWrite();
  await turns();
  assert(world.sim.waits.registered > 0);
  served.abort();
  await served.finished;
  await until(() => world.sim.waits.registered === 0);
  world.close(client);
});
