import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  subprocessExec,
  type SubprocessExecOptions,
} from "../../src/process/mod.ts";
import { HARD_ARGUMENTS, randomArguments } from "../unit/_arguments.ts";
import { decode } from "../windows/_bytes.ts";
import { removeUsed } from "../windows/_remove.ts";
import { soon } from "../windows/_turns.ts";
import "../windows/process/_process.ts";
import { test } from "./_script.ts";
import { onWine } from "../windows/_wine.ts";

/** Children that get random arguments, and how many each. */
const CHILDREN = 12;
const ARGUMENTS = 100;

/** A folder with a script that tells its arguments, and a batch file. */
class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync();
  readonly script = `${this.path}/arguments.ts`;
  readonly batch = `${this.path}\\a folder & more\\show.cmd`;

  constructor() {
    const source = "console.log(JSON.stringify(Deno.args));\n";
    Deno.writeTextFileSync(this.script, source);
    Deno.mkdirSync(`${this.path}\\a folder & more`);
    const lines = ["@echo off", "echo [%1]", "echo [%2]", "exit /b 5"];
    Deno.writeTextFileSync(this.batch, lines.join("\r\n") + "\r\n");
  }

  /** What a child makes of its arguments. */
  async tell(args: readonly string[]): Promise<string[]> {
    const flags = ["--no-check", "--no-config", "--no-lock"];
    await using child = await subprocessExec(Deno.execPath(), {
      args: ["run", ...flags, this.script, ...args],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
    });
    return JSON.parse(decode((await soon(child.output())).stdout));
  }

  /** What a batch file makes of its arguments: lines, and its exit code. */
  async show(
    args: readonly string[],
    options: SubprocessExecOptions = {},
  ): Promise<[lines: string[], code: number]> {
    await using child = await subprocessExec(this.batch, {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "stdout",
      ...options,
    });
    const { code, stdout } = await soon(child.output());
    return [decode(stdout).trimEnd().split("\r\n"), code];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await removeUsed(this.path);
  }
}

test.process("a child gets hard arguments as they are", async () => {
  await using folder = new Folder();
  assertEquals(await folder.tell(HARD_ARGUMENTS), [...HARD_ARGUMENTS]);
});

test.process(`${CHILDREN} children get ${ARGUMENTS} random arguments each as they are`, async () => {
  await using folder = new Folder();
  for (let seed = 1; seed <= CHILDREN; seed++) {
    const args = randomArguments(seed, ARGUMENTS);
    assertEquals(await folder.tell(args), args, `seed ${seed}`);
  }
});

test.process("a child gets a long command line", async () => {
  await using folder = new Folder();
  const args = ["x".repeat(20_000), 'y"'.repeat(2_000)];
  assertEquals(await folder.tell(args), args);
});

test.process("a batch file gets its arguments, in quotation marks", async () => {
  await using folder = new Folder();
  const [lines, code] = await folder.show(["plain-1.2", "two words"]);
  assertEquals(lines, ["[plain-1.2]", '["two words"]']);
  assertEquals(code, 5);
});

test.process("no argument of a batch file runs a command", async () => {
  await using folder = new Folder();
  const attacks = [
    "&echo INJECTED",
    '"&echo INJECTED',
    '" & echo INJECTED & "',
    'x"&echo INJECTED&"y',
    "|echo INJECTED",
    "^&echo INJECTED",
    "\\&echo INJECTED",
    '\\"&echo INJECTED',
    "x && echo INJECTED",
    "(echo INJECTED)",
  ];
  for (const attack of attacks) {
    const [lines, code] = await folder.show([attack, "end"]);
    assert(
      !lines.some((line) => /^INJECTED/.test(line)),
      `${attack}: ${lines}`,
    );
    assertEquals(code, 5, attack);
  }
});

test.process("a variable in an argument of a batch file is not expanded, but by Wine's cmd.exe", async () => {
  await using folder = new Folder();
  const env = { PROACTOR_SECRET: "INJECTED" };
  const [lines] = await folder.show(["%PROACTOR_SECRET%"], { env });
  if (!onWine("cmd-percent")) assertEquals(lines[0], '["%PROACTOR_SECRET%"]');
  assert(lines.length > 0);
});

test.process("a line break in an argument of a batch file is refused", async () => {
  await using folder = new Folder();
  for (const arg of ["a\nb", "a\r"]) {
    await assertRejects(
      () => folder.show([arg]),
      TypeError,
      "Cannot start batch file: an argument holds a line break",
    );
  }
});
