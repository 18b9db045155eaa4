import { assertEquals, assertThrows } from "@std/assert";
import {
  CREATE_NEW_PROCESS_GROUP,
  CREATE_SUSPENDED,
  DETACHED_PROCESS,
} from "../../src/ffi/process_structs.ts";
import {
  resolveExec,
  resolveShell,
  type SubprocessExecOptions,
} from "../../src/process/subprocess_options.ts";
import { wrong } from "./_helpers.ts";

function assertRefused(options: SubprocessExecOptions, message: string): void {
  assertThrows(() => resolveExec("x", options), TypeError, message);
}

Deno.test("resolveExec() has the defaults of Deno.Command", () => {
  assertEquals(resolveExec("x", {}), {
    command: "x",
    args: [],
    raw: false,
    directory: null,
    env: {},
    clearEnv: false,
    stdio: ["inherit", "inherit", "inherit"],
    flags: 0,
    hide: true,
    tree: false,
    killOnExit: false,
    job: null,
    inherited: [],
  });
});

Deno.test("resolveExec() makes flags of options", () => {
  const { flags } = resolveExec("x", {
    suspended: true,
    newProcessGroup: true,
  });
  assertEquals(flags, CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP);
  assertEquals(
    resolveExec("x", { detached: true }).flags,
    DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP,
  );
  assertEquals(resolveExec("x", { killOnExit: true }).tree, true);
});

Deno.test("resolveExec() takes owners of handles", () => {
  const file = { handle: 8n };
  const { stdio, job } = resolveExec("x", {
    stdin: file,
    stdout: 4n,
    stderr: "stdout",
    job: file,
  });
  assertEquals(stdio, [file, 4n, "stdout"]);
  assertEquals(job, 8n);
});

Deno.test("resolveExec() refuses what is malformed", () => {
  for (const command of ["", "a\\", "a/", 'a"b']) {
    assertThrows(
      () => resolveExec(command, {}),
      TypeError,
      `Cannot start process "${command}": it names no program`,
    );
  }
  assertThrows(() => resolveExec("a\0", {}), TypeError, "command holds a NUL");
  assertThrows(
    () => resolveExec(wrong(1), {}),
    TypeError,
    "Cannot start process: command is a number, not a string",
  );
  assertRefused({ args: ["a\0b"] }, "an argument holds a NUL");
  assertRefused({ args: wrong("a b") }, "args is not an array");
  assertRefused({ args: wrong([1]) }, "an argument is a number");
  assertRefused({ cwd: "a\0" }, "cwd holds a NUL");
  assertRefused({ env: { "a=": "" } }, "Cannot set environment variable");
  assertRefused(
    { stdin: wrong("pipe") },
    'Cannot use stdin "pipe": it is not "piped", "inherit", "null" or a handle',
  );
  assertRefused({ stdout: wrong("stdout") }, 'Cannot use stdout "stdout"');
  assertRefused({ stderr: wrong(3) }, "the handle is a number, not a bigint");
  assertRefused({ job: wrong("j") }, "Cannot join job");
  assertRefused({ inheritHandles: wrong([3]) }, "Cannot inherit handle");
});

Deno.test("resolveExec() refuses a closed handle", () => {
  assertThrows(
    () => resolveExec("x", { stdout: { handle: null } }),
    Deno.errors.BadResource,
    "Cannot use stdout: the handle is closed or invalid",
  );
});

Deno.test("resolveShell() takes the command line as it is", () => {
  const { command, args, raw } = resolveShell('a "b" & c', {});
  assertEquals([command, args, raw], [null, ['a "b" & c'], true]);
  assertThrows(() => resolveShell(wrong(["a"]), {}), TypeError);
  assertThrows(() => resolveShell("a\0", {}), TypeError, "holds a NUL");
});
