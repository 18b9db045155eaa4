/** Starting children: asyncio's test_subprocess, and what Windows adds. */

import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { InvalidStateError, IocpProactor, WindowsError } from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode, readText } from "../_bytes.ts";
import { isOpen } from "../_handles.ts";
import { soon, turn } from "../_turns.ts";
import { pipe } from "../../../src/pipe/mod.ts";
import { subprocessExec, subprocessShell } from "../../../src/process/mod.ts";
import { finish, linesOf, PIPED, runShell, startWaiting } from "./_process.ts";

test.proactor("subprocessExec() gives output and exit code", async (proactor) => {
  const child = await subprocessExec("cmd.exe", {
    ...PIPED,
    args: ["/d", "/c", "echo out& echo err>&2& exit 7"],
    windowsRawArguments: true,
    proactor,
  });
  assertGreater(child.pid, 0);
  const { success, code, signal, stdout, stderr } = await finish(child);
  assertEquals({ success, code, signal }, {
    success: false,
    code: 7,
    signal: null,
  });
  assertEquals(decode(stdout), "out\r\n");
  assertEquals(decode(stderr), "err\r\n");
});

test.proactor("status has exit codes as u32", async (proactor) => {
  const codes: [string, number][] = [
    ["0", 0],
    ["1", 1],
    ["-1", 0xffff_ffff],
    ["-1073741819", 0xc000_0005],
  ];
  for (const [text, code] of codes) {
    const status = await runShell(proactor, `exit ${text}`);
    assertEquals([status.code, status.success], [code, code === 0]);
  }
});

test.proactor("ten waits for one end all get the status", async (proactor) => {
  const child = await subprocessShell("exit 7", { proactor, stdin: "null" });
  const waits = Array.from({ length: 10 }, () => child.status);
  const codes = (await soon(Promise.all(waits))).map(({ code }) => code);
  assertEquals(codes, Array(10).fill(7));
  assertEquals((await child.status).code, 7);
});

test.proactor("output() feeds standard input", async (proactor) => {
  const child = await subprocessExec("sort.exe", { ...PIPED, proactor });
  const input = encode("b\r\nc\r\na\r\n");
  const { stdout } = await soon(child.output({ input }));
  assertEquals(decode(stdout), "a\r\nb\r\nc\r\n");
});

test.proactor("output() without input lets the child see the end", async (proactor) => {
  for (const input of [undefined, new Uint8Array()]) {
    const child = await subprocessExec("sort.exe", { ...PIPED, proactor });
    const options = input === undefined ? {} : { input };
    const { code, stdout } = await soon(child.output(options));
    assertEquals([code, stdout.length], [0, 0]);
  }
});

test.proactor("output() ignores that a child does not read", async (proactor) => {
  const child = await subprocessShell("exit 3", { ...PIPED, proactor });
  const output = await soon(child.output({ input: new Uint8Array(1 << 20) }));
  assertEquals(output.code, 3);
});

test.proactor("streams that are not piped are refused", async (proactor) => {
  const child = await subprocessShell("exit", {
    stdin: "null",
    stdout: "null",
    stderr: "null",
    proactor,
  });
  assertThrows(
    () => child.stdin,
    TypeError,
    "Cannot get stdin: it is not piped",
  );
  assertThrows(() => child.stdout, TypeError, "Cannot get stdout");
  assertThrows(() => child.stderr, TypeError, "Cannot get stderr");
  await assertRejects(() => child.output({ input: encode("x") }), TypeError);
  const output = await soon(child.output());
  assertThrows(() => output.stdout, TypeError, "Cannot get stdout");
  assertEquals(child.pipes, { stdin: null, stdout: null, stderr: null });
});

test.proactor("stdin null is empty, stdout null takes everything", async (proactor) => {
  const { code, stdout } = await runShell(proactor, "sort");
  assertEquals([code, stdout.length], [0, 0]);
  const child = await subprocessShell("echo x", { stdout: "null", proactor });
  assertEquals((await soon(child.status)).code, 0);
});

test.proactor("stderr can go where stdout goes", async (proactor) => {
  const child = await subprocessShell("echo out& echo err>&2", {
    stdin: "null",
    stdout: "piped",
    stderr: "stdout",
    proactor,
  });
  const { stdout } = await soon(child.output());
  assertEquals(linesOf(stdout), ["out", "err"]);
});

test.proactor("a standard stream can be a handle of the caller", async (proactor) => {
  const [reader, writer] = pipe({ overlapped: [true, false], proactor });
  using _reader = reader;
  const child = await subprocessShell("echo hello", {
    stdin: "null",
    stdout: writer,
    proactor,
  });
  assert(isOpen(writer.fileno())); // the child has a duplicate
  writer.close();
  await soon(child.status);
  assertEquals(decode(await soon(proactor.recv(reader, 100))), "hello\r\n");
  assertEquals((await soon(proactor.recv(reader, 100))).length, 0);
});

test.proactor("cwd is the child's current directory", async (proactor) => {
  const cwd = "C:\\windows\\system32";
  const { stdout } = await runShell(proactor, "cd", { cwd });
  assertEquals(linesOf(stdout)[0]!.toLowerCase(), cwd.toLowerCase());
  const url = new URL("file:///C:/windows");
  const other = await runShell(proactor, "cd", { cwd: url });
  assertEquals(linesOf(other.stdout)[0]!.toLowerCase(), "c:\\windows");
});

