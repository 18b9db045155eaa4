/** The programs of `examples/` run as their comments say. */

import { assertEquals, assertMatch } from "@std/assert";
import { fileURLToPath } from "node:url";
import { defaultProcesses } from "../../src/ffi/process/default.ts";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { loadWaitSymbols } from "../../src/ffi/wait/native.ts";
import { type Subprocess, subprocessExec } from "../../src/process/mod.ts";
import { decode } from "../windows/_setup.ts";
import { inTime } from "./_stage.ts";

loadSymbols();
loadWaitSymbols();
defaultProcesses();

const FOLDER = fileURLToPath(new URL("../../examples", import.meta.url));
const FLAGS = ["--no-check", "--no-lock", "--no-prompt", "--allow-ffi"];

/** A program of the folder, and what it has written. */
class Program implements AsyncDisposable {
  readonly #child: Subprocess;
  readonly #output: AsyncIterator<Uint8Array, undefined>;
  /** Its output and errors so far. */
  text = "";

  private constructor(child: Subprocess) {
    this.#child = child;
    this.#output = child.stdout[Symbol.asyncIterator]();
  }

  /** Starts it with the permissions that its comment names. */
  static async start(name: string, ...args: string[]): Promise<Program> {
    const file = `${FOLDER}\\${name}`;
    const child = await subprocessExec(Deno.execPath(), {
      args: ["run", ...FLAGS, ...reads(name), file, ...args],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "stdout",
      killTree: true,
    });
    return new Program(child);
  }

  /** Waits until it has written something. */
  async wrote(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      const { value, done } = await inTime(this.#output.next());
      if (done) throw new Error(`No "${text}": ${this.text}`);
      this.text += decode(value);
    }
  }

  /** Waits for its end, and gives its lines. */
  async lines(): Promise<string[]> {
    for (;;) {
      const { value, done } = await inTime(this.#output.next());
      if (done) break;
      this.text += decode(value);
    }
    return this.text.trim().split(/\r?\n/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
  }
}

function reads(name: string): string[] {
  return name === "demo.ts" ? ["--allow-read"] : [];
}

function programTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}

programTest("echo_server.ts answers echo_client.ts", async () => {
  await using server = await Program.start("echo_server.ts");
  await server.wrote("Serving");
  await using client = await Program.start("echo_client.ts", "hello", "world");
  assertEquals(await client.lines(), ["hello world"]);
});

programTest("http_server.ts answers fetch()", async () => {
  await using server = await Program.start("http_server.ts", "0");
  await server.wrote("/\n");
  const url = /http:\S+/.exec(server.text)![0];
  const answer = await inTime(fetch(`${url}path`));
  const [hello, request] = (await answer.text()).split("\n");
  assertMatch(hello ?? "", /^Hello 127\.0\.0\.1, port \d+$/);
  assertEquals(request, "GET /path");
});

programTest("messages.ts keeps the boundaries of words", async () => {
  await using program = await Program.start("messages.ts");
  assertEquals(await program.lines(), ['["one","two","three"]']);
});

programTest("protocol_style.ts answers in capitals", async () => {
  await using program = await Program.start("protocol_style.ts");
  assertEquals(await program.lines(), ["TO BE", "OR NOT TO BE"]);
});

programTest("readiness.ts selects and reads", async () => {
  await using program = await Program.start("readiness.ts");
  assertEquals((await program.lines()).slice(-3), [
    "first received one",
    "first received two",
    "first received bye",
  ]);
});

programTest("run_process.ts runs three programs", async () => {
  await using program = await Program.start("run_process.ts");
  const lines = await program.lines();
  assertEquals(lines.slice(0, 4), ["Exit code 0:", "apple", "fig", "pear"]);
  assertMatch(lines.at(-2) ?? "", /^\d+ names$/);
  assertMatch(lines.at(-1) ?? "", /^Killed: .*SIGTERM/);
});

programTest("copy_file.ts copies what appears in a folder", async () => {
  const [inbox, archive] = [Deno.makeTempDirSync(), Deno.makeTempDirSync()];
  await using program = await Program.start("copy_file.ts", inbox, archive);
  await program.wrote("Copying");
  await Deno.writeTextFile(`${inbox}\\new.txt`, "hello");
  await program.wrote("new.txt: 5 bytes");
  assertEquals(await Deno.readTextFile(`${archive}\\new.txt`), "hello");
});

programTest("demo.ts sends files and compares hashes", async () => {
  await using program = await Program.start("demo.ts");
  const lines = await program.lines();
  const results = lines.filter((line) => line.includes("SHA-256"));
  assertEquals(results.length, 6);
  for (const line of results) assertMatch(line, /SHA-256 equal$/);
  assertMatch(lines.at(-1) ?? "", /pending: 0, slots in use: 0$/);
});
