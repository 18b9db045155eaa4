/** The proactor: arguments, registration, polling, close. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import { waitMilliseconds } from "../../src/proactor/arguments.ts";
import { defaultProactor } from "../../src/proactor/default_proactor.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { CompletionPort } from "../../src/proactor/port/completion_port.ts";
import { partsOf } from "../../src/proactor/proactor_parts.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { inWorld, outcome, PATH, test, World, wrong } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { Recorder, rig } from "./_recorder.ts";

/** In the order of CPython's class. */
const ASYNCIO_METHODS = [
  "setLoop",
  "select",
  "recv",
  "recvInto",
  "recvFrom",
  "recvFromInto",
  "send",
  "sendTo",
  "accept",
  "connect",
  "sendfile",
  "acceptPipe",
  "connectPipe",
  "waitForHandle",
  "stopServing",
];

Deno.test("IocpProactor is one class, with asyncio's methods first", () => {
  const { prototype } = IocpProactor;
  assertEquals(Object.getPrototypeOf(prototype), Object.prototype);
  const names = Object.getOwnPropertyNames(prototype)
    .filter((name) => name !== "constructor" && name !== "port");
  assertEquals(names.slice(0, ASYNCIO_METHODS.length), ASYNCIO_METHODS);
});

test.world("a port has one set of parts, and so has one without a proactor", async (world) => {
  assertEquals(partsOf(world.port).core.port, world.port);
  const api = world.sim;
  const port = new CompletionPort(api, {
    report: () => {},
    skipOnSuccess: true,
    concurrency: 0,
  });
  assertStrictEquals(partsOf(port), partsOf(port));
  assertStrictEquals(partsOf(port).core.port, port);
  await port.close(0);
});

Deno.test("select() and poll() round time-outs up and refuse impossible ones", async () => {
  assertEquals(waitMilliseconds(undefined), 0xffff_ffff);
  assertEquals(waitMilliseconds(Infinity), 0xffff_ffff);
  assertEquals([0, 0.001, 5, 5.2].map(waitMilliseconds), [0, 1, 5, 6]);
  assertEquals(waitMilliseconds(0xffff_fffe), 0xffff_fffe);
  await inWorld({}, async (world) => {
    const { proactor, calls } = world;
    const bad = [-1, -0.001, NaN, 0xffff_ffff, 1e300, wrong<number>("1")];
    for (const timeout of [...bad, -Infinity]) {
      assertThrows(() => proactor.poll(timeout), RangeError);
      await assertRejects(() => proactor.select(timeout), RangeError);
      await assertRejects(
        () => proactor.close({ deadline: timeout }),
        RangeError,
      );
    }
    assertEquals(world.calls, calls);
    assert(!proactor.closed);
  });
});

test.world("poll() waits in the kernel for the time given", (world) => {
  assertEquals(world.proactor.poll(), 0);
  assertEquals(world.sim.now, 0);
  assertEquals(world.proactor.poll(7.5), 0);
  assertEquals(world.sim.now, 8);
});

test.world("select() gives each ended future once, but no cancelled one", async (world) => {
  const { proactor, sim } = world;
  const { server, client } = world.pair();
  assertEquals(await proactor.select(0), []);
  const read = proactor.recv(server, 9);
  const cancelled = proactor.recv(client, 9);
  cancelled.cancel();
  await turns();
  const write = proactor.send(client, bytes("abc"));
  await turns();
  assertEquals(
    new Set(await proactor.select()),
    new Set<unknown>([read, write]),
  );
  assertEquals(await proactor.select(1), []);
  sim.fail("writeFile", 232);
  const failed = proactor.send(client, bytes("x"));
  assertEquals<unknown[]>(await proactor.select(), [failed]);
  assertInstanceOf(failed.exception(), Deno.errors.BrokenPipe);
  world.close(server, client);
});

test.world("select() with a long time-out does not return at once", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  const read = proactor.recv(server, 9);
  const selected = proactor.select(3_000_000_000);
  let done = false;
  selected.then(() => done = true);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert(!done);
  proactor.send(client, bytes("abc"));
  assert((await selected).length > 0);
  assertEquals(text(await read), "abc");
  world.close(server, client);
});

Deno.test("select() in vain ends when the proactor closes", async () => {
  const { proactor } = new World();
  const selected = proactor.select();
  await proactor.close();
  assertEquals(await selected, []);
});

