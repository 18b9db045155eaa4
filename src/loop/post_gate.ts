/**
 * Keeps a completion port open while other threads post to it.
 *
 * Windows reuses the values of closed handles. A post to a value that is the
 * handle of another port by now, such as one of Deno's own, would give that
 * port a packet with a bad address. So a thread enters the gate before it posts
 * and leaves it afterwards, and the port is closed when no thread is inside.
 *
 * @module
 */

import { realTimers } from "../ffi/timers.ts";

const CLOSED = 1 << 30;

/** Milliseconds after which a thread inside counts as terminated. */
const GRACE = 1000;

/** Counts the threads that post, in memory that they share. */
export class PostGate {
  /** The memory, of which the other threads make their gate. */
  readonly buffer: SharedArrayBuffer;
  readonly #word: Int32Array;

  /** @param buffer The memory of an existing gate; a new gate by default. */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.buffer = buffer;
    this.#word = new Int32Array(buffer);
  }

  /**
   * Enters the gate, before a post. `leave` must follow.
   *
   * @returns False when the gate is closed: then `leave` must not follow.
   */
  enter(): boolean {
    if ((Atomics.add(this.#word, 0, 1) & CLOSED) === 0) return true;
    this.leave();
    return false;
  }

  /** Leaves the gate, after a post. */
  leave(): void {
    Atomics.sub(this.#word, 0, 1);
  }

  /**
   * Closes the gate and waits until no thread is inside; at most a second,
   * because a worker that was terminated inside never leaves.
   */
  async close(): Promise<void> {
    Atomics.or(this.#word, 0, CLOSED);
    const end = performance.now() + GRACE;
    const { setImmediate } = realTimers();
    while (this.#inside() > 0 && performance.now() < end) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #inside(): number {
    return Atomics.load(this.#word, 0) & ~CLOSED;
  }
}
