/**
 * What a command talks to: standard streams, colors, Ctrl+C.
 *
 * @module
 */

import { viewOf } from "../ffi/bytes.ts";
import { openStdin } from "../process/standard_streams.ts";
import { FAILED } from "./exit_code.ts";

/** Bytes that come from somewhere. */
export interface ByteSource {
  /**
   * Reads what is there, or waits for it.
   *
   * @param target Where the bytes go.
   * @returns Their number, or `null` at the end.
   */
  read(target: Uint8Array): Promise<number | null>;
  /** Reads no more. */
  close(): void;
}

/** Whether the streams of a terminal take colors. */
export interface TerminalColors {
  /** That of the results. */
  out: boolean;
  /** That of the messages. */
  err: boolean;
}

/** What a command talks to. */
export interface Terminal {
  /** Where colors may be used. */
  readonly colors: TerminalColors;
  /** Characters of a line. */
  readonly columns: number;
  /** Aborted by Ctrl+C. */
  readonly interrupted: AbortSignal;
  /**
   * Opens the standard input.
   *
   * @returns Its bytes, as they are.
   */
  openInput(): Promise<ByteSource>;
  /**
   * Writes results.
   *
   * @param data Text, or bytes as they are.
   * @returns Resolves when they are written.
   */
  write(data: Uint8Array | string): Promise<void>;
  /**
   * Writes a line for people, apart from the results.
   *
   * @param line Without its end.
   */
  note(line: string): void;
}

const DEFAULT_COLUMNS = 80;
const encoder = new TextEncoder();

/** The terminal of this process. */
export class SystemTerminal implements Terminal, Disposable {
  readonly #controller = new AbortController();
  readonly #interrupt = (): void => this.#onInterrupt();

  /** Listens to Ctrl+C from now on: the first is told, the second ends. */
  constructor() {
    Deno.addSignalListener("SIGINT", this.#interrupt);
  }

  get colors(): TerminalColors {
    const { noColor, stdout, stderr } = Deno;
    return {
      out: !noColor && stdout.isTerminal(),
      err: !noColor && stderr.isTerminal(),
    };
  }

  get columns(): number {
    try {
      return Deno.consoleSize().columns;
    } catch {
      return DEFAULT_COLUMNS; // no console
    }
  }

  get interrupted(): AbortSignal {
    return this.#controller.signal;
  }

  /** The library reads all but a console, which has no place on a port. */
  async openInput(): Promise<ByteSource> {
    if (!Deno.stdin.isTerminal()) return await openStdin();
    return { read: (target) => Deno.stdin.read(target), close: () => {} };
  }

  async write(data: Uint8Array | string): Promise<void> {
    let rest = typeof data === "string" ? encoder.encode(data) : data;
    while (rest.length > 0) {
      rest = viewOf(rest, await Deno.stdout.write(rest));
    }
  }

  note(line: string): void {
    let rest = encoder.encode(`${line}\n`);
    while (rest.length > 0) {
      rest = viewOf(rest, Deno.stderr.writeSync(rest));
    }
  }

  /** Ctrl+C is as before. */
  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#interrupt);
  }

  #onInterrupt(): void {
    if (this.interrupted.aborted) Deno.exit(FAILED);
    this.#controller.abort(new Interruption());
  }
}

/** What Ctrl+C ends waits with. */
export class Interruption extends Error {
  override readonly name = "Interruption";

  constructor() {
    super("Cannot go on: interrupted by Ctrl+C");
  }
}
