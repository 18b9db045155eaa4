/** The listener: it outlives its clients and its errors. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { PortHandle } from "../../src/proactor/port/port_handle.ts";
import { PipeListener } from "../../src/pipe/pipe_listener.ts";
import {
  type PipeServerOptions,
  resolveServerOptions,
} from "../../src/pipe/server_options.ts";
import { PATH, test, type World } from "./_helpers.ts";
import { turns, until } from "./_turns.ts";

interface Listening {
  listener: PipeListener;
  connected: PortHandle[];
  errors: Error[];
  room: { left: number };
  released: number;
}

function listen(world: World, options: PipeServerOptions = {}): Listening {
  const state = {
    connected: [] as PortHandle[],
    errors: [] as Error[],
    room: { left: Infinity },
    released: 0,
  };
  const resolved = resolveServerOptions(PATH, options);
  const listener = new PipeListener(world.port, resolved, {
    onConnected: (handle) => void state.connected.push(handle),
    onError: (error) => void state.errors.push(error),
    hasRoom: () => state.room.left > state.connected.length,
    onReleased: () => state.released++,
  });
  return Object.assign(state, { listener });
}

function drop(world: World, { connected, listener }: Listening): void {
  for (const handle of connected.splice(0)) {
    world.port.closeHandle(handle);
    listener.released();
  }
}

/** Demands a connection when something happens before ConnectNamedPipe. */
async function assertConnects(world: World, before: () => void) {
  const { sim } = world;
  const connect = sim.connectNamedPipe.bind(sim);
  let first = true;
  sim.connectNamedPipe = (pipe, overlapped) => {
    if (first) before();
    first = false;
    return connect(pipe, overlapped);
  };
  const it = listen(world, { instances: 1 });
  await until(() => it.connected.length === 1);
  assertEquals([it.listener.armed, it.errors], [1, []]);
  drop(world, it);
  it.listener.close();
}

test.world("several instances are armed before the constructor returns", async (world) => {
  const it = listen(world);
  assertEquals(it.listener.armed, 8);
  const clients = Array.from({ length: 8 }, () => world.open());
  await until(() => it.connected.length === 8);
  assertEquals(it.listener.armed, 8);
  drop(world, it);
  it.listener.close();
  it.listener.close();
  world.close(...clients);
  await until(() => it.released === 1);
});

test.world("a client that came before ConnectNamedPipe (535) is connected", async (world) => {
  const clients: bigint[] = [];
  await assertConnects(world, () => clients.push(world.open()));
  world.close(...clients);
});

test.world("a client that has come and left (232) is connected", async (world) => {
  await assertConnects(world, () => world.close(world.open()));
});

test.world("a failed accept is told and replaced", async (world) => {
  const it = listen(world, { instances: 2 });
  const [operation] = world.port.operations.pending();
  world.sim.completeWith(operation!.owner!.handle, 0xc000_009a);
  await until(() => it.errors.length === 1);
  assertEquals(
    it.errors[0]!.message.split(":")[0],
    `Cannot accept on pipe "${PATH.split(":")[0]}"`,
  );
  assertEquals(it.listener.armed, 1);
  while (it.listener.armed < 2) await recovered(it, 1);
  assertEquals(it.connected, []);
  it.listener.close();
});

test.world("an accept that always fails backs off instead of spinning", async (world) => {
  const it = listen(world, { instances: 1 });
  world.sim.fail("connectNamedPipe", 1450, { times: Infinity });
  const client = world.open();
  await until(() => it.errors.length === 1);
  await turns(200);
  assert(it.errors.length < 5, `${it.errors.length} errors`);
  drop(world, it);
  it.listener.close();
  world.close(client);
});

for (
  const name of [
    "createNamedPipe",
    "createIoCompletionPort",
    "connectNamedPipe",
  ] as const
) {
  test.world(`a re-arm that fails by ${name} is told, backs off and recovers`, async (world) => {
    const it = listen(world, { instances: 1 });
    world.sim.fail(name, 1450, { times: 2 });
    const first = world.open();
    await until(() => it.connected.length === 1);
    await recovered(it, 2);
    assertEquals(it.errors.length, 2);
    const second = world.open();
    await until(() => it.connected.length === 2);
    drop(world, it);
    it.listener.close();
    world.close(first, second);
  });
}

/** Waits for real time: the back-off is 10 ms, then 20 ms. */
async function recovered(it: Listening, errors: number): Promise<void> {
  do await new Promise((resolve) => setTimeout(resolve, 1)); while (
    it.listener.armed === 0 || it.errors.length < errors
  );
}

test.world("close() during a back-off leaves no timer", async (world) => {
  const it = listen(world, { instances: 1 });
  world.sim.fail("createNamedPipe", 1450);
  const client = world.open();
  await until(() => it.errors.length === 1);
  it.listener.close();
  drop(world, it);
  world.close(client);
  await turns();
  assertEquals(it.listener.armed, 0);
});

test.world("maxInstances is the most, and a close makes room", async (world) => {
  const it = listen(world, { maxInstances: 2 });
  assertEquals(it.listener.armed, 2);
  const clients = [world.open(), world.open()];
  await until(() => it.connected.length === 2);
  assertEquals(it.listener.armed, 0);
  world.close(...clients);
  drop(world, it);
  await turns();
  assertEquals([it.listener.armed, it.errors], [2, []]);
  it.listener.close();
});

test.world("without room nobody is taken, and refill() goes on", async (world) => {
  const it = listen(world, { instances: 1 });
  it.room.left = 1;
  const client = world.open();
  await until(() => it.connected.length === 1);
  assertEquals(it.listener.armed, 1, "armed before it was handed out");
  const second = world.open();
  await until(() => it.connected.length === 2);
  assertEquals(it.listener.armed, 0);
  it.room.left = 3;
  it.listener.refill();
  assertEquals(it.listener.armed, 1);
  drop(world, it);
  it.listener.close();
  world.close(client, second);
});

test.world("a name that is served already is AddrInUse", async (world) => {
  const it = listen(world);
  const { AddrInUse } = Deno.errors;
  assertThrows(() => listen(world), AddrInUse, "is served already");
  world.sim.fail("createNamedPipe", 231);
  assertThrows(() => listen(world), AddrInUse);
  it.listener.close();
  await turns();
});

const STARTS: [Parameters<World["sim"]["fail"]>[0], number, string][] = [
  ["currentUserSid", 5, "Cannot determine the user"],
  ["convertStringSecurityDescriptor", 1338, "Cannot use SDDL"],
  ["createNamedPipe", 123, "Cannot listen on pipe"],
  ["createIoCompletionPort", 8, "Cannot register handle"],
  ["virtualAlloc", 8, "Cannot allocate"],
];

for (const [name, code, message] of STARTS) {
  for (const after of name === "createNamedPipe" ? [0, 3] : [0]) {
    test.world(`a start that fails by ${name} after ${after} leaks nothing`, async (world) => {
      world.sim.fail(name, code, { after });
      assertThrows(() => listen(world), Error, message);
      await until(() => world.port.metrics().pending === 0);
      assertEquals(world.sim.openHandles, 1, "only the port");
      assertEquals(world.takeReports(), []);
      const it = listen(world);
      assert(it.listener.armed > 0);
      it.listener.close();
    });
  }
}
