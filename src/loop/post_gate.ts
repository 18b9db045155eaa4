/**
 * The gate before a completion port that other threads post to.
 *
 * Windows reuses the values of closed handles. A post to one that is another
 * port by now, such as one of Deno's own, would hand it a packet with a bad
 * address. So nobody posts without having entered the gate, and the port is
 * not closed before all have left.
 *
 * @module
 */

import { setImmediate } from "node:timers";

const CLOSED = 1 << 30;

/** Milliseconds after which a thread that has not left will never do so. */
const GRACE = 1000;

/** Counts the posts in progress, in memory that threads share. */
export class PostGate {
  /** The memory: what the other threads make their gate of. */
  readonly buffer: SharedArrayBuffer;
  readonly #word: Int32Array;

  /** @param buffer The memory of an existing gate; a new gate by default. */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.#word = new Int32Array(buffer);
  }

  /**
   * Begins a post. It must end with `leave`.
   *
   * @returns False when the gate is closed: then there is nothing to end.
   */
  enter(): boolean {
    if ((Atomics.add(this.#word, 0, 1) & CLOSED) === 0) return true;
    this.leave();
    return false;
  }

  /** Ends a post. */
  leave(): void {
    Atomics.sub(this.#word, 0, 1);
  }

  /**
   * Lets nobody in any more, and waits for those inside. A worker that was
   * terminated inside is not waited for beyond a second.
   */
  async close(): Promise<void> {
    Atomics.or(this.#word, 0, CLOSED);
    const end = performance.now() + GRACE;
    while (this.#inside() > 0 && performance.now() < end) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #inside(): number {
    return Atomics.load(this.#word, 0) & ~CLOSED;
  }
}
