/** The server: accept, backlog, close, shutdown, protocols. */

import { portOf } from "../../src/proactor/default_port.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { openPipeTransport, servePipe } from "../../src/pipe/pipe_protocol.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import {
  inWorld,
  outcome,
  PATH,
  race,
  test,
  type World,
  wrong,
} from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { explore } from "../sim/explore.ts";
import { Recorder } from "./_recorder.ts";

async function readText(connection: PipeConnection): Promise<string> {
  const target = new Uint8Array(99);
  const count = await connection.read(target);
  return text(target.subarray(0, count ?? 0));
}

for (const type of ["byte", "message"] as const) {
  test.world(`what clients of a ${type} pipe wrote before they left, before the accept, is read`, async (world) => {
    const { proactor, sim } = world;
    const connect = sim.connectNamedPipe.bind(sim);
    let left = 60;
    sim.connectNamedPipe = (pipe, overlapped) => {
      if (left > 0) writeAndLeave(world, `payload ${left--}`);
      return connect(pipe, overlapped);
    };
    await using server = PipeServer.listen(PATH, { type, proactor });
    const got = new Set<string>();
    while (got.size < 60) {
      using connection = await server.accept();
      got.add(await readText(connection));
      assertEquals(await readText(connection), "", "the end");
    }
    assertEquals(left, 0);
  });
}

Deno.test("a client that comes, writes and leaves is read, whatever comes first", async () => {
  await explore(async (choose) => {
    await inWorld({}, async (world) => {
      const { proactor, sim } = world;
      const server = PipeServer.listen(PATH, { instances: 1, proactor });
      sim.manual = true;
      let client = 0n;
      let sent = "";
      const reading = server.accept().then(async (connection) => {
        const parts = [await readText(connection), await readText(connection)];
        connection.abort();
        return parts;
      });
      await race(world, choose, [[
        () => client = world.open(),
        () =>
          void proactor.send(client, bytes("bye")).then(
            () => sent = "bye",
            () => {},
          ),
        () => world.close(client),
      ]]);
      sim.manual = false;
      const [got, end] = await reading;
      // Leaving cancels a write that has not ended.
      assert(got === "bye" || got === sent, got);
      assertEquals(end, "");
      await server.shutdown();
    });
  });
});

function writeAndLeave(world: World, payload: string): void {
  const client = world.open();
  world.proactor.send(client, bytes(payload));
  world.close(client);
}

test.world("accept() hands clients out in the order they came", async ({ proactor }) => {
  await using server = PipeServer.listen(PATH, { proactor });
  assertEquals(server.addr, { transport: "pipe", path: PATH });
  const early = [server.accept(), server.accept()];
  const clients: PipeConnection[] = [];
  for (const name of ["a", "b", "c", "d"]) {
    const client = await connectPipe(PATH, { proactor });
    await client.write(bytes(name));
    clients.push(client);
  }
  await turns();
  const accepted = [
    ...await Promise.all(early),
    await server.accept(),
    await server.accept(),
  ];
  const names = await Promise.all(accepted.map(readText));
  assertEquals(names.join(""), "abcd");
  assertEquals(server.connections.size, 4);
  for (const each of [...clients, ...accepted]) each.close();
  await until(() => server.connections.size === 0);
});

test.world("close() ends accept() and the iteration, not the connections", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { proactor });
  const seen: PipeConnection[] = [];
  const iterating = (async () => {
    for await (const connection of server) seen.push(connection);
  })();
  const client = await connectPipe(PATH, { proactor });
  await until(() => seen.length === 1);
  server.close();
  server.close();
  await iterating;
  assert(server.closed());
  await assertRejects(() => server.accept(), Deno.errors.BadResource);
  await seen[0]!.write(bytes("still"));
  assertEquals(await readText(client), "still");
  client.close();
  seen[0]!.close();
  await server.finished;
});

test.world("close() closes the connections that nobody has accepted", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { proactor });
  const client = await connectPipe(PATH, { proactor });
  await turns();
  assertEquals(server.connections.size, 1);
  server.close();
  await server.finished;
  assertEquals(await client.read(new Uint8Array(1)), null);
  client.close();
});

test.world("the backlog bounds the clients that wait for accept()", async ({ proactor, sim }) => {
  const server = PipeServer.listen(PATH, {
    proactor,
    instances: 1,
    backlog: 2,
  });
  const clients: PipeConnection[] = [];
  const dialing = Promise.all(Array.from({ length: 5 }, async () => {
    clients.push(await connectPipe(PATH, { proactor }));
  }));
  await turns(20);
  assert(clients.length <= 3, `${clients.length} clients`);
  assert(sim.pendingOperations > 0);
  const accepted: PipeConnection[] = [];
  for (let i = 0; i < 5; i++) accepted.push(await server.accept());
  await dialing;
  for (const each of [...clients, ...accepted]) each.abort();
  await server.shutdown();
});

