/**
 * Gives back the buffers of streams that have become silent.
 *
 * @module
 */

import { ROOT, runIn } from "../../ffi/async_context.ts";
import { realTimers, type Timers } from "../../ffi/timers.ts";
import type { ErrorReporter } from "./port_options.ts";

/** A stream that was silent for so many milliseconds holds no buffer. */
export const SILENCE = 200;

/**
 * Milliseconds between two looks at those who hold buffers: each wakes this
 * thread, also while messages come and none of them is silent.
 */
const INTERVAL = SILENCE;

/** Reads that one look cancels at most: each is a call into the system. */
const CANCELS_PER_LOOK = 32;

/** Milliseconds until the next look when one has cancelled so many. */
const SOON = 5;

/** What became of a buffer: in use, given back, or its read was cancelled. */
export type Reclaimed = "busy" | "free" | "cancelled";

/** Holds a buffer between two messages, lest each of them takes one. */
export interface BufferHolder {
  /** Its place in the list of the reclaimer, which alone sets it; or -1. */
  place: number;
  /**
   * Gives the buffer back if nothing has come for long.
   *
   * @param now What `performance.now` says.
   * @returns `"busy"` to be asked again.
   */
  reclaim(now: number): Reclaimed;
}

/** What a reclaimer needs of its port. */
export interface ReclaimerHost {
  /** Takes what holders throw. */
  readonly report: ErrorReporter;
}

/**
 * Asks holders from time to time, so a message costs them nothing but a look at
 * their place: who holds a buffer is in the list until it was silent. The timer
 * runs while somebody is in the list, and keeps no process alive.
 */
export class Reclaimer {
  readonly #host: ReclaimerHost;
  readonly #holders: BufferHolder[] = [];
  readonly #look = (): void => runIn(ROOT, Reclaimer.#runLook, this);
  readonly #timers = realTimers();
  #timer: ReturnType<Timers["setTimeout"]> | undefined;
  #stopped = false;

  /** @param host The port. */
  constructor(host: ReclaimerHost) {
    this.#host = host;
  }

  /** True while it will look again. */
  get active(): boolean {
    return this.#timer !== undefined;
  }

  /** @param holder Asked from now on, until it is not busy. */
  add(holder: BufferHolder): void {
    if (holder.place >= 0) return;
    holder.place = this.#holders.push(holder) - 1;
    if (this.#timer === undefined) this.#startTimer(INTERVAL);
  }

  /** @param holder Not asked any more. */
  delete(holder: BufferHolder): void {
    const { place } = holder;
    if (place < 0) return;
    const last = this.#holders.pop()!;
    if (last !== holder) this.#holders[last.place = place] = last;
    holder.place = -1;
    // A test is blamed for a timer that fires when it is over.
    if (this.#holders.length === 0) this.#stopTimer();
  }

  /** The port has closed. */
  stop(): void {
    this.#stopped = true;
    this.#stopTimer();
  }

  static #runLook(reclaimer: Reclaimer): void {
    reclaimer.#run();
  }

  #startTimer(delay: number): void {
    if (this.#stopped) return;
    this.#timer = this.#timers.setTimeout(this.#look, delay).unref();
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #run(): void {
    this.#timer = undefined;
    const now = performance.now();
    const more = this.#askAll(now);
    if (more) this.#startTimer(SOON);
    else if (this.#holders.length > 0) this.#startTimer(INTERVAL);
  }

  /** Returns true when there may be more to cancel. */
  #askAll(now: number): boolean {
    let cancels = 0;
    for (let i = this.#holders.length - 1; i >= 0; i--) {
      const holder = this.#holders[i]!;
      const reclaimed = this.#ask(holder, now);
      if (reclaimed === "busy") continue;
      this.delete(holder); // the last one, which was asked, takes its place
      if (reclaimed !== "cancelled") continue;
      if (++cancels === CANCELS_PER_LOOK) return true;
    }
    return false;
  }

  #ask(holder: BufferHolder, now: number): Reclaimed {
    try {
      return holder.reclaim(now);
    } catch (error) {
      this.#host.report(error, "A buffer was not given back");
      return "free";
    }
  }
}
