/** What Windows has no room for is refused, or has another name. */

import { assert, assertEquals, assertGreater } from "@std/assert";
import { assertRejects } from "@std/assert";
import { copyFile } from "../../../src/file/mod.ts";
import { subprocessExec, subprocessShell } from "../../../src/process/mod.ts";
import { Folder } from "../file/_files.ts";
import { test } from "../_setup.ts";
import { decode } from "../_bytes.ts";
import { soon } from "../_turns.ts";
import { finish, PIPED, runShell } from "./_process.ts";

test.proactor("variables arrive whole, or are refused; all together have no limit", async (proactor) => {
  const value = "v".repeat(32_764);
  const env: Record<string, string> = {};
  for (const name of "ABCD") env[name] = value;
  const { stdout } = await runShell(proactor, "set", { env });
  const lines = decode(stdout).split("\r\n");
  for (const name of "ABCD") {
    assert(lines.includes(`${name}=${value}`), `${name} is whole`);
  }
  for (const length of [32_765, 32_767, 65_536, 70_000]) {
    const env = { A: "v".repeat(length) };
    await assertRejects(
      () => subprocessShell("echo", { env, proactor }),
      RangeError,
      'Cannot set environment variable "A": it takes',
    );
  }
});

test.proactor("command lines of 32,767 characters are refused", async (proactor) => {
  const long = "a".repeat(32_767);
  const refused = [
    () => subprocessExec("cmd.exe", { args: [long], proactor }),
    () =>
      subprocessExec("cmd.exe", {
        args: [long],
        windowsRawArguments: true,
        proactor,
      }),
    () => subprocessShell(long, { proactor }),
    () => subprocessExec(`C:\\${long}`, { proactor }),
  ];
  for (const call of refused) await assertRejects(call, RangeError);
});

/** Makes folders in a folder until a path has so many characters. */
function deepFolder(folder: Folder, length: number): string {
  let path = folder.path;
  while (path.length < length) {
    const rest = Math.min(100, length - path.length - 1);
    const name = "d".repeat(Math.max(rest, 1));
    const above = path.slice(folder.path.length + 1);
    path = folder.folder(above === "" ? name : `${above}\\${name}`);
  }
  return path;
}

for (const length of [258, 259, 260, 300, 1000]) {
  test.proactor(`a process starts in a directory of ${length} characters`, async (proactor) => {
    using folder = new Folder();
    const path = deepFolder(folder, length);
    const { stdout, code } = await runShell(proactor, "cd", { cwd: path });
    assertEquals(code, 0);
    const cwd = decode(stdout).trim();
    assert(cwd.length <= 258 && /^[A-Z]:\\/i.test(cwd), cwd);
    if (path.length <= 258) assertEquals(cwd, path);
  });
}

test.proactor("a program whose path is long starts, or is not found", async (proactor) => {
  using folder = new Folder();
  const path = deepFolder(folder, 400).slice(folder.path.length + 1);
  const program = folder.file(`${path}\\hostname.exe`);
  const source = "C:\\windows\\system32\\hostname.exe";
  await soon(copyFile(source, program, { proactor }));
  const options = { ...PIPED, stdin: "null", proactor } as const;
  const child = await soon(subprocessExec(program, options));
  const { code, stdout } = await finish(child);
  assertEquals(code, 0);
  assertGreater(stdout.length, 0);
  for (const length of [300, 2000, 32_000]) {
    const name = `C:\\${"x".repeat(length)}`;
    await assertRejects(
      () => soon(subprocessExec(name, { proactor })),
      Deno.errors.NotFound,
    );
  }
});

test.proactor("a long directory that is not there is told", async (proactor) => {
  using folder = new Folder();
  for (const name of ["none", "n".repeat(255), "n\\".repeat(500)]) {
    const cwd = `${folder.path}\\${name}`;
    await assertRejects(
      () => soon(subprocessShell("cd", { cwd, proactor })),
      Deno.errors.NotADirectory,
    );
  }
  await assertRejects(
    () => soon(subprocessShell("cd", { cwd: "n".repeat(40_000), proactor })),
    RangeError,
  );
});
