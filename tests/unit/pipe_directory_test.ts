/** Which pipes there are. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { isWindowsError } from "../../src/ffi/windows_error.ts";
import {
  decodePipeEntries,
  encodeSid,
} from "../../src/ffi/identity/structs.ts";
import { formatSid } from "../../src/ffi/structs.ts";
import {
  listPipes,
  pipeExists,
  pipeInfo,
  pipeOwner,
} from "../../src/pipe/mod.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { type Caller, WELL_KNOWN } from "../sim/caller.ts";
import { PATH, test, type World } from "./_helpers.ts";

/** Serves names; each has one instance more, which keeps the name. */
function serve(world: World, ...paths: string[]): PipeServer[] {
  const { proactor } = world;
  return paths.map((path) =>
    PipeServer.listen(path, { instances: 1, maxInstances: 3, proactor })
  );
}

async function shutdown(servers: PipeServer[]): Promise<void> {
  for (const server of servers) await server.shutdown();
}

test.world("listPipes() tells names and instances, and takes none of them", async (world) => {
  const { proactor } = world;
  assertEquals(await listPipes({ proactor }), []);
  const servers = serve(world, "One", "//./pipe/two/Three");
  const raw = world.serve();
  assertEquals(await listPipes({ proactor }), [
    { path: "\\\\.\\pipe\\One", instances: 2, maxInstances: 4 },
    { path: "\\\\.\\pipe\\two\\Three", instances: 2, maxInstances: 4 },
    { path: PATH, instances: 1, maxInstances: Infinity },
  ]);
  assertEquals(servers.map(({ connections }) => connections.size), [0, 0]);
  world.close(raw);
  await shutdown(servers);
  assertEquals(await listPipes({ proactor }), []);
});

test.world("listPipes() goes on where Windows' answer was full", async (world) => {
  const { proactor, sim } = world;
  const paths = Array.from({ length: 20 }, (_, i) => `\\\\.\\pipe\\pipe-${i}`);
  const servers = serve(world, ...paths);
  for (const room of [80, 100, 200, 777]) {
    sim.identity.directoryBytes = room;
    const pipes = await listPipes({ proactor });
    assertEquals(pipes.map(({ path }) => path), paths, `${room}`);
  }
  await shutdown(servers);
});

test.world("pipeInfo() and pipeExists() find a name however it is written", async (world) => {
  const { proactor } = world;
  const servers = serve(world, "Straße.Ä");
  const names = [
    "Straße.Ä",
    "STRAßE.ä",
    "//./pipe/straße.ä",
    "\\\\.\\pipe\\Straße.Ä",
  ];
  for (const name of names) {
    const info = await pipeInfo(name, { proactor });
    assertEquals(info?.path, "\\\\.\\pipe\\Straße.Ä", name);
    assertEquals(await pipeExists(name, { proactor }), true, name);
  }
  for (const name of ["Strasse.Ä", "Straße", "Straße.ÄÄ", "STRASSE.Ä"]) {
    assertEquals(await pipeInfo(name, { proactor }), null, name);
    assertEquals(await pipeExists(name, { proactor }), false, name);
  }
  await shutdown(servers);
});

test.world("pipeOwner() tells whose a pipe is, as a client that leaves at once", async (world) => {
  const { proactor, sim } = world;
  const system: Caller = { user: WELL_KNOWN.system };
  const security = "everyone";
  const server = sim.as(
    system,
    () => PipeServer.listen(PATH, { security, proactor }),
  );
  const owner = { sid: WELL_KNOWN.system, name: "system", domain: "HOST" };
  assertEquals(await pipeOwner(PATH, { proactor }), owner);
  sim.identity.fail("ownerSid", 5);
  await assertRejects(
    () => pipeOwner(PATH, { proactor }),
    Deno.errors.PermissionDenied,
    `Cannot tell whose pipe "${PATH}" is: access is denied`,
  );
  await assertRejects(
    () => pipeOwner("nobody", { proactor }),
    Deno.errors.NotFound,
    'Cannot tell whose pipe "\\\\.\\pipe\\nobody" is: no such name',
  );
  for (let i = 0; i < 2; i++) (await server.accept()).close();
  await server.shutdown();
});

test.world("listPipes() tells what Windows refuses, and closes what it has opened", async (world) => {
  const { proactor, sim } = world;
  sim.identity.fail("queryDirectory", 50);
  const error = await assertRejects(
    () => listPipes({ proactor }),
    Deno.errors.NotSupported,
    "Cannot list pipes: not supported",
  );
  assert(isWindowsError(error));
  assertEquals(error.syscall, "NtQueryDirectoryFile");
  sim.fail("createFile", 5);
  await assertRejects(
    () => listPipes({ proactor }),
    Deno.errors.PermissionDenied,
    "Cannot list pipes: access is denied",
  );
  await assertRejects(() => pipeExists("", { proactor }), TypeError);
});

Deno.test("decodePipeEntries() reads a last entry that ends with its name", () => {
  const bytes = new Uint8Array(66);
  const view = new DataView(bytes.buffer);
  view.setUint32(40, 7, true);
  view.setUint32(48, 0xffff_ffff, true);
  view.setUint32(60, 2, true);
  view.setUint16(64, "x".charCodeAt(0), true);
  const entry = { name: "x", instances: 7, maxInstances: Infinity };
  assertEquals(decodePipeEntries(bytes), [entry]);
});

Deno.test("encodeSid() is the inverse of formatSid()", () => {
  const sids = [
    "S-1-0",
    "S-1-5-18",
    "S-1-5-21-1004336348-1177238915-4294967295-1001",
    "S-1-281474976710655-1",
    `S-1-15-2${"-4294967295".repeat(7)}`,
  ];
  for (const sid of sids) assertEquals(formatSid(encodeSid(sid)), sid);
});
