import { assertEquals, assertThrows } from "@std/assert";
import {
  CREATE_NEW_PROCESS_GROUP,
  CREATE_SUSPENDED,
  DETACHED_PROCESS,
} from "../../src/ffi/process/structs.ts";
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
    deadline: undefined,
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
  assertRefused({ args: ["a\0b"] }, "one of args holds a NUL");
  assertRefused({ args: wrong("a b") }, "args is not an array");
  assertRefused({ args: wrong([1]) }, "one of args is a number");
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

Deno.test("resolveExec() refuses NUL and too much in every text", () => {
  const nul: SubprocessExecOptions[] = [
    { args: ["ok", "\0"] },
    { cwd: "C:\\a\0b" },
    { cwd: new URL("file:///C:/a%00b") },
    { cwd: new URL("file:///C:/a%5Cb") },
    { cwd: new URL("https://example.com/") },
    { cwd: "" },
    { env: { "A\0B": "" } },
    { env: { A: "a\0B=b" } },
  ];
  for (const options of nul) {
    assertThrows(() => resolveExec("x", options), TypeError);
    const { args: _, ...common } = options;
    if (options.args === undefined) {
      assertThrows(() => resolveShell("x", common), TypeError);
    }
  }
  assertThrows(() => resolveExec("C:\\x\0.exe", {}), TypeError);
  assertThrows(
    () => resolveExec(new URL("file:///C:/x%00.exe"), {}),
    TypeError,
  );
  const env = { A: "a".repeat(40_000) };
  assertThrows(() => resolveExec("x", { env }), RangeError);
  assertThrows(() => resolveShell("x", { env }), RangeError);
});

Deno.test("resolveExec() takes file URLs as Windows spells them", () => {
  const command = new URL("file:///C:/Program%20Files/x.exe");
  const cwd = new URL("file://server/share/dir");
  const launch = resolveExec(command, { cwd });
  assertEquals(launch.command, "C:\\Program Files\\x.exe");
  assertEquals(launch.directory, "\\\\server\\share\\dir");
});

Deno.test("resolveExec() keeps what it has checked", () => {
  const args = ["a"];
  const env: Record<string, string> = { A: "a" };
  const inheritHandles = [8n];
  const launch = resolveExec("x", { args, env, inheritHandles });
  args[0] = "\0";
  args.push("b");
  env.A = "\0";
  env.B = "b";
  inheritHandles.push(12n);
  assertEquals(launch.args, ["a"]);
  assertEquals(launch.env, { A: "a" });
  assertEquals(launch.inherited, [8n]);
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
