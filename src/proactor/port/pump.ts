/**
 * The pump: when to poll at once, when to wait on a thread, when to stop.
 *
 * Busy, it polls without waiting in each turn of Deno's event loop. Idle but
 * with operations outstanding, it has exactly one wait on another thread. With
 * nothing outstanding it has none, so an idle proactor keeps no process alive.
 *
 * The thread is one of Deno's pool, which others may have taken as a whole:
 * calls of the FFI, files, pipes of children. Then the wait is queued, and the
 * pump polls on a timer until a thread begins it.
 *
 * @module
 */

import type { CallBudget } from "./call_budget.ts";
import { setCallReferenced } from "./call_reference.ts";
import type { PacketQueue } from "./packet_queue.ts";

/** Node's timers are those that no fake clock of a test replaces. */
type Timers = typeof import("node:timers");

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
  /** Tells of the wait, and lets one that is queued take no packets. */
  readonly queue: Pick<PacketQueue, "waitStarted" | "disarm">;
  /**
   * A turn: what was put off, then what has completed.
   *
   * @param poll False when a thread waits for packets.
   * @returns The number of packets.
   */
  turn(poll: boolean): number;
  /**
   * Waits for packets on another thread.
   *
   * @param rest True when the wait has to end at once.
   * @returns Not 0 when packets came.
   */
  wait(rest: boolean): Promise<number>;
  /**
   * Dispatches what a wait has brought.
   *
   * @param arrived What the wait returned.
   */
  collect(arrived: number): void;
  /**
   * Makes a wait return.
   *
   * @returns False when that has to be tried again.
   */
  wake(): boolean;
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
const BUSY_LIMIT = 1;
const TURNS_PER_LOOK = 61;

/**
 * Milliseconds after which a wait that no thread has begun is queued behind
 * others, and between two polls as long as it is.
 */
const QUEUED_LIMIT = 5;

/** Milliseconds of a rest when no thread is free to end it. */
const SHORTEST_TIMER = 1;

/** Drives a {@linkcode PumpHost} by Deno's event loop. */
export class Pump {
  readonly #host: PumpHost;
  readonly #turn = (): void => this.#run();
  readonly #look = (): void => this.#lookAtWait();
  /** Not imported: what is behind the first module of Node takes some 30 ms. */
  readonly #timers: Timers = globalThis.process.getBuiltinModule("node:timers");
  #immediate: ReturnType<Timers["setImmediate"]> | undefined;
  #timer: ReturnType<Timers["setTimeout"]> | undefined;
  #wait: Promise<number> | undefined;
  #waitReferenced = true;
  #waitState: "unknown" | "begun" | "queued" = "unknown";
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

  /** The wait, unless it is queued: then it may take any time. */
  get ending(): Promise<number> | undefined {
    return this.#waitState === "queued" ? undefined : this.#wait;
  }

  /** Makes sure that what is outstanding will be dispatched. */
  start(): void {
    if (this.#wait !== undefined) this.#applyReference();
    if (!this.#threadWaits) return this.#schedule();
    if (this.#waitState === "unknown") this.#startTimer(QUEUED_LIMIT);
  }

  /** Makes sure that a turn comes soon, also while a wait is outstanding. */
  hurry(): void {
    this.#idleTurns = 0;
    if (!this.#resting) this.#schedule();
  }

  /** Ends a wait that has lost its reason, or changes what it keeps alive. */
  review(): void {
    if (this.#wait === undefined) return;
    if (this.#host.outstanding > 0) this.#applyReference();
    else if (this.#threadWaits) this.#wakeOnce();
  }

  /** Takes back a scheduled turn. */
  stop(): void {
    const { clearImmediate } = this.#timers;
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#stopTimer();
  }

  /** Polls would only be in the way of the thread that waits. */
  get #threadWaits(): boolean {
    return this.#wait !== undefined && this.#waitState !== "queued";
  }

  #schedule(): void {
    this.#immediate ??= this.#timers.setImmediate(this.#turn);
  }

  /** Whoever ran has come to its next call: now the thread can rest. */
  #run(): void {
    this.#immediate = undefined;
    if (this.#idleTurns === 0 && this.#overdue()) return this.#rest();
    const packets = this.#host.turn(!this.#threadWaits);
    if (packets > 0) this.#found();
    this.#next(packets > 0);
  }

  #next(found: boolean): void {
    const { outstanding, deferred } = this.#host;
    if (deferred) this.hurry();
    else if (outstanding === 0) this.#stopPolling();
    else if (this.#threadWaits) this.review();
    else if (found) this.#schedule();
    else this.#idle();
  }

  /** A wait ends soon, unless it is queued: the timer will tell. */
  #stopPolling(): void {
    if (this.#wait === undefined) return this.#stopTimer();
    if (this.#threadWaits) return this.#wakeOnce();
    this.#stopTimer();
    this.#applyReference();
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

  /**
   * A wait that ends at once: what matters is that the thread has no turn. It
   * is the last thing that is done here, lest it ends before the thread rests.
   */
  #rest(): void {
    this.#resting = true;
    this.#host.calls.exhaust();
    if (this.#wait === undefined) return this.#startWait();
    this.#applyReference(); // what was put off keeps the process alive
    if (this.#waitState !== "queued") return this.#wakeOnce();
    this.#stopTimer();
    this.#startTimer(SHORTEST_TIMER);
  }

  #endRest(): void {
    this.#resting = false;
    this.#busySince = 0;
    this.#busyTurns = 0;
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
    if (this.#wait === undefined) this.#startWait();
    else this.#startTimer(QUEUED_LIMIT);
  }

  #startWait(): void {
    this.#startTimer(QUEUED_LIMIT);
    const wait = this.#host.wait(this.#resting);
    this.#wait = wait;
    this.#waitState = "unknown";
    this.#waitReferenced = true;
    this.#applyReference();
    wait.then((arrived) => this.#arrived(arrived));
  }

  #arrived(arrived: number): void {
    this.#wait = undefined;
    this.#waitState = "unknown";
    this.#endRest();
    this.#wakePosted = false;
    this.#idleTurns = 0;
    this.#host.collect(arrived);
    if (this.#host.outstanding > 0 || this.#host.deferred) this.#schedule();
    else this.#stopPolling();
  }

  #startTimer(milliseconds: number): void {
    const { setTimeout } = this.#timers;
    this.#timer ??= setTimeout(this.#look, milliseconds).unref();
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookAtWait(): void {
    this.#timer = undefined;
    if (this.#wait === undefined) return;
    const { queue } = this.#host; // polls and a thread would mix the packets
    const known = this.#waitState === "queued";
    const begun = queue.waitStarted || (!known && !queue.disarm());
    this.#waitState = begun ? "begun" : "queued";
    if (begun && !this.#resting) return;
    this.#endRest();
    this.#schedule();
  }

  #wakeOnce(): void {
    if (this.#wakePosted) return;
    this.#wakePosted = this.#host.wake();
  }

  /** A wait that only unreferenced operations need keeps no process alive. */
  #applyReference(): void {
    const referenced = this.#host.referenced > 0 || this.#resting;
    if (referenced === this.#waitReferenced) return;
    this.#waitReferenced = referenced;
    setCallReferenced(this.#wait!, referenced);
  }
}
