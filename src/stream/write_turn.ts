/**
 * The turn of somebody who sends to a stream by other means than writes.
 *
 * @module
 */

import type { WriteHalf } from "./write_half.ts";
import type { WriteHold } from "./write_options.ts";

/** Waits behind earlier writes, and keeps later ones back. */
export class WriteTurn {
  readonly #hold: WriteHold;
  readonly #code = Promise.withResolvers<number>();
  readonly #lost = Promise.withResolvers<number>();

  /** @param writer The writes of the stream. */
  constructor(writer: WriteHalf) {
    this.#hold = writer.hold((code) => {
      this.#code.resolve(code);
      if (code !== 0) this.#lost.resolve(code);
    });
  }

  /** The code of what has ended the stream, before the turn has ended. */
  get lost(): Promise<number> {
    return this.#lost.promise;
  }

  /**
   * Waits for the turn.
   *
   * @param signal Ends the wait.
   * @returns 0, or the code of an earlier write that has failed.
   */
  async come(signal?: AbortSignal): Promise<number> {
    if (signal === undefined) return await this.#code.promise;
    const abort = () => this.#code.reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await this.#code.promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /**
   * Lets later writes go on.
   *
   * @param code 0, or why they cannot.
   */
  end(code: number): void {
    this.#hold.release(code);
  }
}
