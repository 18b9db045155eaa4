/**
 * The callbacks that a loop is going to call.
 *
 * @module
 */

import {
  type AsyncContext,
  contextOfOption,
  currentContext,
} from "../ffi/async_context.ts";
import { InvalidStateError } from "../proactor/future/future.ts";
import { assertFunction, assertTime } from "./arguments.ts";
import {
  type Callback,
  Handle,
  type HandleHost,
  type Schedulable,
  type ScheduledCall,
  TimerHandle,
} from "./handles.ts";
import { Scheduler, type SchedulerMetrics } from "./scheduler.ts";

/** What the scheduling of callbacks needs of its loop. */
export interface SchedulingHost extends HandleHost {
  /** Milliseconds from which on debug mode warns of a callback. */
  readonly slowCallbackDuration: number;
  /**
   * Reads the clock of the loop.
   *
   * @returns Milliseconds.
   */
  time(): number;
}

/**
 * Makes handles of callbacks and schedules them, until the loop is closed. The
 * methods are documented on the page of {@linkcode ProactorEventLoop}.
 */
export class Scheduling {
  readonly #host: SchedulingHost;
  readonly #scheduler: Scheduler;
  #longestCallback = 0;
  #closed = false;

  /** @param host The loop. */
  constructor(host: SchedulingHost) {
    this.#host = host;
    this.#scheduler = new Scheduler({
      time: () => host.time(),
      execute: (handle) => this.#execute(handle),
    });
  }

  /** True from `close` on. */
  get closed(): boolean {
    return this.#closed;
  }

  callSoon<A extends unknown[]>(callback: Schedulable<A>, args: A): Handle {
    return this.#soon(this.#call(callback, args));
  }

  /**
   * Calls a function of the library in the next turn.
   *
   * @param callback The function.
   * @param context The async context in which it is called.
   * @param subject What messages name instead of the function.
   */
  schedule(
    callback: () => unknown,
    context: AsyncContext,
    subject?: unknown,
  ): void {
    this.assertOpen("schedule callback");
    this.#soon({ callback, args: [], context, subject });
  }

  #soon(call: ScheduledCall): Handle {
    const handle = new Handle(call, this.#host);
    this.#scheduler.callSoon(handle);
    return handle;
  }

  callLater<A extends unknown[]>(
    delay: number,
    callback: Schedulable<A>,
    args: A,
  ): TimerHandle {
    assertTime("delay", delay);
    return this.callAt(this.#host.time() + delay, callback, args);
  }

  callAt<A extends unknown[]>(
    when: number,
    callback: Schedulable<A>,
    args: A,
  ): TimerHandle {
    assertTime("time", when);
    const call = this.#call(callback, args);
    const timer = new TimerHandle(when, call, this.#host);
    this.#scheduler.callAt(timer);
    return timer;
  }

  /**
   * Runs turns until {@linkcode stop}.
   *
   * @returns A promise that resolves after the last turn.
   */
  run(): Promise<void> {
    return this.#scheduler.run();
  }

  /** Makes the turn that runs, or else the next one, the last. */
  stop(): void {
    this.#scheduler.stop();
  }

  /** Refuses further callbacks and drops those that are scheduled. */
  close(): void {
    this.#closed = true;
    this.#scheduler.clear();
  }

  /**
   * Refuses work on a closed loop.
   *
   * @param action The beginning of the message.
   * @throws {InvalidStateError} when the loop is closed.
   */
  assertOpen(action: string): void {
    if (!this.#closed) return;
    throw new InvalidStateError(`Cannot ${action}: the event loop is closed`);
  }

  #call<A extends unknown[]>(what: Schedulable<A>, args: A): ScheduledCall {
    if (typeof what === "function") return this.#checked(what, args);
    const call = this.#checked(what?.callback, args);
    return { ...call, context: contextOfOption(what.context) };
  }

  #checked<A extends unknown[]>(callback: Callback<A>, args: A): ScheduledCall {
    assertFunction("schedule callback", callback);
    this.assertOpen("schedule callback");
    return { callback: callback as Callback, args, context: currentContext() };
  }

  #execute(handle: Handle): void {
    if (!this.#host.getDebug()) return handle.run();
    const start = performance.now();
    const text = `${handle}`;
    handle.run();
    this.noteCall(text, performance.now() - start);
  }

  /**
   * Reads the counters.
   *
   * @returns A snapshot.
   */
  metrics(): SchedulerMetrics & { longestCallback: number } {
    const longestCallback = this.#longestCallback;
    return { ...this.#scheduler.metrics(), longestCallback };
  }

  /**
   * Warns of a callback that was slow.
   *
   * @param what Which.
   * @param duration Milliseconds.
   */
  noteCall(what: string, duration: number): void {
    if (duration > this.#longestCallback) this.#longestCallback = duration;
    if (duration < this.#host.slowCallbackDuration) return;
    console.warn(`Executing ${what} took ${duration.toFixed(0)} ms`);
  }
}