test.world("bad arguments make no system call and leak nothing", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  proactor.register(server);
  const { calls } = world;
  const detached = new Uint8Array(4);
  detached.buffer.transfer();
  const one = new Uint8Array(1);
  const refused: [() => unknown, new (text: string) => Error][] = [
    ...[-1, 1.5, NaN, 2 ** 32, Infinity].map((size) =>
      [() => proactor.recv(server, size), RangeError] as const
    ),
    [() => proactor.recvInto(server, detached), TypeError],
    [() => proactor.recvInto(server, new Uint8Array(0)), TypeError],
    [() => proactor.recvInto(server, wrong([1])), TypeError],
    [() => proactor.send(server, wrong("text")), TypeError],
    [() => proactor.send(server, wrong(new ArrayBuffer(2))), TypeError],
    ...[5, "5", null, undefined, {}, { handle: 5 }, true].map((handle) =>
      [() => proactor.send(wrong(handle), one), TypeError] as const
    ),
    ...[0n, INVALID_HANDLE_VALUE, { handle: null }].map((handle) =>
      [() => proactor.recv(handle, 1), Deno.errors.BadResource] as const
    ),
    ...["a/b", "", "\\\\.\\pipe\\", "\\\\.\\pipe\\a/../b", 5].map((path) =>
      [() => proactor.connectPipe(wrong(path)), TypeError] as const
    ),
    [
      () => proactor.connectPipe("\\\\.\\pipe\\" + "x".repeat(248)),
      RangeError,
    ],
  ].map(([act, error]) => [act, error] as never);
  for (const [act, error] of refused) assertThrows(act, error);
  for (const concurrency of [-1, 1.5, 2 ** 32, NaN]) {
    const options = { api: world.sim, concurrency };
    assertThrows(() => new IocpProactor(options), RangeError);
  }
  assertEquals(world.calls, calls);
  world.close(server, client);
  await turns();
});

test.world("a closed handle, and one of another kind, are refused", (world) => {
  const { proactor } = world;
  const { BadResource } = Deno.errors;
  const { server, client } = world.pair();
  proactor.register(server);
  world.close(server);
  assertThrows(() => proactor.closeHandle(0x7777n), BadResource);
  assertThrows(() => proactor.recv(0x7777n, 1), BadResource);
  world.close(client);
});

test.world("an aborted signal cancels before anything starts", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  const owner = { handle: server };
  proactor.register(owner);
  const { calls } = world;
  const signal = AbortSignal.abort(new RangeError("no"));
  const options = { signal };
  const futures = [
    proactor.recv(owner, 1, options),
    proactor.recvInto(owner, new Uint8Array(1), options),
    proactor.send(owner, bytes("a"), options),
    proactor.acceptPipe(owner, options),
    proactor.connectPipe(PATH, options),
  ];
  assertEquals(world.calls, calls);
  for (const future of futures) {
    assert(future.cancelled());
    assertEquals(await outcome(future as PromiseLike<unknown>), "RangeError");
  }
  world.close(server, client);
});

Deno.test("every start that fails at once gives its error and leaks nothing", async () => {
  using _clock = stub(performance, "now", () => 0); // all in one turn
  await inWorld({}, (world) => {
    const { proactor, sim } = world;
    const { server, client } = world.pair();
    const starts = [
      ["readFile", 64, () => proactor.recv(server, 5), "ReadFile"],
      ["readFile", 1450, () => proactor.recv(server, 1 << 20), "ReadFile"],
      ["writeFile", 233, () => proactor.send(server, bytes("a")), "WriteFile"],
      [
        "connectNamedPipe",
        5,
        () => proactor.acceptPipe(server),
        "ConnectNamedPipe",
      ],
      ["createFile", 5, () => proactor.connectPipe(PATH), "CreateFileW"],
    ] as const;
    for (const [name, code, start, syscall] of starts) {
      sim.fail(name, code);
      const error = start().exception() as Error;
      const { winerror, syscall: seen } = wrong<Record<string, unknown>>(error);
      assertEquals([winerror, seen], [code, syscall]);
      assertEquals(world.inUse, [0, 0, 0]);
    }
    sim.fail("virtualAlloc", 8);
    assertThrows(
      () => proactor.recv(server, 1 << 20),
      Error,
      "Cannot allocate",
    );
    assertEquals(world.inUse, [0, 0, 0]);
    world.close(server, client);
  });
});

for (const name of ["createIoCompletionPort", "virtualAlloc"] as const) {
  Deno.test(`a constructor that fails by ${name} leaks nothing`, () => {
    const sim = new SimulatedWin32();
    sim.fail(name, 8);
    assertThrows(() => new IocpProactor({ api: sim }), Error, "Cannot");
    assertEquals(sim.leaks(), []);
  });
}

test.world("stopServing() cancels one handle and leaves the others", async (world) => {
  const { proactor } = world;
  const [one, other] = [world.serve(), world.serve()];
  const stopped = proactor.acceptPipe(one);
  const served = proactor.acceptPipe(other);
  proactor.stopServing(one);
  assertEquals(await outcome(stopped), "CancelledError");
  assertThrows(() => proactor.acceptPipe(one), Deno.errors.BadResource);
  assert(!served.done());
  world.close(one);
  const client = world.open();
  assertEquals(await served, other);
  world.close(other, client);
});

