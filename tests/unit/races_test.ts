/** Races, in every order that they can take. */

import { assert, assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { explore } from "../sim/explore.ts";
import { inWorld, outcome, PATH, race, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { assertEnds, cancelAgainstData, type Race } from "./_races.ts";
import { pipeEnds } from "./_pipe_ends.ts";

/** The kernels and modes that every race is run with. */
const MODES = [true, false].flatMap((skip) =>
  [true, false].map((warningPackets) => ({ skip, warningPackets }))
);

/** Explores a race in all modes. */
function raceTest(name: string, scenario: Race, expected: string[]): void {
  for (const mode of MODES) {
    const { skip, warningPackets } = mode;
    const title = `skip mode ${skip}, warning packets ${warningPackets}`;
    Deno.test(
      `${name}, in every order (${title})`,
      () => assertEnds(mode, scenario, expected),
    );
  }
}

/** Two connected connections, with nothing in flight. */
async function connected(
  world: World,
  type: "byte" | "message" = "byte",
  bufferSize = 65_536,
): Promise<[PipeConnection, PipeConnection]> {
  const sizes = { inBufferSize: bufferSize, outBufferSize: bufferSize };
  const ends = await pipeEnds(world, { type, instances: 1, ...sizes });
  await turns();
  return ends;
}

async function closeAll(world: World, ...connections: PipeConnection[]) {
  world.sim.manual = false;
  for (const connection of connections) connection.abort();
  for (const connection of connections) await connection.finished;
}

raceTest("cancel against data", async (world, choose) => {
  const { server, client } = world.pair();
  return await cancelAgainstData(world, choose, [server, client]);
}, ["ok abc", "CancelledError"]);

raceTest("close of the handle against data", async (world, choose) => {
  const { sim, proactor } = world;
  const { server, client } = world.pair();
  sim.manual = true;
  const read = proactor.recv(server, 10);
  const write = proactor.send(client, bytes("abc"));
  await race(world, choose, [[() => world.close(server)]]);
  const end = `${await outcome(read)}, ${await outcome(write)}`;
  world.close(client);
  return end;
}, ["ok abc, ok 3", "ok , ok 3"]);

raceTest("close of a server against a client", async (world, choose) => {
  const { sim, proactor } = world;
  const server = PipeServer.listen(PATH, { proactor, instances: 1 });
  sim.manual = true;
  const accepted = outcome(server.accept().then((it) => (it.abort(), "it")));
  const ends: string[] = [];
  let client: Promise<string> | undefined;
  await race(world, choose, [
    [() => {
      client = outcome(
        connectPipe(PATH, { proactor }).then((it) => (it.abort(), "it")),
      );
    }],
    [() => server.close()],
  ]);
  ends.push(await client!, await accepted);
  sim.manual = false;
  await server.finished;
  return ends.join();
}, ["ok it,ok it", "ok it,BadResource", "NotFound,BadResource"]);

for (const type of ["byte", "message"] as const) {
  raceTest(
    `read() with a signal against data on a ${type} pipe`,
    async (world, choose) => {
      const [connection, client] = await connected(world, type);
      world.sim.manual = true;
      const aborter = new AbortController();
      const target = new Uint8Array(8);
      const read = outcome(
        connection.read(target, { signal: aborter.signal })
          .then((count) => target.subarray(0, count ?? 0)),
      );
      await race(world, choose, [
        [() => aborter.abort()],
        [() => void client.write(bytes("abc"))],
      ]);
      const end = await read;
      world.sim.manual = false;
      if (end !== "ok abc") {
        assertEquals(await connection.read(target), 3);
        assertEquals(text(target.subarray(0, 3)), "abc");
      }
      await closeAll(world, connection, client);
      return end;
    },
    ["ok abc", "DOMException"],
  );
}

raceTest(
  "readMessage() with a signal against a long message",
  async (world, choose) => {
    const [connection, client] = await connected(world, "message");
    world.sim.manual = true;
    const aborter = new AbortController();
    const message = "abcd".repeat(2500);
    const read = outcome(
      connection.readMessage({ signal: aborter.signal })
        .then((it) => it?.data.length),
    );
    await race(world, choose, [
      [() => aborter.abort()],
      [() => void client.write(bytes(message))],
    ]);
    const end = await read;
    world.sim.manual = false;
    if (end === "DOMException") {
      const short = await connection.readMessage({ maxLength: 10 });
      const rest = await connection.readMessage();
      assertEquals([text(short?.data), short?.more], [
        message.slice(0, 10),
        true,
      ]);
      assertEquals([text(rest?.data), rest?.more], [message.slice(10), false]);
    }
    await closeAll(world, connection, client);
    return end;
  },
  ["ok 10000", "DOMException"],
);

raceTest("two dials for one instance", async (world, choose) => {
  const { sim, proactor } = world;
  const server = PipeServer.listen(PATH, {
    proactor,
    instances: 1,
    maxInstances: 1,
  });
  sim.manual = true;
  const order: string[] = [];
  const dial = (name: string) => async (): Promise<void> => {
    const handle = await proactor.connectPipe(PATH);
    order.push(name);
    proactor.closeHandle(handle);
  };
  const served = (async () => {
    for (let i = 0; i < 2; i++) (await server.accept()).abort();
  })();
  await race(world, choose, [[dial("a")], [dial("b")]]);
  await served;
  sim.manual = false;
  await server.shutdown();
  return order.toSorted().join();
}, ["a,b"]);

raceTest(
  "close of the proactor with operations in each state",
  async (world, choose) => {
    const { sim, proactor } = world;
    const { server, client } = world.pair({ quota: 4 });
    const listening = world.serve();
    const busy = world.pair({ path: "\\\\.\\pipe\\busy" });
    sim.manual = true;
    const ends = [
      proactor.recv(client, 4),
      proactor.send(client, bytes("abcd")),
      proactor.send(client, bytes("efgh")),
      proactor.acceptPipe(listening),
      proactor.connectPipe("\\\\.\\pipe\\busy"),
    ].map((future) => outcome(future as PromiseLike<unknown>));
    sim.complete(0);
    let closed: Promise<number> | undefined;
    await race(world, choose, [[() => {
      closed = proactor.close();
    }]]);
    assertEquals(await closed, 0);
    const [read, first, second, accept, dial] = await Promise.all(ends);
    for (
      const handle of [server, client, listening, busy.server, busy.client]
    ) {
      sim.closeHandle(handle);
    }
    sim.completeAll();
    assertEquals([read, first, accept, dial], [
      "CancelledError",
      "ok 4",
      "CancelledError",
      "BadResource",
    ]);
    return `${second}`;
  },
  ["CancelledError"],
);

raceTest(
  "a pending write against the closes of both ends",
  async (world, choose) => {
    const [connection, client] = await connected(world, "byte", 2);
    world.sim.manual = true;
    const write = outcome(connection.write(bytes("abcdef")));
    const target = new Uint8Array(10);
    const read = outcome(client.read(target));
    await race(world, choose, [
      [() => connection.close()],
      [() => client.close()],
    ]);
    const ends = [await write, await read];
    world.sim.manual = false;
    await Promise.all([connection.finished, client.finished]);
    return ends.join();
  },
  ["ok 6,ok 6", "BrokenPipe,Interrupted"],
);

raceTest(
  "messages through a busy pipe keep their order and bounds",
  async (world, choose) => {
    const [connection, client] = await connected(world, "message", 4);
    world.sim.manual = true;
    const sent = ["abc", "defgh"];
    const received: string[] = [];
    const reading = (async () => {
      for (;;) {
        const message = await client.readMessage();
        if (message === null) return;
        received.push(text(message.data));
      }
    })();
    await race(world, choose, [[
      () => sent.forEach((each) => void connection.write(bytes(each))),
      () => void connection.closeWrite(),
    ]]);
    await reading;
    assertEquals(received, sent);
    await closeAll(world, connection, client);
    return "done";
  },
  ["done"],
);

Deno.test("a race is replayed on a silent stream too", async () => {
  let now = 0;
  using _clock = stub(performance, "now", () => now += 1000);
  for (const mode of MODES) {
    await explore(async (choose) => {
      await inWorld(mode, async (world) => {
        const [connection, client] = await connected(world);
        world.sim.manual = true;
        const target = new Uint8Array(2);
        const parts: string[] = [];
        const reading = (async () => {
          for (;;) {
            const count = await connection.read(target);
            if (count === null) return;
            parts.push(text(target.subarray(0, count)));
          }
        })();
        await race(world, choose, [[
          () => void client.write(bytes("abc")),
          () => client.close(),
        ]]);
        await until(() => parts.join("").length === 3);
        await reading;
        assert(parts.join("") === "abc");
        await closeAll(world, connection, client);
      });
    });
  }
});
