/**
 * Programs of their own, for what only a process can show: how it ends.
 *
 * @module
 */

import { removeUsed } from "../windows/_remove.ts";

const LIBRARY = new URL("_library.ts", import.meta.url).href;

/** The exit code of a program that did not come to its end. */
export const NOT_ENDED = -1;

/** Milliseconds after which a program that should end has not. */
const LIMIT = 120_000;

/** What a program leaves open is reported if it happens to be collected. */
const WARNINGS =
  /^Something was not closed ResourceWarning: .*\n(?: +at .*\n)*/gm;

/** What a program prints last, with its exit code. */
const CLOSING = /\n?<exit code (\d+)>\r?\n?$/;
const CLOSER = `addEventListener("unload", () =>
  console.log("\\n<exit code " + Deno.exitCode + ">"));
`;

/** How a program is run. */
export interface ScriptOptions {
  /**
   * Permission flags.
   *
   * @default {["--allow-ffi"]}
   */
  permissions?: string[];
  /** Its arguments. */
  args?: string[];
  /** Variables of its environment. */
  env?: Record<string, string>;
}

/** What a program has left behind. */
export interface ScriptResult {
  /**
   * The exit code as the program itself tells it; {@linkcode NOT_ENDED} when it
   * told none and Windows says 0, which Wine does of any process now and then.
   */
  code: number;
  /** What it wrote to stdout, trimmed. */
  stdout: string;
  /** What it wrote to stderr, but for warnings. */
  stderr: string;
  /** What it has left open, if that was collected. */
  warnings: string;
}

/** A running program. */
export class Script implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;
  readonly #folder: string;
  #text = "";

  /**
   * @param child The process.
   * @param folder What is removed at the end.
   */
  constructor(child: Deno.ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#stderr = new Response(child.stderr).text();
  }

  /** The process's number. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Waits until the program has written something.
   *
   * @param text What it should write to stdout.
   */
  async wrote(text: string): Promise<void> {
    while (!this.#text.includes(text)) {
      const { value, done } = await this.#lines.read();
      if (done) throw new Error(`No "${text}": ${await this.#stderr}`);
      this.#text += value;
    }
  }

  /**
   * Finds a number in what the program has written so far.
   *
   * @param label The word before it.
   * @returns The number.
   */
  number(label: string): number {
    return Number(new RegExp(`${label} (\\d+)`).exec(this.#text)?.[1]);
  }

  /** Ends the program as a power failure would. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /**
   * Waits for the program's own end, and kills it when that does not come.
   *
   * @returns What it has left behind.
   */
  async result(): Promise<ScriptResult> {
    let late = false;
    const timer = setTimeout(() => (late = true, this.kill()), LIMIT);
    await this.#readAll().finally(() => clearTimeout(timer));
    if (!late) {
      const { code } = await this.#child.status;
      return readResult(this.#text, await this.#stderr, code);
    }
    throw new Error(`No end after ${LIMIT / 1000} s: ${this.#text}`);
  }

  async #readAll(): Promise<void> {
    for (;;) {
      const { value, done } = await this.#lines.read();
      if (done) return;
      this.#text += value;
    }
  }

  /** Waits for the end, and removes the program. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.result();
    await removeUsed(this.#folder);
  }
}

/**
 * Reads what a program has left behind. Its exit code is what its closing line
 * says, or else its report of an uncaught error.
 *
 * @param output What it wrote to stdout.
 * @param errors What it wrote to stderr.
 * @param status The exit code that Windows tells.
 * @returns The result, without the closing line.
 */
export function readResult(
  output: string,
  errors: string,
  status: number,
): ScriptResult {
  const stderr = errors.replace(WARNINGS, "");
  const warnings = (errors.match(WARNINGS) ?? []).join("");
  const closing = CLOSING.exec(output)?.[1];
  const stdout = output.replace(CLOSING, "").trim();
  const written = { stdout, stderr, warnings };
  if (closing !== undefined) return { code: Number(closing), ...written };
  const uncaught = /^error: Uncaught/m.test(stderr);
  return { code: uncaught ? 1 : status || NOT_ENDED, ...written };
}

/**
 * Registers tests that run programs; they ignore themselves without the
 * permission to do so, and their names say why.
 */
export const test = {
  process(name: string, body: () => Promise<void>): void {
    const ignore = !mayRunPrograms();
    const reason = ignore
      ? " (needs --allow-run, --allow-read, --allow-write)"
      : "";
    Deno.test({ name: name + reason, ignore, fn: body });
  },
};

function mayRunPrograms(): boolean {
  return (["run", "read", "write"] as const).every((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
}

/**
 * Starts a program that has the library's exports in scope as `lib`.
 *
 * @param source A module without imports.
 * @param options Permissions and arguments.
 * @returns The running program.
 */
export function startScript(
  source: string,
  options: ScriptOptions = {},
): Script {
  const { permissions = ["--allow-ffi"], args = [], env = {} } = options;
  const folder = Deno.makeTempDirSync();
  const file = `${folder}/script.ts`;
  const head = `import * as lib from "${LIBRARY}";\n`;
  Deno.writeTextFileSync(file, head + CLOSER + source);
  const flags = ["--no-check", "--no-prompt", "--no-lock", "--no-config"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, ...permissions, file, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1", ...env },
  }).spawn();
  return new Script(child, folder);
}

/**
 * Runs a program to its own end.
 *
 * @param source A module without imports.
 * @param options Permissions and arguments.
 * @returns What it has left behind.
 */
export async function runScript(
  source: string,
  options: ScriptOptions = {},
): Promise<ScriptResult> {
  await using script = startScript(source, options);
  return await script.result();
}