test.world("acceptPipe() takes a client that came first, also when it has left", async (world) => {
  const { proactor } = world;
  const { server, client } = world.pair();
  assertEquals(await proactor.acceptPipe(server), server);
  await proactor.send(client, bytes("bye"));
  world.close(client);
  assertEquals(await proactor.acceptPipe(server), server);
  assertEquals(text(await proactor.recv(server, 9)), "bye");
  assertEquals(text(await proactor.recv(server, 9)), "");
  world.close(server);
});

Deno.test("close() refuses work from then on", async () => {
  const world = new World();
  const { proactor, sim } = world;
  const handle = world.serve();
  const closing = proactor.close();
  const { calls } = world;
  const { BadResource } = Deno.errors;
  assertThrows(() => proactor.recv(handle, 1), BadResource);
  assertThrows(() => proactor.send(handle, bytes("a")), BadResource);
  assertThrows(() => proactor.connectPipe(PATH), BadResource);
  assertThrows(() => proactor.poll(), BadResource);
  assertThrows(() => proactor.register(handle), BadResource);
  await assertRejects(() => proactor.select(), BadResource);
  assertEquals(world.calls, calls);
  assertEquals(await closing, 0);
  sim.closeHandle(handle);
  assertEquals(sim.leaks(), []);
});

Deno.test("close() without a limit waits for what is slow", async () => {
  const world = new World();
  const { proactor, sim } = world;
  const { server, client } = world.pair();
  const read = proactor.recv(server, 4);
  sim.holdPackets = true;
  let quarantined = -1;
  const closed = proactor.close({ deadline: Infinity }).then((count) => {
    quarantined = count;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(quarantined, -1);
  sim.releaseAll();
  await closed;
  assertEquals([quarantined, read.cancelled()], [0, true]);
  sim.closeHandle(server);
  sim.closeHandle(client);
  assertEquals(sim.leaks(), []);
});

Deno.test("close() ends connections, servers and transports that are open", async () => {
  const world = new World();
  const { proactor, sim } = world;
  const server = PipeServer.listen(PATH, { proactor, type: "byte" });
  const accepted = server.accept();
  const client = await connectPipe(PATH, { proactor });
  const connection = await accepted;
  await client.write(bytes("abcdef"));
  const target = new Uint8Array(3);
  assertEquals(await connection.read(target), 3);
  const { transport, protocol, peer } = rig(world, { path: PATH + "2" });
  await world.proactor.send(peer, bytes("x"));
  const waiting = outcome(server.accept());
  assertEquals(await proactor.close(), 0);
  await server.finished;
  await transport.finished;
  assertEquals(await waiting, "BadResource");
  assertEquals(protocol.log.filter((it) => it === "lost"), ["lost"]);
  for (const each of [client, connection]) {
    await each.finished;
    assertEquals(await outcome(each.read(target)), "BadResource");
    assertEquals(await outcome(each.write(target)), "BadResource");
  }
  sim.closeHandle(peer);
  assertEquals(sim.leaks(), []);
  assertEquals(world.takeReports(), []);
});

Deno.test("close() with a transport whose packet never comes tells it once", async () => {
  const world = new World();
  const { proactor, sim } = world;
  const { transport, protocol, peer } = rig(world, {}, new Recorder());
  sim.holdPackets = true;
  assertEquals(await proactor.close({ deadline: 10 }), 1);
  await transport.finished;
  assertEquals(protocol.log, ["made", "lost"]);
  sim.closeHandle(peer);
  sim.releaseAll();
  assertEquals(sim.violations, []);
});

test.world("callbacks of futures that throw are reported and stop no other", async (world) => {
  const { proactor } = world;
  const reports: string[] = [];
  proactor.setLoop({
    schedule: (callback) => queueMicrotask(callback),
    report: (_error, message) => reports.push(message),
  });
  const { server, client } = world.pair();
  const read = proactor.recv(server, 9);
  const seen: string[] = [];
  read.addDoneCallback(() => {
    throw new Error("boom");
  });
  read.addDoneCallback((future) => seen.push(text(future.result())));
  proactor.send(client, bytes("abc"));
  await until(() => seen.length > 0);
  assertEquals([seen, reports], [["abc"], ["Exception in a done callback"]]);
  world.close(server, client);
});

Deno.test("defaultProactor() needs Windows", {
  ignore: Deno.build.os === "windows",
}, () => {
  assertThrows(() => defaultProactor(), Deno.errors.NotSupported);
});
