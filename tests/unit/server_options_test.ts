/** Options of a server, checked before any system call. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  type PipeServerOptions,
  resolveServerOptions,
  serverTraits,
} from "../../src/pipe/server_options.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { PATH, test, wrong } from "./_helpers.ts";

Deno.test("resolveServerOptions() has safe defaults", () => {
  const { parameters, ...rest } = resolveServerOptions(PATH, {});
  assertEquals(rest, {
    path: PATH,
    direction: "duplex",
    messageType: false,
    instances: 8,
    maxInstances: Infinity,
    security: "currentUser",
    deadline: undefined,
  });
  assertEquals(parameters, {
    name: PATH,
    openMode: 0x4000_0003,
    pipeMode: 0x8,
    maxInstances: 255,
    outBufferSize: 65_536,
    inBufferSize: 65_536,
  });
});

Deno.test("resolveServerOptions() passes on what differs", () => {
  const options: PipeServerOptions = {
    type: "message",
    direction: "in",
    maxInstances: 3,
    allowRemote: true,
    inBufferSize: 0,
    outBufferSize: 0x7fff_ffff,
  };
  const resolved = resolveServerOptions(PATH, options);
  assertEquals(resolved.instances, 3);
  assertEquals(resolved.parameters, {
    name: PATH,
    openMode: 0x4000_0001,
    pipeMode: 0x4 | 0x2,
    maxInstances: 4,
    outBufferSize: 0x7fff_ffff,
    inBufferSize: 0,
  });
  assertEquals(serverTraits(resolved), {
    path: PATH,
    direction: "in",
    messageType: true,
    messageReadMode: true,
    serverEnd: true,
    deadline: undefined,
  });
  const out = resolveServerOptions(PATH, { direction: "out" });
  assertEquals(out.parameters.openMode, 0x4000_0002);
});

test.world("a server with bad options makes no system call", ({ proactor, sim }) => {
  const before = { ...sim.calls };
  const types: [string, unknown][] = [
    ["type", "stream"],
    ["type", 5],
    ["direction", "both"],
  ];
  for (const [name, value] of types) {
    const options = wrong<PipeServerOptions>({ proactor, [name]: value });
    assertThrows(() => PipeServer.listen(PATH, options), TypeError, name);
  }
  const numbers: [string, unknown[]][] = [
    ["instances", [0, -1, 1.5, NaN, 255, "8"]],
    ["maxInstances", [0, -1, 1.5, NaN, 255, "8"]],
    ["inBufferSize", [-1, 1.5, NaN, 2 ** 31, "8"]],
    ["outBufferSize", [-1, 1.5, NaN, 2 ** 31, "8"]],
    ["backlog", [0, -1, 1.5, NaN, 2 ** 32, "8"]],
  ];
  for (const [name, values] of numbers) {
    for (const value of values) {
      const options = wrong<PipeServerOptions>({ proactor, [name]: value });
      assertThrows(() => PipeServer.listen(PATH, options), RangeError, name);
    }
  }
  const more = { proactor, instances: 3, maxInstances: 2 };
  assertThrows(() => PipeServer.listen(PATH, more), RangeError, "1 to 2");
  for (const path of ["a/b", "\\\\server\\pipe\\x", 5]) {
    assertThrows(
      () => PipeServer.listen(wrong(path), { proactor }),
      TypeError,
    );
  }
  assertEquals(sim.calls, before);
});
