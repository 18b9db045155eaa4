/**
 * A terminal that remembers.
 *
 * @module
 */

import type {
  ByteSource,
  Terminal,
  TerminalColors,
} from "../../src/cli/terminal.ts";
import { Interruption } from "../../src/cli/terminal.ts";

/** Standard streams of a test. */
export class FakeTerminal implements Terminal {
  readonly colors: TerminalColors;
  readonly columns = 80;
  /** What was written. */
  readonly written: Uint8Array[] = [];
  /** What was told beside it. */
  readonly notes: string[] = [];
  readonly #controller = new AbortController();
  readonly #input: Uint8Array[];

  /**
   * @param input What is typed in, piece by piece.
   * @param colors Whether it takes colors.
   */
  constructor(input: readonly Uint8Array[] = [], colors = false) {
    this.#input = [...input];
    this.colors = { out: colors, err: colors };
  }

  get interrupted(): AbortSignal {
    return this.#controller.signal;
  }

  /** All that was written, as text. */
  get text(): string {
    return this.written.map((part) => new TextDecoder().decode(part)).join("");
  }

  /** Ctrl+C. */
  interrupt(): void {
    this.#controller.abort(new Interruption());
  }

  openInput(): Promise<ByteSource> {
    const read = (target: Uint8Array) => {
      const part = this.#input.shift();
      if (part === undefined) return Promise.resolve(null);
      target.set(part);
      return Promise.resolve(part.length);
    };
    return Promise.resolve({ read, close: () => {} });
  }

  write(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === "string"
      ? new TextEncoder().encode(data)
      : data.slice();
    this.written.push(bytes);
    return Promise.resolve();
  }

  note(line: string): void {
    this.notes.push(line);
  }
}
