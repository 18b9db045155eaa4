/**
 * The scheduler: ready callbacks and timers, run in turns of Deno's event
 * loop.
 *
 * @module
 */

import { realTimers, type Timers } from "../ffi/timers.ts";
import type { Handle, TimerHandle } from "./handles.ts";
import { TimerHeap } from "./timer_heap.ts";

/** The longest delay of one of Deno's timers: a day, in milliseconds. */
const MAX_DELAY = 86_400_000;

/** What a scheduler needs of its loop. */
export interface SchedulerHost {
  /**
   * Reads the clock.
   *
   * @returns Milliseconds.
   */
  time(): number;
  /**
   * Runs a handle. Never throws.
   *
   * @param handle One that is ready.
   */
  execute(handle: Handle): void;
}

/** What a scheduler counts. */
export interface SchedulerMetrics {
  /** Turns run so far. */
  turns: number;
  /** Callbacks and timers run so far, also those that were cancelled. */
  callbacks: number;
  /** Callbacks that run in the next turn. */
  ready: number;
  /** Timers that are scheduled, also those that were cancelled. */
  timers: number;
  /** Milliseconds that the last turn waited until Deno had run other work. */
  queueTime: number;
  /** The most of them so far. */
  longestQueueTime: number;
  /** Milliseconds of the longest turn, with all that it has called. */
  longestTurn: number;
}

/**
 * Runs callbacks in turns. A turn runs the callbacks that were ready and the
 * timers that were due when it began; what they schedule runs in a later turn.
 * Between two turns Deno runs its own timers and I/O. While the scheduler does
 * not run, it has nothing armed in Deno's event loop.
 */
export class Scheduler {
  readonly #host: SchedulerHost;
  readonly #timers = new TimerHeap();
  readonly #onImmediate = (): void => {
    this.#immediate = undefined;
    this.#delayed(performance.now() - this.#armedAt);
    this.#runTurn();
  };
  readonly #onTimeout = (): void => {
    this.#timeout = undefined;
    this.#runTurn();
  };
  #ready: Handle[] = [];
  #spare: Handle[] = [];
  readonly #real = realTimers();
  #immediate: ReturnType<Timers["setImmediate"]> | undefined;
  #timeout: ReturnType<typeof setTimeout> | undefined;
  #armedFor = 0;
  #inTurn = false;
  #stopping = false;
  #finished: PromiseWithResolvers<void> | undefined;
  #turns = 0;

  /** Callbacks and timers run so far. */
  #callbacks = 0;
  #armedAt = 0;
  #queueTime = 0;
  #longestQueueTime = 0;
  #longestTurn = 0;

  /** @param host The loop. */
  constructor(host: SchedulerHost) {
    this.#host = host;
  }

  /** Turns run so far. */
  get turns(): number {
    return this.#turns;
  }

  /**
   * Reads the counters.
   *
   * @returns A snapshot.
   */
  metrics(): SchedulerMetrics {
    return {
      turns: this.#turns,
      callbacks: this.#callbacks,
      ready: this.#ready.length,
      timers: this.#timers.size,
      queueTime: this.#queueTime,
      longestQueueTime: this.#longestQueueTime,
      longestTurn: this.#longestTurn,
    };
  }

  /** Timers that are scheduled, also those that were cancelled. */
  get timers(): number {
    return this.#timers.size;
  }

  /**
   * Runs a handle in the next turn.
   *
   * @param handle A new handle.
   */
  callSoon(handle: Handle): void {
    this.#ready.push(handle);
    this.#arm();
  }

  /**
   * Runs a timer when it is due.
   *
   * @param timer A new timer.
   */
  callAt(timer: TimerHandle): void {
    this.#timers.push(timer);
    this.#arm();
  }

  /**
   * Runs turns until `stop`; one turn when that was called before.
   *
   * @returns A promise that resolves after the last turn.
   */
  run(): Promise<void> {
    this.#finished = Promise.withResolvers<void>();
    this.#armTurn();
    return this.#finished.promise;
  }

  /** Makes the turn that runs, or else the next one, the last. */
  stop(): void {
    this.#stopping = true;
    this.#arm();
  }

  /** Drops all callbacks and timers. */
  clear(): void {
    this.#ready.length = 0;
    this.#timers.clear();
  }

  #delayed(milliseconds: number): void {
    this.#queueTime = milliseconds;
    if (milliseconds <= this.#longestQueueTime) return;
    this.#longestQueueTime = milliseconds;
  }

  #runTurn(): void {
    const since = performance.now();
    this.#turns++;
    this.#inTurn = true;
    this.#collectDue();
    this.#runBatch();
    this.#inTurn = false;
    const duration = performance.now() - since;
    if (duration > this.#longestTurn) this.#longestTurn = duration;
    if (this.#stopping) this.#finish();
    else this.#arm();
  }

  #collectDue(): void {
    if (this.#timers.size === 0) return;
    const now = this.#host.time();
    let timer = this.#timers.popDue(now);
    while (timer !== undefined) {
      this.#ready.push(timer);
      timer = this.#timers.popDue(now);
    }
  }

  #runBatch(): void {
    const batch = this.#ready;
    this.#callbacks += batch.length;
    this.#ready = this.#spare;
    for (const handle of batch) this.#host.execute(handle);
    batch.length = 0;
    this.#spare = batch;
  }

  #finish(): void {
    this.#real.clearImmediate(this.#immediate);
    this.#immediate = undefined;
    this.#disarmTimer();
    this.#stopping = false;
    const finished = this.#finished!;
    this.#finished = undefined;
    finished.resolve();
  }

  /** Arms the next turn, except during a turn: its end does it. */
  #arm(): void {
    if (this.#finished === undefined || this.#inTurn) return;
    if (this.#stopping || this.#ready.length > 0) return this.#armTurn();
    const next = this.#timers.peek();
    if (next === undefined) this.#disarmTimer();
    else this.#armTimer(next.when());
  }

  #armTurn(): void {
    if (this.#immediate !== undefined) return;
    this.#armedAt = performance.now();
    this.#immediate = this.#real.setImmediate(this.#onImmediate);
  }

  #armTimer(when: number): void {
    if (this.#timeout !== undefined && this.#armedFor === when) return;
    this.#disarmTimer();
    this.#armedFor = when;
    const delay = Math.ceil(when - this.#host.time());
    const bounded = Math.min(Math.max(delay, 0), MAX_DELAY);
    this.#timeout = setTimeout(this.#onTimeout, bounded);
  }

  #disarmTimer(): void {
    clearTimeout(this.#timeout);
    this.#timeout = undefined;
  }
}
