/**
 * The command line as a program of its own.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { NOT_ENDED } from "./_script.ts";

const CLI = new URL("../../src/cli/mod.ts", import.meta.url).href;

/** Milliseconds after which a command that should end has not. */
const PATIENCE = 120_000;

/** Tells the exit code, which Wine's Deno.Command takes for 0 now and then. */
const CLOSING = /\n?<exit code (\d+)>\r?\n?$/;
const CLOSER = "data:text/javascript," + encodeURIComponent(`
  addEventListener("unload", () =>
    console.error("\\n<exit code " + Deno.exitCode + ">"));
`);

/** How a command is run. */
export interface CliOptions {
  /** Its input; none leaves it open. */
  input?: Uint8Array | string;
  /** A file that is its input. */
  inputFile?: string;
  /**
   * Permission flags.
   *
   * @default {["--allow-ffi"]}
   */
  permissions?: readonly string[];
  /** Variables of its environment. */
  env?: Record<string, string>;
  /** A module that is run before it. */
  preload?: string;
}

/** What a command has left behind. */
export interface CliResult {
  /** Its exit code, as it tells it itself. */
  code: number;
  /** Its results. */
  stdout: Uint8Array<ArrayBuffer>;
  /** The same as text. */
  text: string;
  /** What it told beside them. */
  stderr: string;
}

/** A running command. */
export class Cli implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #out: Collected;
  readonly #err: Collected;

  /**
   * Starts a command.
   *
   * @param args Its arguments.
   * @param options How it is run.
   */
  constructor(args: readonly string[], options: CliOptions = {}) {
    const { permissions = ["--allow-ffi"], env = {}, preload } = options;
    const preloads = [CLOSER, ...preload === undefined ? [] : [preload]];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "--no-prompt", "--no-lock", "--no-config"],
        ...preloads.map((module) => `--preload=${module}`),
        ...permissions,
        CLI,
        ...args,
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env,
    }).spawn();
    this.#out = new Collected(this.#child.stdout);
    this.#err = new Collected(this.#child.stderr);
    this.#type(options).catch(() => {}); // it may have ended before
  }

  /**
   * Waits until something was written.
   *
   * @param text What, to stdout or stderr.
   */
  async wrote(text: string): Promise<void> {
    const found = [this.#out, this.#err].map((one) => one.has(text));
    await deadline(Promise.any(found), PATIENCE).catch((error) => {
      throw new Error(`No "${text}": ${this.#err.text}`, { cause: error });
    });
  }

  /** What it has written so far. */
  get text(): string {
    return this.#out.text;
  }

  /** Types something in. */
  async type(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  /** Ends its input. */
  async endInput(): Promise<void> {
    await this.#child.stdin.close().catch(() => {});
  }

  /** Waits for its own end. */
  async result(): Promise<CliResult> {
    const [stdout, , { code: status }] = await deadline(
      Promise.all([this.#out.all, this.#err.all, this.#child.status]),
      PATIENCE,
    );
    const told = CLOSING.exec(this.#err.text)?.[1];
    return {
      code: told === undefined ? status || NOT_ENDED : Number(told),
      stdout,
      text: this.#out.text.replaceAll("\r\n", "\n"),
      stderr: this.#err.text.replace(CLOSING, "").replaceAll("\r\n", "\n"),
    };
  }

  /** Ends it as a power failure would, unless it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.endInput();
    await Promise.all([this.#out.all, this.#err.all, this.#child.status]);
  }

  async #type({ input, inputFile }: CliOptions): Promise<void> {
    if (inputFile !== undefined) {
      const file = await Deno.open(inputFile);
      await file.readable.pipeTo(this.#child.stdin);
    } else if (input !== undefined) {
      const data = typeof input === "string"
        ? new TextEncoder().encode(input)
        : input;
      const writer = this.#child.stdin.getWriter();
      await writer.write(data);
      await writer.close();
    }
  }
}

/**
 * Runs a command to its own end.
 *
 * @param args Its arguments.
 * @param options How it is run.
 * @returns What it has left behind.
 */
export async function runCli(
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> {
  await using cli = new Cli(args, { input: "", ...options });
  return await cli.result();
}

/** The bytes of a stream so far. */
class Collected {
  /** All of them, at the end. */
  readonly all: Promise<Uint8Array<ArrayBuffer>>;
  readonly #chunks: Uint8Array<ArrayBuffer>[] = [];
  readonly #waiters = new Set<() => void>();
  #ended = false;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.all = this.#collect(stream);
  }

  get text(): string {
    const decoder = new TextDecoder();
    return this.#chunks.map((chunk) => decoder.decode(chunk, STREAM)).join("");
  }

  async has(text: string): Promise<void> {
    while (!this.text.includes(text)) {
      if (this.#ended) throw new Error(`No "${text}"`);
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
  }

  async #collect(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    for await (const chunk of stream) {
      this.#chunks.push(chunk);
      this.#wake();
    }
    this.#ended = true;
    this.#wake();
    return new Uint8Array(await new Blob(this.#chunks).arrayBuffer());
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}

const STREAM = { stream: true };
