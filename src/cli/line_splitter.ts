/**
 * Bytes as lines, without decoding them.
 *
 * @module
 */

import { copyBytes, viewOf } from "../ffi/bytes.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Cuts bytes at the ends of lines. */
export class LineSplitter {
  readonly #parts: Uint8Array[] = [];

  /**
   * Takes bytes.
   *
   * @param data They are the caller's again afterwards.
   * @returns The lines that have ended, without `\n` or `\r\n`.
   */
  push(data: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let from = 0;
    for (;;) {
      const end = data.indexOf(LINE_FEED, from);
      if (end === -1) break;
      this.#parts.push(copyBytes(data, from, end));
      lines.push(withoutReturn(this.#take()));
      from = end + 1;
    }
    if (from < data.length) this.#parts.push(copyBytes(data, from));
    return lines;
  }

  /**
   * The input has ended.
   *
   * @returns The last line, where it has no end of its own.
   */
  flush(): Uint8Array[] {
    return this.#parts.length > 0 ? [this.#take()] : [];
  }

  #take(): Uint8Array {
    const parts = this.#parts.splice(0);
    const line = new Uint8Array(
      parts.reduce((sum, { length }) => sum + length, 0),
    );
    let at = 0;
    for (const part of parts) {
      line.set(part, at);
      at += part.length;
    }
    return line;
  }
}

function withoutReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CARRIAGE_RETURN
    ? viewOf(line, 0, line.length - 1)
    : line;
}
