/**
 * The programs of `examples/` as children of a test.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { defaultProcesses } from "../../src/ffi/process/default.ts";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { loadWaitSymbols } from "../../src/ffi/wait/native.ts";
import { type Subprocess, subprocessExec } from "../../src/process/mod.ts";
import { decode, encode } from "../windows/_bytes.ts";
import { inTime } from "./_stage.ts";

loadSymbols();
loadWaitSymbols();
defaultProcesses();

const FOLDER = fileURLToPath(new URL("../../examples", import.meta.url));
const FLAGS = ["-q", "--no-check", "--no-lock", "--no-prompt", "--allow-ffi"];

/** A program of the folder, and what it has written. */
export class Program implements AsyncDisposable {
  readonly #child: Subprocess;
  readonly #output: AsyncIterator<Uint8Array, undefined>;
  /** Its output and errors so far. */
  text = "";

  private constructor(child: Subprocess) {
    this.#child = child;
    this.#output = child.stdout[Symbol.asyncIterator]();
  }

  /** Starts it with the permissions that its comment names. */
  static start(name: string, ...args: string[]): Promise<Program> {
    return Program.#start(name, args, "null");
  }

  /** Starts it so that something can be typed. */
  static startToType(name: string, ...args: string[]): Promise<Program> {
    return Program.#start(name, args, "piped");
  }

  static async #start(
    name: string,
    args: string[],
    stdin: "null" | "piped",
  ): Promise<Program> {
    const file = `${FOLDER}\\${name}`;
    const child = await subprocessExec(Deno.execPath(), {
      args: ["run", ...FLAGS, ...GRANTS[name] ?? [], file, ...args],
      env: { NO_COLOR: "1" },
      stdin,
      stdout: "piped",
      stderr: "stdout",
      killTree: true,
    });
    return new Program(child);
  }

  /** Types a text. */
  async type(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(encode(text));
    writer.releaseLock();
  }

  /** Ends what is typed. */
  async endInput(): Promise<void> {
    await this.#child.stdin.close();
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

/** What a program needs besides the FFI, as its comment says. */
const GRANTS: Record<string, string[]> = {
  "chat.ts": ["--allow-env"],
  "demo.ts": ["--allow-read"],
  "docker.ts": ["--allow-env"],
  "http_server.ts": ["--allow-env"],
  "iocp/filters.ts": ["--allow-read", "--allow-write"],
  "iocp/workers.ts": ["--allow-read"],
  "lsp_server.ts": ["--allow-env"],
  "mirror.ts": ["--allow-read", "--allow-write"],
  "mysql.ts": ["--allow-env"],
  "postgres.ts": ["--allow-env"],
  "trace.ts": ["--allow-write"],
};

/** A test that starts programs. */
export function programTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, sanitizeOps: false, sanitizeResources: false, fn });
}
