/**
 * The pump: when to poll, when to wait on a thread, when to stop.
 *
 * While packets come it polls, without blocking, in each turn of Deno's event
 * loop. When none come but operations are outstanding, it has exactly one wait
 * on another thread. With nothing outstanding it has no wait, so an idle
 * proactor keeps no process alive.
 *
 * The thread is one of Deno's pool, and other work may hold all of them: calls
 * of the FFI, files, pipes of children. Then the wait is queued, and the pump
 * polls on a timer until a thread starts it.
 *
 * @module
 */

import { ROOT, runIn } from "../../ffi/async_context.ts";
import { realTimers, type Timers } from "../../ffi/timers.ts";
import type { CallBudget } from "./call_budget.ts";
import { setCallReferenced } from "./call_reference.ts";
import type { PacketQueue } from "./packet_queue.ts";
import type { TurnClock } from "./turn_clock.ts";

/** What the pump drives. */
export interface PumpHost {
  /** How many synchronous completions this turn still allows. */
  readonly calls: CallBudget;
  /** The time of a turn. */
  readonly clock: TurnClock;
  /** Reasons to go on: operations that the kernel owns, and holds. */
  readonly outstanding: number;
  /** Those of them that keep the process alive. */
  readonly referenced: number;
  /** True when work was deferred to the next turn. */
  readonly deferred: boolean;
  /** Tells whether the wait has started, and disarms one that has not. */
  readonly queue: Pick<PacketQueue, "waitStarted" | "disarm">;
  /**
   * A turn: deferred work, then what has completed.
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
   * Dispatches the packets of a wait.
   *
   * @param arrived What the wait returned.
   */
  collect(arrived: number): void;
  /**
   * Ends the wait by a packet.
   *
   * @returns False when the packet could not be queued: try again.
   */
  wake(): boolean;
  /** No thread has begun the wait in time. */
  starved(): void;
}

/**
 * Milliseconds of idle turns that poll before the pump waits on a thread, and at
 * least one turn. Deno's own I/O is slow while turns follow each other, so each
 * wait after polls that found nothing halves the time. A poll that finds
 * packets restores it, and so does every 64th wait, to try whether polling pays
 * again.
 */
const IDLE_TIME = 0.3;
const SHORTEST_IDLE = IDLE_TIME / 8;
const WAITS_PER_TRIAL = 64;

/**
 * Milliseconds of a wait after which what it brought is taken for all there is:
 * the next wait begins at once, without a turn whose poll would find nothing.
 */
const TRICKLE = 1;

/** Idle turns at most, lest a clock that a test has stopped stops the waits. */
const MAX_IDLE_TURNS = 1000;

/**
 * Milliseconds of turns in a row before the thread rests once although there is
 * work. Deno polls its own I/O then, and otherwise only every 61st turn, which
 * is seconds away when each turn dispatches a batch. Short turns need no rest.
 * The 61 turns are those of Deno's scheduler on every system: no time is meant.
 */
const BUSY_LIMIT = 1;
const TURNS_PER_LOOK = 61;

/**
 * Milliseconds after which a wait that no thread has started counts as queued
 * behind other work; and the interval of polls while it is queued. To look
 * wakes this thread, so each look that finds the wait started doubles the time
 * to the next one; one that does not restores it.
 */
const QUEUED_LIMIT = 5;
const LONGEST_LIMIT = 40;

/** Milliseconds of a rest when no thread is free for the wait that ends it. */
const SHORTEST_TIMER = 1;

/** Drives a {@linkcode PumpHost} from Deno's event loop. */
export class Pump {
  readonly #host: PumpHost;
  // Whoever has started the pump has a context that is not the packets'.
  readonly #turn = (): void => runIn(ROOT, Pump.#runTurn, this);
  readonly #look = (): void => runIn(ROOT, Pump.#runLook, this);
  readonly #timers = realTimers();
  #immediate: ReturnType<Timers["setImmediate"]> | undefined;
  #timer: ReturnType<Timers["setTimeout"]> | undefined;
  #wait: Promise<number> | undefined;
  #waitReferenced = true;
  #awaited = false;
  #waitState: "unknown" | "begun" | "queued" = "unknown";
  #wakePosted = false;
  /** Waits that no thread of Deno's pool has begun in time. */
  queuedWaits = 0;
  /** Turns that were left out so that Deno polls its own I/O. */
  rests = 0;
  #idleTurns = 0;
  #idleSince = 0;
  #idleLimit = IDLE_TIME;
  #waits = 0;
  #waitSince = 0;
  #waitLimit = QUEUED_LIMIT;
  #collecting = false;
  /** True behind a wait that was long, until the next turn or wait. */
  #trickle = false;
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