test.world("shutdown() waits for connections, and aborts them at the deadline", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { proactor });
  const client = await connectPipe(PATH, { proactor });
  const connection = await server.accept();
  const read = outcome(connection.read(new Uint8Array(1)));
  for (const deadline of [-1, NaN, wrong<number>("x")]) {
    await assertRejects(() => server.shutdown({ deadline }), RangeError);
  }
  const slow = server.shutdown({ deadline: 3_000_000_000 });
  await turns();
  assertEquals(server.connections.size, 1);
  await server.shutdown({ deadline: 1 });
  await slow;
  assertEquals(await read, "Interrupted");
  client.close();
});

test.world("an aborted signal shuts the server down", async ({ proactor }) => {
  const aborter = new AbortController();
  const { signal } = aborter;
  const server = PipeServer.listen(PATH, { proactor, signal });
  const accepted = outcome(server.accept());
  aborter.abort();
  assertEquals(await accepted, "BadResource");
  await server.finished;
  assertThrows(() => PipeServer.listen(PATH, { proactor, signal }));
});

test.world("a server on a closed proactor is refused", async ({ proactor }) => {
  await proactor.close();
  const { BadResource } = Deno.errors;
  assertThrows(() => PipeServer.listen(PATH, { proactor }), BadResource);
});

test.world("a factory that throws loses its client only, and is told", async ({ proactor }) => {
  const errors: unknown[] = [];
  const made: Recorder[] = [];
  let calls = 0;
  const server = servePipe(
    () => {
      if (calls++ === 0) throw new RangeError("boom");
      made.push(new Recorder());
      return made.at(-1)!;
    },
    PATH,
    { proactor, onError: (error) => errors.push(error) },
  );
  const lost = await connectPipe(PATH, { proactor });
  assertEquals(await lost.read(new Uint8Array(1)), null);
  assertEquals(errors.length, 1);
  const [transport, protocol] = await openPipeTransport(
    () => new Recorder(),
    PATH,
    { proactor },
  );
  transport.write(bytes("hello"));
  await until(() => made[0]?.received === "hello");
  made[0]!.transport!.write(bytes("back"));
  await until(() => protocol.received === "back");
  transport.close();
  lost.close();
  await server.shutdown();
  assertEquals(made[0]!.log, ["made", "data hello", "eof", "lost"]);
});

test.world("an onError that throws is reported and loses no client", async (world) => {
  const { proactor, sim } = world;
  const server = PipeServer.listen(PATH, {
    proactor,
    instances: 1,
    onError: () => {
      throw new Error("boom");
    },
  });
  sim.fail("createNamedPipe", 1450);
  const client = await connectPipe(PATH, { proactor });
  const connection = await server.accept();
  assertEquals(world.takeReports().length, 1);
  await connection.write(bytes("x"));
  assertEquals(await readText(client), "x");
  client.close();
  connection.close();
  await server.shutdown();
});

test.world("openPipeTransport() closes the handle when the factory throws", async ({ proactor }) => {
  await using _server = PipeServer.listen(PATH, { proactor });
  const factory = () => {
    throw new RangeError("boom");
  };
  await assertRejects(
    () => openPipeTransport(factory, PATH, { proactor }),
    RangeError,
  );
  await assertRejects(
    () => openPipeTransport(wrong<() => Recorder>(5), PATH, { proactor }),
    TypeError,
  );
  assertThrows(() => servePipe(wrong(null), PATH, { proactor }), TypeError);
});

test.world("unref() and ref() can be called in any state", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { proactor });
  server.unref();
  await turns(40);
  assertEquals(portOf(proactor).referenced, 0);
  const client = await connectPipe(PATH, { proactor });
  const connection = await server.accept();
  client.unref();
  const read = connection.read(new Uint8Array(1));
  assert(portOf(proactor).referenced > 0);
  server.ref();
  server.ref();
  await client.write(bytes("x"));
  assertEquals(await read, 1);
  client.close();
  connection.close();
  await server.shutdown();
  server.unref();
  assertEquals(portOf(proactor).referenced, 0);
});

test.world("leaving the loop over the clients closes the server, not its connections", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { proactor });
  const client = await connectPipe(PATH, { proactor });
  for await (const connection of server) {
    await connection.write(bytes("still"));
    break;
  }
  assert(server.closed());
  assertEquals(await readText(client), "still");
  client.close();
  await server.shutdown({ deadline: 0 });
});

test.world("an error in the loop over the clients closes the server", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { proactor });
  const client = await connectPipe(PATH, { proactor });
  const loop = async () => {
    for await (const connection of server) {
      connection.abort();
      throw new RangeError("out of the loop");
    }
  };
  await assertRejects(loop, RangeError);
  assert(server.closed());
  client.abort();
  await server.finished;
});

test.world("return() of the iterator ends a next() that waits", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { proactor });
  const iterator = server[Symbol.asyncIterator]();
  assertEquals(iterator[Symbol.asyncIterator](), iterator);
  const waiting = [iterator.next(), iterator.next()];
  const end = { value: undefined, done: true } as const;
  assertEquals(await iterator.return?.(), end);
  assertEquals(await Promise.all(waiting), [end, end]);
  assertEquals(await iterator.next(), end);
  assertEquals(await iterator.return?.(), end);
  assert(server.closed());
  await server.finished;
});
