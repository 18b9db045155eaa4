/** Handles that were not opened for overlapped I/O, while a read is pending. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_ACCESS_DUPLEX,
} from "../../src/ffi/constants.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { adopt, type Adopting } from "../../src/process/adopt_handle.ts";
import { inspectHandle } from "../../src/process/handle_kind.ts";
import { Fixture } from "../sim/fixture.ts";
import type { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { inWorld, PATH, type World, type WorldOptions } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";

/** What else the library asks on the JavaScript thread. */
function processesOf(sim: SimulatedWin32) {
  const { waits } = sim;
  return {
    lastError: 6,
    handleFlags: (handle: Handle) => sim.isOpen(handle) ? 0 : -1,
    duplicateHandle: (handle: Handle) => waits.duplicateHandle(handle),
  };
}

function apisOf(sim: SimulatedWin32) {
  return { win32: sim, processes: processesOf(sim), threads: sim.threadIo };
}

/** Two ends, of which the first is synchronous. */
function syncPair(sim: SimulatedWin32): { ours: Handle; peer: Handle } {
  const parameters = {
    name: PATH,
    pipeMode: 0,
    maxInstances: 1,
    outBufferSize: 4096,
    inBufferSize: 4096,
    securityDescriptor: 0n,
  };
  const ours = sim.createNamedPipe({
    ...parameters,
    openMode: PIPE_ACCESS_DUPLEX,
  });
  const access = (GENERIC_READ | GENERIC_WRITE) >>> 0;
  const flags = 0x4000_0000;
  const peer = sim.createFile({ name: PATH, access, shareMode: 0, flags });
  return { ours, peer };
}

/** Somebody else's read, such as one of `Deno.stdin`. */
function foreignRead(fixture: Fixture, file: Handle): void {
  const code = fixture.sim.threadIo.startRead({
    file,
    buffer: fixture.buffer(5),
    length: 10,
    slot: fixture.overlapped(5),
    port: fixture.port,
    key: 5,
  });
  assertEquals(code, 0);
}

Deno.test("a question about a synchronous handle waits for its read", () => {
  const fixture = new Fixture({ throwOnViolation: false });
  const { sim } = fixture;
  const { ours, peer } = syncPair(sim);
  assertEquals(sim.getNamedPipeInfo(ours)?.serverEnd, true);
  foreignRead(fixture, ours);
  sim.getNamedPipeInfo(ours);
  sim.setNamedPipeHandleState(ours, 0);
  sim.peekMessageRemainder(ours);
  sim.getNamedPipeClientProcessId(ours);
  sim.createIoCompletionPort(ours, fixture.port, 1, 0);
  sim.closeHandle(ours);
  assertEquals(
    sim.violations.map((each) => each.replace(/ 0x\w+$/, "")),
    [
      "getNamedPipeInfo",
      "setNamedPipeHandleState",
      "peekMessageRemainder",
      "getNamedPipeClientProcessId",
      "createIoCompletionPort",
      "closeHandle",
    ].map((name) => `${name} waits for what pends on synchronous handle`),
  );
  sim.closeHandle(peer);
});

Deno.test("an overlapped handle, and one that nobody reads, answers at once", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  assertEquals(fixture.read(server, 0), 997);
  assertEquals(fixture.sim.getNamedPipeInfo(server)?.serverEnd, true);
  fixture.finish(server, client);
});

Deno.test("ignoreFileLocks answers while a read is pending, as Wine does", () => {
  const fixture = new Fixture({ ignoreFileLocks: true });
  const { sim } = fixture;
  const { ours, peer } = syncPair(sim);
  foreignRead(fixture, ours);
  assertEquals(sim.getNamedPipeInfo(ours)?.serverEnd, true);
  sim.closeHandle(peer);
  fixture.finish(ours);
});

Deno.test("inspectHandle() waits for a foreign read without blocking", async () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const { ours, peer } = syncPair(sim);
  foreignRead(fixture, ours);
  let kind = "unknown";
  const asked = inspectHandle(apisOf(sim), ours).then((traits) => {
    kind = traits.kind;
    return traits;
  });
  await turns(20);
  assertEquals([kind, sim.threadIo.waiting], ["unknown", 1]);
  fixture.write(peer, 1, "x");
  assertEquals(await asked, {
    kind: "pipe",
    overlapped: false,
    messageType: false,
  });
  fixture.finish(ours, peer);
});

Deno.test("inspectHandle() asks no pipe whether it is a console", async () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const { ours, peer } = syncPair(sim);
  await inspectHandle(apisOf(sim), ours);
  assertEquals(sim.threadIo.asked, ["fileType", "fileMode", "pipeFlags"]);
  assertEquals(sim.calls.getNamedPipeInfo, undefined);
  fixture.finish(ours, peer);
});

Deno.test("inspectHandle() that is abandoned asks no more", async () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const { ours, peer } = syncPair(sim);
  foreignRead(fixture, ours);
  const aborter = new AbortController();
  const asked = inspectHandle(apisOf(sim), ours, aborter.signal);
  aborter.abort(new Error("enough"));
  await assertRejects(() => asked, Error, "enough");
  fixture.write(peer, 1, "x");
  await turns();
  assertEquals(sim.threadIo.waiting, 0);
  fixture.finish(ours, peer);
});

Deno.test("inspectHandle() refuses a closed handle without a thread", async () => {
  const fixture = new Fixture();
  const apis = apisOf(fixture.sim);
  await assertRejects(
    () => inspectHandle(apis, 0x7777n),
    Deno.errors.BadResource,
    "Cannot adopt handle 30583",
  );
  assertEquals(fixture.sim.threadIo.asked, []);
  fixture.finish();
});

/** Adopts an end of a pipe, whose other end the test has. */
async function inPipe(
  options: WorldOptions,
  body: (world: World, ours: Handle, peer: Handle) => Promise<void>,
): Promise<void> {
  await inWorld(options, async (world) => {
    const { ours, peer } = syncPair(world.sim);
    await body(world, ours, peer);
    world.close(peer);
  });
}

function adopting(world: World, changes: Partial<Adopting> = {}): Adopting {
  const { sim } = world;
  const name = "standard input";
  return { direction: "in", name, apis: apisOf(sim), ...changes };
}

Deno.test("an adopted synchronous end is read by a thread, and closed behind it", () =>
  inPipe({}, async (world, ours, peer) => {
    const { proactor } = world;
    const stream = await adopt(proactor, ours, adopting(world));
    assertEquals([stream.kind, stream.driver], ["pipe", "thread"]);
    const target = new Uint8Array(9);
    const read = stream.read(target);
    await turns();
    await proactor.send(peer, bytes("hello"));
    assertEquals(text(target.subarray(0, (await read)!)), "hello");
    const pending = stream.read(target).catch((error) => error.name);
    await turns();
    stream.close();
    assertEquals(await pending, "Interrupted");
    await stream.finished;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }));

Deno.test("a proactor that closes during the question leaves the handle to the caller", async () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const { ours, peer } = syncPair(sim);
  foreignRead(fixture, ours);
  await inWorld({ sim }, async (world) => {
    const adopted = adopt(world.proactor, ours, adopting(world));
    await world.proactor.close();
    fixture.write(peer, 1, "x");
    await assertRejects(() => adopted, Deno.errors.BadResource);
    fixture.finish(ours, peer);
  });
});

Deno.test("a violation throws where a call on this thread would block", () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const { ours } = syncPair(sim);
  foreignRead(fixture, ours);
  assertThrows(
    () => sim.getNamedPipeInfo(ours),
    Error,
    "getNamedPipeInfo waits for what pends on synchronous handle",
  );
});