test.proactor("env is added to the parent's environment", async (proactor) => {
  const { stdout } = await runShell(
    proactor,
    "echo %ProactorTest%-%SystemRoot%",
    {
      env: { PROACTORTEST: "a=b ü" },
    },
  );
  assertStringIncludes(decode(stdout), "a=b ");
  assertStringIncludes(decode(stdout).toLowerCase(), "-c:\\windows");
});

test.proactor("env replaces a variable in any case", async (proactor) => {
  const env = { pathext: ".x" };
  const { stdout } = await runShell(proactor, "set PATHEXT", { env });
  assertEquals(linesOf(stdout), ["pathext=.x"]);
});

test.proactor("clearEnv leaves nothing of the parent's environment", async (proactor) => {
  const env = { OnlyThis: "1" };
  const { stdout } = await runShell(proactor, "set", { env, clearEnv: true });
  const names = linesOf(stdout).map((line) => line.split("=")[0]!);
  assert(names.includes("OnlyThis"));
  for (const name of ["TEMP", "USERPROFILE", "APPDATA"]) {
    assert(!names.includes(name), name);
  }
});

test.proactor("no variable and clearEnv is an empty environment", async (proactor) => {
  const args = ["/d", "/c", "exit 5"];
  const options = { ...PIPED, args, clearEnv: true, proactor };
  const child = await subprocessExec("cmd.exe", options);
  assertEquals((await finish(child)).code, 5);
});

test.proactor("a name is found in the system's directory", async (proactor) => {
  for (const command of ["cmd", "CMD.EXE", "C:\\windows\\system32\\cmd"]) {
    const child = await subprocessExec(command, {
      args: ["/c", "exit 4"],
      proactor,
    });
    assertEquals((await soon(child.status)).code, 4);
  }
});

test.proactor("a program that does not exist is told", async (proactor) => {
  const error = await assertRejects(
    () => subprocessExec("no-such-program", { ...PIPED, proactor }),
    Deno.errors.NotFound,
    'Cannot start process "no-such-program": no such program',
  );
  assertEquals(Reflect.get(error, "syscall"), "SearchPathW");
  const path = "C:\\no\\such.exe";
  const other = await assertRejects(
    () => subprocessExec(path, { ...PIPED, proactor }),
    Deno.errors.NotFound,
    `Cannot start process "${path}"`,
  );
  assertEquals(Reflect.get(other, "syscall"), "CreateProcessW");
});

test.proactor("a file that is no program is told", async (proactor) => {
  const error = await assertRejects(
    () => subprocessExec("C:\\windows\\win.ini", { ...PIPED, proactor }),
    WindowsError,
    'Cannot start process "C:\\windows\\win.ini": it is no program',
  );
  assertEquals(Reflect.get(error, "winerror"), 193);
});

test.proactor("a directory that does not exist is told", async (proactor) => {
  await assertRejects(
    () => subprocessShell("exit", { ...PIPED, cwd: "C:\\no\\such", proactor }),
    Deno.errors.NotADirectory,
    'in "C:\\no\\such": it is not a directory',
  );
});

test.proactor("a suspended child runs when it is resumed", async (proactor) => {
  const child = await subprocessShell("echo x", {
    ...PIPED,
    suspended: true,
    proactor,
  });
  const read = readText(child.pipes.stdout!);
  // Another child, started later, runs to its end meanwhile.
  await runShell(proactor, "echo y");
  const early = await Promise.race([child.status, read, turn()]);
  assertEquals(early, undefined);
  child.resume();
  assertEquals(await soon(read), "x\r\n");
  assertEquals((await soon(child.status)).code, 0);
  assertThrows(
    () => child.resume(),
    InvalidStateError,
    "Cannot resume process: it is not suspended",
  );
  await child[Symbol.asyncDispose]();
});

test.proactor("a suspended child can be killed", async (proactor) => {
  const child = await startWaiting(proactor, { suspended: true });
  child.kill();
  assertEquals(await soon(child.status), {
    success: false,
    code: 1,
    signal: "SIGTERM",
  });
  await child[Symbol.asyncDispose]();
});

test.proactor("a detached child and one in a group of its own run", async (proactor) => {
  for (const options of [{ detached: true }, { newProcessGroup: true }]) {
    const { code } = await runShell(proactor, "exit 7", options);
    assertEquals(code, 7);
  }
});

test.proactor("a child may show its window", async (proactor) => {
  const { code } = await runShell(proactor, "exit 7", { hide: false });
  assertEquals(code, 7);
});

Deno.test("subprocessExec() uses the shared proactor by default", async () => {
  const child = await subprocessExec("cmd.exe", { args: ["/c", "exit 9"] });
  assertEquals((await soon(child.status)).code, 9);
});

Deno.test("subprocessExec() refuses a closed proactor", async () => {
  const proactor = new IocpProactor();
  await proactor.close();
  const error = await assertRejects(
    () => subprocessExec("cmd.exe", { proactor }),
    Deno.errors.BadResource,
    "Cannot start process: the proactor is closed",
  );
  assertInstanceOf(error, Error);
});

test.proactor("starting blocks the thread for less than the start lasts", async (proactor) => {
  const start = performance.now();
  const starting = subprocessShell("exit", { stdin: "null", proactor });
  const blocked = performance.now() - start;
  const child = await soon(starting);
  const lasted = performance.now() - start;
  await soon(child.status);
  assertLess(blocked, lasted / 2);
});
