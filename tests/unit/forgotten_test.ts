/** What nobody has closed, and nobody can close any more. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
} from "@std/assert";
import { stub } from "@std/testing/mock";
import { WriteHalf } from "../../src/stream/write_half.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { servePipe } from "../../src/pipe/pipe_protocol.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { collectAll, collectUntil } from "./_collect.ts";
import { inWorld, PATH, test, type World } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";

/** What the world has reported, one by one. */
function takeWarnings(world: World): string[] {
  const errors = world.errors.splice(0).map((error) => {
    assertInstanceOf(error, Error);
    return `${error.name}: ${error.message}`;
  });
  world.takeReports();
  return errors;
}

const REASON = "it was collected without a close";
const PIPE = `ResourceWarning: Closed pipe "${PATH}": ${REASON}`;
const SERVER = `ResourceWarning: Closed pipe server: ${REASON}`;

/** Connects a pipe. */
async function connected(
  world: World,
): Promise<[server: PipeServer, client: PipeConnection, PipeConnection]> {
  const { proactor } = world;
  const server = PipeServer.listen(PATH, { proactor, instances: 1 });
  const client = await connectPipe(PATH, { proactor });
  return [server, client, await server.accept()];
}

for (const skip of [true, false]) {
  const mode = skip ? "" : " (a packet for every operation)";

  Deno.test(`a connection that is forgotten is closed and reported${mode}`, async () => {
    await inWorld({ skip }, async (world) => {
      let peer: PipeConnection;
      let server: PipeServer;
      await (async () => {
        const [listening, client, served] = await connected(world);
        [server, peer] = [listening, client];
        const signal = AbortSignal.timeout(1);
        // Leaves a read in flight that nobody waits for.
        await served.read(new Uint8Array(1), { signal }).catch(() => {});
        await served.write(bytes("a"));
      })();
      await collectUntil(() => world.reports.length > 0);
      assertEquals(takeWarnings(world), [PIPE]);
      const target = new Uint8Array(10);
      assertEquals(await peer!.read(target), 1);
      assertEquals(await peer!.read(target), null);
      peer!.close();
      await server!.shutdown();
    });
  });
}

test.world("a connection that somebody reads from is not forgotten", async (world) => {
  const [server, peer, got] = await (async () => {
    const [server, client, served] = await connected(world);
    const target = new Uint8Array(10);
    const got = served.read(target).then((count) => {
      served.close();
      return count;
    });
    return [server, client, got] as const;
  })();
  await collectAll();
  await peer.write(bytes("abc"));
  assertEquals(await got, 3);
  peer.close();
  await server.shutdown();
});

test.world("a connection is not forgotten while a read or a write of it waits", async (world) => {
  const size = 200_000; // more than the pipe has room for
  const [server, peer, ends] = await (async () => {
    const [server, client, served] = await connected(world);
    const ends = [
      served.read(new Uint8Array(10)),
      served.write(new Uint8Array(size)),
    ];
    return [server, client, Promise.all(ends)] as const;
  })();
  await collectAll();
  await peer.write(bytes("abc"));
  await collectAll();
  const target = new Uint8Array(size);
  for (let got = 0; got < size;) got += (await peer.read(target))!;
  assertEquals(await ends, [3, size]);
  await collectUntil(() => world.reports.length > 0);
  assertEquals(takeWarnings(world), [PIPE]);
  peer.close();
  await server.shutdown();
});

test.world("a connection whose write was refused is forgotten", async (world) => {
  let rest: [PipeServer, PipeConnection];
  await (async () => {
    const [server, client, served] = await connected(world);
    rest = [server, client];
    using _write = stub(WriteHalf.prototype, "write", () => {
      throw new RangeError("too long");
    });
    await assertRejects(() => served.write(bytes("a")), RangeError);
  })();
  await collectUntil(() => world.reports.length > 0);
  assertEquals(takeWarnings(world), [PIPE]);
  rest![1].close();
  await rest![0].shutdown();
});

test.world("a connection whose streams somebody has is not forgotten", async (world) => {
  const [server, peer, readable] = await (async () => {
    const [server, client, served] = await connected(world);
    return [server, client, served.readable] as const;
  })();
  await collectAll();
  await peer.write(bytes("abc"));
  const reader = readable.getReader();
  const { value } = await reader.read();
  assertEquals(value, bytes("abc"));
  await reader.cancel();
  peer.close();
  await server.shutdown();
});

test.world("connections that were closed are not reported", async (world) => {
  await (async () => {
    const [server, client, served] = await connected(world);
    client.close();
    served.abort();
    await server.shutdown();
  })();
  await collectAll();
  await turns();
});

test.world("a server that is forgotten is closed and reported", async (world) => {
  const { proactor } = world;
  (() => void PipeServer.listen(PATH, { proactor }))();
  await collectUntil(() => world.reports.length > 0);
  assertEquals(takeWarnings(world), [SERVER]);
  await until(() => proactor.metrics().pending === 0);
  // The name is free again.
  await PipeServer.listen(PATH, { proactor }).shutdown();
});

test.world("a server that somebody waits on is not forgotten", async (world) => {
  const { proactor } = world;
  const served = (async () => {
    const server = PipeServer.listen(PATH, { proactor });
    for await (const connection of server) {
      connection.close();
      server.close();
      return true;
    }
    return false;
  })();
  await collectAll();
  const client = await connectPipe(PATH, { proactor });
  assertEquals(await served, true);
  client.close();
});

test.world("connections that a server has served and forgotten do not stay", async (world) => {
  const { proactor } = world;
  const server = PipeServer.listen(PATH, { proactor });
  const peers: PipeConnection[] = [];
  for (let i = 0; i < 5; i++) {
    peers.push(await connectPipe(PATH, { proactor }));
    await server.accept();
  }
  await collectUntil(() => world.reports.length >= 5);
  assertEquals(takeWarnings(world), Array(5).fill(PIPE));
  await until(() => server.connections.size === 0);
  for (const peer of peers) peer.close();
  await server.shutdown();
});

test.world("a server of protocols serves on, whoever has it", async (world) => {
  const { proactor } = world;
  const { finished } = (() => {
    let transport: { close(): void };
    const server = servePipe(
      () => ({
        connectionMade: (made) => transport = made,
        dataReceived: () => transport.close(),
      }),
      PATH,
      { proactor },
    );
    const { finished } = server;
    return { finished };
  })();
  await collectAll();
  const client = await connectPipe(PATH, { proactor });
  await collectAll();
  await client.write(bytes("a"));
  assert(await client.read(new Uint8Array(1)) === null);
  client.close();
  await proactor.close();
  await finished;
});
