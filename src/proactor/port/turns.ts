/**
 * The turns of a completion port: deferred work, packets, and late reads, in
 * this order.
 *
 * @module
 */

import { ROOT, runIn } from "../../ffi/async_context.ts";
import { INFINITE } from "../../ffi/constants.ts";
import type { CallBudget } from "./call_budget.ts";
import { DeferredWork } from "./deferred_work.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { LateReads } from "./late_reads.ts";
import type { Outstanding } from "./outstanding.ts";
import type { PacketQueue } from "./packet_queue.ts";
import type { PortObserver } from "./port_observer.ts";
import type { ErrorReporter } from "./port_options.ts";
import type { PumpHost } from "./pump.ts";
import type { TurnClock } from "./turn_clock.ts";

/** What the turns need of their port. */
export interface TurnHost {
  /** The packets. */
  readonly queue: PacketQueue;
  /** From packets to listeners. */
  readonly dispatcher: Pick<Dispatcher, "active" | "dispatch" | "recorder">;
  /** How many synchronous completions a turn allows. */
  readonly calls: CallBudget;
  /** The time of a turn. */
  readonly clock: TurnClock;
  /** Reads that start after the batch was dispatched. */
  readonly late: Pick<LateReads, "waiting" | "running" | "run">;
  /** Takes what deferred work throws. */
  readonly report: ErrorReporter;
  /** Who watches, if anybody does. */
  readonly observer: Pick<PortObserver, "starved"> | null;
  /** Ends the wait on another thread; false when that has to be tried again. */
  wake(): boolean;
}

/** The parts of the port that hear of turns. */
export interface TurnParts {
  /** The counts of what is pending. */
  readonly outstanding: Outstanding;
  /** Called when nothing is pending any more. */
  idle(): void;
  /** Called when packets cannot be taken, right after the failed call. */
  failed(): void;
  /** Called after packets: the pump may stop, or start a wait. */
  review(): void;
}

/** What the pump drives. */
export class PortTurns implements PumpHost {
  /** Waits that were started on another thread. */
  waits = 0;
  readonly #host: TurnHost;
  readonly #parts: TurnParts;
  readonly #work = new DeferredWork();
  readonly #onError: (error: unknown) => void;
  #measuring = false;
  #longestBatch = 0;

  /**
   * @param host The port.
   * @param parts What hears of the turns.
   */
  constructor(host: TurnHost, parts: TurnParts) {
    this.#host = host;
    this.#parts = parts;
    this.#onError = (error) => host.report(error, "Exception in deferred work");
  }

  /**
   * Measures batches from the first call on: nobody else pays for the clock.
   *
   * @returns Milliseconds of the longest batch, with all that its packets have
   * called.
   */
  measureBatches(): number {
    this.#measuring = true;
    return this.#longestBatch;
  }

  /** The packets. */
  get queue(): PacketQueue {
    return this.#host.queue;
  }

  /** How many synchronous completions this turn still allows. */
  get calls(): CallBudget {
    return this.#host.calls;
  }

  /** The time of a turn. */
  get clock(): TurnClock {
    return this.#host.clock;
  }

  /** Reasons to keep dispatching: pending operations and holds. */
  get outstanding(): number {
    return this.#parts.outstanding.total;
  }

  /** Those of them that keep the process alive. */
  get referenced(): number {
    return this.#parts.outstanding.referenced;
  }

  /** True when work was deferred to the next turn. */
  get deferred(): boolean {
    return this.#work.length > 0 || this.#host.late.waiting;
  }

  /**
   * Defers work to the next turn, behind what has completed by then.
   *
   * @param work Called once.
   */
  defer(work: () => void): void {
    this.#work.add(work);
  }

  /** Runs all work that was deferred, and what it defers: the port closes. */
  finish(): void {
    while (this.#work.length > 0) this.#runDeferred();
  }

  starved(): void {
    this.#host.observer?.starved();
  }

  turn(poll: boolean): number {
    const ready = this.#runDeferred() && poll && this.outstanding > 0;
    const count = ready ? this.drain() : 0;
    if (count === 0) this.#host.late.run();
    return count;
  }

  /**
   * Dispatches what has completed.
   *
   * @param timeout Milliseconds to wait on this thread for the first packet.
   * @returns Their number; 0 when called from within a callback.
   */
  poll(timeout: number): number {
    if (this.#busy) return 0;
    return runIn(ROOT, (timeout) => {
      const atOnce = this.deferred;
      while (!this.#runDeferred());
      return this.drain(atOnce ? 0 : timeout);
    }, timeout);
  }

  /**
   * Dispatches packets.
   *
   * @param timeout Milliseconds to wait on this thread for the first.
   * @returns Their number.
   */
  drain(timeout = 0): number {
    const count = this.queue.dequeue(timeout);
    if (count > 0) this.#dispatch(count);
    else if (count < 0) this.#parts.failed();
    this.#parts.review();
    return Math.max(count, 0);
  }

  /** Waits for packets on another thread; a rest only polls there. */
  wait(rest: boolean): Promise<number> {
    this.waits++;
    this.#host.dispatcher.recorder?.waits();
    return this.queue.wait(rest ? 0 : INFINITE);
  }

  /** Dispatches the packets of a wait, behind deferred work, which is older. */
  collect(arrived: number): void {
    this.#host.dispatcher.recorder?.arrived();
    while (!this.#runDeferred());
    if (arrived !== 0) this.#dispatch(this.queue.collect());
  }

  wake(): boolean {
    return this.#host.wake();
  }

  get #busy(): boolean {
    const { dispatcher, late } = this.#host;
    return dispatcher.active || late.running || this.#work.active;
  }

  #dispatch(count: number): void {
    const { recorder } = this.#host.dispatcher;
    if (this.#measuring || recorder !== null) this.#measure(count);
    else this.#dispatchBatch(count);
    if (this.#parts.outstanding.pending === 0) this.#parts.idle();
  }

  #measure(count: number): void {
    const since = performance.now();
    this.#dispatchBatch(count);
    const duration = performance.now() - since;
    if (duration > this.#longestBatch) this.#longestBatch = duration;
    this.#host.dispatcher.recorder?.dispatched(since, count);
  }

  #dispatchBatch(count: number): void {
    const { dispatcher, late } = this.#host;
    dispatcher.dispatch(count);
    late.run();
  }

  /** Runs before packets: deferred work is older than they are. */
  #runDeferred(): boolean {
    this.calls.renew();
    return this.#work.run(this.#onError);
  }
}