  /** True when the wait is queued: its end is not in sight. */
  get queued(): boolean {
    return this.#waitState === "queued";
  }

  /** Waits for the end of the wait, which keeps the process alive until then. */
  async ended(): Promise<void> {
    if (this.#wait === undefined) return;
    this.#awaited = true;
    this.#applyReference();
    await this.#wait;
  }

  /** Makes sure that outstanding operations will be dispatched. */
  start(): void {
    if (this.#collecting) return;
    if (this.#wait !== undefined) this.#applyReference();
    if (!this.#threadWaits) return this.#pollOrWait();
    if (this.#waitState === "unknown") this.#startTimer(this.#waitLimit);
  }

  /** Makes sure that a turn comes soon, also during a wait. */
  hurry(): void {
    this.#idleTurns = 0;
    if (!this.#resting) this.#schedule();
  }

  /** Ends a wait that nothing needs, or updates what it keeps alive. */
  review(): void {
    if (this.#wait === undefined) return;
    if (this.#host.outstanding > 0) this.#applyReference();
    else if (this.#threadWaits) this.#wakeOnce();
  }

  /** Cancels a scheduled turn. */
  stop(): void {
    const { clearImmediate } = this.#timers;
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#host.clock.pause();
    this.#stopTimer();
  }

  /** True when a thread waits: polls would take packets from it. */
  get #threadWaits(): boolean {
    return this.#wait !== undefined && this.#waitState !== "queued";
  }

  #pollOrWait(): void {
    const polls = !this.#trickle || this.#host.deferred;
    if (polls || this.#immediate !== undefined) this.#schedule();
    else this.#endPolls();
  }

  #schedule(): void {
    if (this.#immediate !== undefined) return;
    this.#host.clock.resume();
    this.#immediate = this.#timers.setImmediate(this.#turn);
  }

  static #runTurn(pump: Pump): void {
    pump.#run();
    pump.#pauseClock();
  }

  static #runLook(pump: Pump): void {
    pump.#lookAtWait();
  }

  /** Runs in setImmediate, when callbacks have made their calls: may rest. */
  #run(): void {
    this.#immediate = undefined;
    this.#trickle = false;
    const now = this.#host.clock.begin();
    if (this.#idleTurns === 0 && this.#overdue(now)) return this.#rest();
    const packets = this.#host.turn(!this.#threadWaits);
    if (packets > 0) this.#found();
    const { outstanding, deferred } = this.#host;
    if (deferred) this.hurry();
    else if (outstanding === 0) this.#stopPolling();
    else if (this.#threadWaits) this.review();
    else if (packets > 0) this.#schedule();
    else this.#idle(now);
  }

  /** Ends the wait, unless it is queued: that one only loses its reference. */
  #stopPolling(): void {
    if (this.#wait === undefined) return this.#stopTimer();
    if (this.#threadWaits) return this.#wakeOnce();
    this.#stopTimer();
    this.#applyReference();
  }

  /** True when turns have starved Deno's own I/O for long enough. */
  #overdue(now: number): boolean {
    if (this.#busySince === 0 || ++this.#busyTurns >= TURNS_PER_LOOK) {
      this.#busySince = now;
      this.#busyTurns = 0;
    }
    return now - this.#busySince > BUSY_LIMIT;
  }

  /**
   * Makes a wait that ends at once, so that the next turn is a wait of Deno's
   * own loop. It is started last, lest it ends before the loop waits.
   */
  #rest(): void {
    this.#resting = true;
    this.rests++;
    this.#host.calls.exhaust();
    if (this.#wait === undefined) return this.#startWait();
    this.#applyReference(); // deferred work keeps the process alive
    if (this.#waitState !== "queued") return this.#endByPacket();
    this.#stopTimer();
    this.#startTimer(SHORTEST_TIMER);
  }

  /** Work that is deferred does not wait for a packet that was not queued. */
  #endByPacket(): void {
    this.#wakeOnce();
    if (this.#wakePosted) return;
    this.#endRest();
    this.#schedule();
  }

  #endRest(): void {
    this.#resting = false;
    this.#busySince = 0;
    this.#busyTurns = 0;
  }

  /** Packets came while idle turns polled: polling pays off. */
  #found(): void {
    if (this.#idleTurns > 0) this.#idleLimit = IDLE_TIME;
    this.#idleTurns = 0;
  }

  /** @param now When the turn began: the time of its poll counts. */
  #idle(now: number): void {
    if (this.#idleTurns++ === 0) this.#idleSince = now;
    const spent = now - this.#idleSince >= this.#idleLimit;
    if (!spent && this.#idleTurns < MAX_IDLE_TURNS) return this.#schedule();
    this.#endPolls();
  }

  #endPolls(): void {
    const trial = ++this.#waits % WAITS_PER_TRIAL === 0;
    this.#idleLimit = trial ? IDLE_TIME : this.#halved();
    if (this.#wait === undefined) this.#startWait();
    else this.#startTimer(QUEUED_LIMIT);
  }

  /** Down to a single turn. */
  #halved(): number {
    const half = this.#idleLimit / 2;
    return half < SHORTEST_IDLE ? 0 : half;
  }

  #startWait(): void {
    if (this.#resting) this.#stopTimer(); // it may be that of a longer limit
    this.#startTimer(this.#resting ? QUEUED_LIMIT : this.#waitLimit);
    this.#trickle = false;
    this.#waitSince = this.#host.clock.now;
    const wait = this.#host.wait(this.#resting);
    this.#wait = wait;
    this.#waitState = "unknown";
    this.#waitReferenced = true;
    this.#awaited = false;
    this.#applyReference();
    wait.then((arrived) => this.#arrived(arrived));
  }

  #arrived(arrived: number): void {
    this.#judge(this.#host.clock.begin() - this.#waitSince);
    this.#wait = undefined;
    this.#waitState = "unknown";
    this.#endRest();
    this.#wakePosted = false;
    this.#idleTurns = 0;
    this.#collect(arrived);
    if (this.#host.outstanding > 0 || this.#host.deferred) this.#pollOrWait();
    else this.#stopPolling();
    this.#pauseClock();
  }

  /** @param silence How long the wait was, in milliseconds. */
  #judge(silence: number): void {
    const long = silence > TRICKLE && !this.#resting;
    this.#trickle = long && this.#idleLimit === 0;
    if (this.#trickle) this.#stopTimer(); // the next wait has one of its own
  }

  /** What begins meanwhile is dispatched with what is outstanding then. */
  #collect(arrived: number): void {
    this.#collecting = true;
    try {
      this.#host.collect(arrived);
    } finally {
      this.#collecting = false;
    }
  }

  /** Without a next turn the time would stand still. */
  #pauseClock(): void {
    if (this.#immediate === undefined) this.#host.clock.pause();
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
    // A queued wait is disarmed, lest it dequeues packets while we poll.
    const { queue } = this.#host;
    const known = this.#waitState === "queued";
    const begun = queue.waitStarted || (!known && !queue.disarm());
    this.#waitState = begun ? "begun" : "queued";
    const longer = Math.min(2 * this.#waitLimit, LONGEST_LIMIT);
    this.#waitLimit = begun ? longer : QUEUED_LIMIT;
    if (!begun && !known) this.#starved();
    if (begun && !this.#resting) return;
    this.#endRest();
    this.#schedule();
  }

  #starved(): void {
    this.queuedWaits++;
    this.#host.starved();
  }

  #wakeOnce(): void {
    if (this.#wakePosted) return;
    this.#wakePosted = this.#host.wake();
  }

  /** A wait that only unreferenced operations need keeps no process alive. */
  #applyReference(): void {
    const referenced = this.#host.referenced > 0 || this.#resting ||
      this.#awaited;
    if (referenced === this.#waitReferenced) return;
    this.#waitReferenced = referenced;
    setCallReferenced(this.#wait!, referenced);
  }
}
