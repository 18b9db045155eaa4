/**
 * The pump: when to poll at once, when to wait on a thread, when to stop.
 *
 * Busy, it polls without waiting in each turn of Deno's event loop. Idle but
 * with operations outstanding, it has exactly one wait on another thread. With
 * nothing outstanding it has none, so an idle proactor keeps no process alive.
 *
 * @module
 */

import { clearImmediate, setImmediate } from "node:timers";
import type { CallBudget } from "./call_budget.ts";
import { setCallReferenced } from "./call_reference.ts";

/** What the pump drives. */
export interface PumpHost {
  /** What may still end at once in this turn. */
  readonly calls: CallBudget;
  /** Reasons to go on: operations the kernel owns, and holds. */
  readonly outstanding: number;
  /** Those of them that keep the process alive. */
  readonly referenced: number;
  /** True when work was put off to the next turn. */
  readonly deferred: boolean;
  /**
   * Dispatches what has completed, without waiting.
   *
   * @returns The number of packets.
   */
  drain(): number;
  /** Begins a turn with the work that was put off. */
  runDeferred(): void;
  /**
   * Waits for packets on another thread.
   *
   * @returns Not 0 when packets came.
   */
  wait(): Promise<number>;
  /**
   * Dispatches what a wait has brought.
   *
   * @param arrived What the wait returned.
   */
  collect(arrived: number): void;
  /** Makes a wait return. */
  wake(): void;
}

/**
 * How many idle turns poll before the pump waits on a thread. Deno's own I/O
 * is slow while turns follow each other, so polls that find nothing make it
 * fewer, down to one; a poll that finds something, and every 64th wait, restore
 * the number.
 */
const IDLE_TURNS = 24;
const WAITS_PER_TRIAL = 64;

/**
 * Milliseconds of turns in a row before the thread rests once, though there is
 * work: Deno looks at its own I/O then, and else only every 61st turn, which
 * takes seconds when each turn dispatches a batch. Short turns need no rest.
 */
const BUSY_LIMIT = 2;
const TURNS_PER_LOOK = 61;

/** Drives a {@linkcode PumpHost} by Deno's event loop. */
export class Pump {
  readonly #host: PumpHost;
  readonly #turn = (): void => this.#run();
  #immediate: ReturnType<typeof setImmediate> | undefined;
  #wait: Promise<number> | undefined;
  #waitReferenced = true;
  #wakePosted = false;
  #idleTurns = 0;
  #idleLimit = IDLE_TURNS;
  #waits = 0;
  #busySince = 0;
  #busyTurns = 0;
  #resting = false;

  /** @param host What it drives. */
  constructor(host: PumpHost) {
    this.#host = host;
  }

  /** The wait on another thread, while there is one. */
  get waiting(): Promise<number> | undefined {
    return this.#wait;
  }

  /** Makes sure that what is outstanding will be dispatched. */
  start(): void {
    if (this.#wait === undefined) this.#schedule();
    else this.#applyReference(this.#wait);
  }

  /** Makes sure that a turn comes soon, also while a wait is outstanding. */
  hurry(): void {
    this.#idleTurns = 0;
    if (!this.#resting) this.#schedule();
  }

  /** Ends a wait that has lost its reason, or changes what it keeps alive. */
  review(): void {
    if (this.#wait === undefined) return;
    if (this.#host.outstanding === 0) this.#wakeOnce();
    else this.#applyReference(this.#wait);
  }

  /** Takes back a scheduled turn. */
  stop(): void {
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
  }

  #schedule(): void {
    this.#immediate ??= setImmediate(this.#turn);
  }

  #run(): void {
    this.#immediate = undefined;
    this.#host.runDeferred();
    if (this.#wait === undefined && this.#host.outstanding > 0) {
      if (this.#host.drain() > 0) this.#found();
    }
    this.#next();
  }

  #next(): void {
    const { outstanding, deferred } = this.#host;
    if (this.#wait !== undefined) {
      return deferred ? this.hurry() : this.review();
    }
    if (outstanding === 0 && !deferred) this.#busySince = 0;
    else if (this.#idleTurns === 0 && this.#overdue()) this.#rest();
    else if (deferred) this.hurry();
    else this.#idle();
  }

  /** True when work has kept Deno's own I/O waiting for long enough. */
  #overdue(): boolean {
    const now = performance.now();
    if (this.#busySince === 0 || ++this.#busyTurns >= TURNS_PER_LOOK) {
      this.#busySince = now;
      this.#busyTurns = 0;
    }
    return now - this.#busySince > BUSY_LIMIT;
  }

  /** A wait that ends at once: what matters is that the thread has no turn. */
  #rest(): void {
    this.#resting = true;
    this.stop();
    this.#host.calls.exhaust();
    this.#startWait();
    this.#wakeOnce();
  }

  /** Packets came while idle turns polled: polling pays. */
  #found(): void {
    if (this.#idleTurns > 0) this.#idleLimit = IDLE_TURNS;
    this.#idleTurns = 0;
  }

  #idle(): void {
    if (++this.#idleTurns < this.#idleLimit) return this.#schedule();
    const trial = ++this.#waits % WAITS_PER_TRIAL === 0;
    this.#idleLimit = trial ? IDLE_TURNS : Math.max(1, this.#idleLimit >> 1);
    this.#startWait();
  }

  #startWait(): void {
    const wait = this.#host.wait();
    this.#wait = wait;
    this.#waitReferenced = true;
    this.#applyReference(wait);
    wait.then((arrived) => this.#arrived(arrived));
  }

  #arrived(arrived: number): void {
    this.#wait = undefined;
    this.#busySince = 0;
    this.#busyTurns = 0;
    this.#resting = false;
    this.#wakePosted = false;
    this.#idleTurns = 0;
    this.#host.collect(arrived);
    if (this.#host.outstanding > 0 || this.#host.deferred) this.#schedule();
  }

  #wakeOnce(): void {
    if (this.#wakePosted) return;
    this.#wakePosted = true;
    this.#host.wake();
  }

  /** A wait that only unreferenced operations need keeps no process alive. */
  #applyReference(wait: Promise<number>): void {
    const referenced = this.#host.referenced > 0 || this.#resting;
    if (referenced === this.#waitReferenced) return;
    this.#waitReferenced = referenced;
    setCallReferenced(wait, referenced);
  }
}
