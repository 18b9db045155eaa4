/**
 * How much of a file Windows sends at a time.
 *
 * @module
 */

import type { FileRange } from "../proactor/call/file_to_send.ts";

const FIRST_LENGTH = 1 << 18;
const LEAST_LENGTH = 1 << 16;

/** Milliseconds of a piece that is to be longer, or shorter, next time. */
const SHORT = 50;
const LONG = 200;

/**
 * Cuts a piece into parts by what the peer takes in a while: a close sees by the
 * end of a part that the peer still takes something.
 */
export class TransmitPace {
  #length = FIRST_LENGTH;

  /**
   * Sends a piece part by part.
   *
   * @param piece The piece.
   * @param transmit Sends a part; gives the number of bytes.
   * @returns Bytes sent; fewer than the piece has when the file ends before.
   */
  async send(
    piece: FileRange,
    transmit: (part: FileRange) => PromiseLike<number>,
  ): Promise<number> {
    let sent = 0;
    while (sent < piece.length) {
      const length = Math.min(this.#length, piece.length - sent);
      const since = performance.now();
      const part = { ...piece, offset: piece.offset + sent, length };
      const count = await transmit(part);
      if (count === 0) break; // the file has become shorter
      sent += count;
      this.#review(performance.now() - since);
    }
    return sent;
  }

  #review(elapsed: number): void {
    if (elapsed < SHORT) this.#length *= 2;
    else if (elapsed > LONG) {
      this.#length = Math.max(this.#length / 2, LEAST_LENGTH);
    }
  }
}
