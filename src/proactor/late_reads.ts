/**
 * Reads that wait until peers have had a turn.
 *
 * @module
 */

import type { Win32Api } from "../ffi/win32_api.ts";
import type { CallBudget } from "./call_budget.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { ErrorReporter } from "./port_options.ts";
import type { Pump } from "./pump.ts";

/** How often other threads may run before a round, while they want to. */
const MAX_YIELDS = 4;

/**
 * Milliseconds that others may take. Whoever takes longer computes, and may
 * have a twentieth of the time this way, beside what the system gives it.
 */
const MAX_PATIENCE = 2;
const PAUSE_FACTOR = 20;

/** Who has answered its peer, and will read what that says next. */
export interface LateReader {
  /**
   * Peers have had a turn.
   *
   * @returns True when there was something to read.
   */
  readLate(): boolean;
}

/** Whose reads they are. */
export interface LateHost {
  /** The seam. */
  readonly api: Win32Api;
  /** Takes what readers throw. */
  readonly report: ErrorReporter;
  /** From packets to listeners. */
  readonly dispatcher: Pick<Dispatcher, "active">;
  /** What may still end at once in this turn. */
  readonly calls: CallBudget;
  /** Puts work off to the next turn. */
  defer(work: () => void): void;
}

/**
 * A read that finds its data ends at once, and needs no packet. So those who
 * have answered their peers let these run before they read again, all of them
 * together. Where peers have processors of their own, nobody wants to run, and
 * it costs one system call.
 */
export class LateReads {
  readonly #host: LateHost;
  readonly #pump: Pick<Pump, "hurry">;
  readonly #readers: LateReader[] = [];
  readonly #soon = (): void => this.#runNow();
  #scheduled = false;
  #running = false;
  #pauseUntil = 0;

  /**
   * @param host Whose reads they are.
   * @param pump Polls again when reads have found something.
   */
  constructor(host: LateHost, pump: Pick<Pump, "hurry">) {
    this.#host = host;
    this.#pump = pump;
  }

  /** True while readers are being called. */
  get running(): boolean {
    return this.#running;
  }

  /** @param reader Called once, behind all that is running now. */
  add(reader: LateReader): void {
    this.#readers.push(reader);
    const follows = this.#running || this.#host.dispatcher.active;
    if (this.#scheduled || follows) return;
    this.#scheduled = true;
    queueMicrotask(this.#soon);
  }

  /**
   * Calls who waits, in rounds: who is called may come to wait again. Comes
   * behind each dispatch.
   */
  run(): void {
    const readers = this.#readers;
    this.#running = true;
    let next = 0;
    while (next < readers.length && !this.#host.calls.spent) {
      next = this.#round(next, readers.length);
    }
    if (next < readers.length) readers.splice(0, next);
    else readers.length = 0;
    this.#running = false;
    if (readers.length > 0) this.#runNextTurn();
  }

  #runNow(): void {
    this.#scheduled = false;
    this.run();
  }

  #runNextTurn(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#host.defer(this.#soon);
  }

  #round(start: number, end: number): number {
    this.#letPeersRun();
    const { calls } = this.#host;
    let next = start;
    for (; next < end && !calls.spent; next++) {
      if (this.#call(this.#readers[next]!)) this.#found();
    }
    return next;
  }

  #found(): void {
    this.#host.calls.spend();
    this.#pump.hurry();
  }

  #call(reader: LateReader): boolean {
    try {
      return reader.readLate();
    } catch (error) {
      this.#host.report(error, "Exception in a completion callback");
      return false;
    }
  }

  #letPeersRun(): void {
    const start = performance.now();
    if (start < this.#pauseUntil) return;
    for (let i = 0; i < MAX_YIELDS; i++) {
      if (!this.#host.api.yieldExecution()) return;
      const now = performance.now();
      if (now - start > MAX_PATIENCE) return this.#pause(now, now - start);
    }
  }

  #pause(now: number, taken: number): void {
    this.#pauseUntil = now + taken * PAUSE_FACTOR;
  }
}
