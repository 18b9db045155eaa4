/**
 * `BaseEventLoop`: the part of an event loop that does no I/O.
 *
 * @module
 */

import {
  Future,
  type FutureContext,
  InvalidStateError,
} from "../proactor/future/future.ts";
import { assertFunction, assertTime, isThenable } from "./arguments.ts";
import type { ExceptionContext } from "./exception_handler.ts";
import { type Callback, Handle, TimerHandle } from "./handles.ts";
import { LoopContext } from "./loop_context.ts";
import { Scheduler } from "./scheduler.ts";
import { Task, type TaskFunction, type TaskOptions } from "./task.ts";

/** Options of every event loop. */
export interface BaseEventLoopOptions {
  /**
   * True warns of slow callbacks and remembers where handles were made.
   *
   * @default {false}
   */
  debug?: boolean | undefined;
  /**
   * Milliseconds from which on a callback is slow.
   *
   * @default {100}
   */
  slowCallbackDuration?: number | undefined;
}

/**
 * Scheduling, futures and tasks: the part of an event loop that does no I/O.
 * The counterpart of `asyncio.BaseEventLoop`; see
 * {@linkcode ProactorEventLoop} for the loop to use.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * loop.callSoon((name) => console.log("hello", name), "world");
 * loop.callLater(10, () => loop.stop());
 * await loop.runForever();
 * ```
 */
export abstract class BaseEventLoop {
  /** Milliseconds from which on debug mode warns of a callback. */
  slowCallbackDuration: number;
  /**
   * How the futures of the loop run their callbacks.
   *
   * @ignore
   */
  protected readonly context: FutureContext;
  readonly #scheduler: Scheduler;
  readonly #tasks = new Set<Task<unknown>>();
  #debug: boolean;
  #closed = false;

  /**
   * Creates a loop that does not run yet.
   *
   * @param options The debug mode.
   */
  constructor(options: BaseEventLoopOptions = {}) {
    this.context = new LoopContext(this);
    this.#debug = options.debug ?? false;
    this.slowCallbackDuration = options.slowCallbackDuration ?? 100;
    this.#scheduler = new Scheduler({
      time: () => this.time(),
      execute: (handle) => this.#execute(handle),
    });
  }

  /**
   * Takes an exception that has no caller. Never throws.
   *
   * @param context What happened.
   */
  abstract callExceptionHandler(context: ExceptionContext): void;

  /**
   * Stops the loop after the callbacks that are ready now. When it does not
   * run, the next run makes one pass: I/O that has completed, timers that are
   * due, callbacks that are ready.
   */
  stop(): void {
    this.#scheduler.stop();
  }

  /**
   * Tells whether the loop is closed.
   *
   * @returns True from `close` on.
   */
  isClosed(): boolean {
    return this.#closed;
  }

  // --- scheduling ----------------------------------------------------------

  /**
   * The clock of the loop.
   *
   * @returns Milliseconds, as `performance.now()`.
   */
  time(): number {
    return performance.now();
  }

  /**
   * Calls a function in the next turn of the loop, in the order of the calls.
   *
   * @param callback The function.
   * @param args What it is called with.
   * @returns The handle, which can be cancelled.
   * @throws {TypeError} when `callback` is not a function.
   * @throws {InvalidStateError} when the loop is closed.
   */
  callSoon<A extends unknown[]>(callback: Callback<A>, ...args: A): Handle {
    const handle = new Handle(this.#call(callback, args), this);
    this.#scheduler.callSoon(handle);
    return handle;
  }

  /**
   * As {@linkcode callSoon}, for code that does not know whether the loop
   * waits. Threads other than the loop's own have no loop object: they use
   * {@linkcode ProactorEventLoop.exportCallback}.
   *
   * @param callback The function.
   * @param args What it is called with.
   * @returns The handle, which can be cancelled.
   * @throws {TypeError} when `callback` is not a function.
   * @throws {InvalidStateError} when the loop is closed.
   */
  callSoonThreadsafe<A extends unknown[]>(
    callback: Callback<A>,
    ...args: A
  ): Handle {
    // What is ready arms a turn of Deno's event loop, which wakes it.
    return this.callSoon(callback, ...args);
  }

  /**
   * Calls a function after a time, never earlier.
   *
   * @param delay Milliseconds. What is due by now runs in the order of the
   * times, so negative ones come first.
   * @param callback The function.
   * @param args What it is called with.
   * @returns The handle, which can be cancelled.
   * @throws {TypeError} when `callback` is not a function, or `delay` not a
   * number.
   * @throws {RangeError} when `delay` is `NaN`.
   * @throws {InvalidStateError} when the loop is closed.
   */
  callLater<A extends unknown[]>(
    delay: number,
    callback: Callback<A>,
    ...args: A
  ): TimerHandle {
    assertTime("delay", delay);
    return this.callAt(this.time() + delay, callback, ...args);
  }

  /**
   * Calls a function at a time, never earlier.
   *
   * @param when Milliseconds on the clock of the loop, see {@linkcode time}.
   * @param callback The function.
   * @param args What it is called with.
   * @returns The handle, which can be cancelled.
   * @throws {TypeError} when `callback` is not a function, or `when` not a
   * number.
   * @throws {RangeError} when `when` is `NaN`.
   * @throws {InvalidStateError} when the loop is closed.
   */
  callAt<A extends unknown[]>(
    when: number,
    callback: Callback<A>,
    ...args: A
  ): TimerHandle {
    assertTime("time", when);
    const timer = new TimerHandle(when, this.#call(callback, args), this);
    this.#scheduler.callAt(timer);
    return timer;
  }

  // --- futures and tasks ---------------------------------------------------

  /**
   * Makes a future whose done callbacks run in the loop.
   *
   * @typeParam T The type of the result.
   * @returns A pending future.
   */
  createFuture<T>(): Future<T> {
    return new Future<T>(this.context);
  }

  /**
   * Makes a task of a function, which is called in the next turn, or of a
   * promise.
   *
   * @typeParam T The type of the result.
   * @param source The function or the promise.
   * @param options The name.
   * @returns The task.
   * @throws {TypeError} when `source` is neither a function nor a promise.
   * @throws {InvalidStateError} when the loop is closed.
   */
  createTask<T>(
    source: TaskFunction<T> | PromiseLike<T>,
    options: TaskOptions = {},
  ): Task<T> {
    if (!isThenable(source)) assertFunction("create task", source);
    this.assertOpen("create task");
    const host = { context: this.context, tasks: this.#tasks };
    return new Task<T>(source, host, options);
  }

  /**
   * The tasks of the loop that are not done.
   *
   * @returns A new set.
   */
  allTasks(): Set<Task<unknown>> {
    return new Set(this.#tasks);
  }

  // --- debugging -----------------------------------------------------------

  /**
   * Switches the debug mode.
   *
   * @param enabled True warns of slow callbacks and remembers where handles
   * were made.
   */
  setDebug(enabled: boolean): void {
    this.#debug = enabled;
  }

  /**
   * Tells whether debug mode is on.
   *
   * @returns True in debug mode.
   */
  getDebug(): boolean {
    return this.#debug;
  }

  // --- parts ---------------------------------------------------------------

  /**
   * Runs turns until {@linkcode stop}.
   *
   * @ignore
   * @returns A promise that resolves after the last turn.
   */
  protected runTurns(): Promise<void> {
    return this.#scheduler.run();
  }

  /**
   * Refuses further scheduling and drops what is scheduled.
   *
   * @ignore
   */
  protected endScheduling(): void {
    this.#closed = true;
    this.#scheduler.clear();
  }

  /**
   * Refuses work on a closed loop.
   *
   * @ignore
   * @param action The beginning of the message.
   * @throws {InvalidStateError} when the loop is closed.
   */
  protected assertOpen(action: string): void {
    if (!this.#closed) return;
    throw new InvalidStateError(`Cannot ${action}: the event loop is closed`);
  }

  #call<A extends unknown[]>(callback: Callback<A>, args: A) {
    assertFunction("schedule callback", callback);
    this.assertOpen("schedule callback");
    return { callback: callback as Callback, args };
  }

  #execute(handle: Handle): void {
    if (!this.#debug) return handle.run();
    const start = performance.now();
    const text = `${handle}`;
    handle.run();
    const duration = performance.now() - start;
    if (duration < this.slowCallbackDuration) return;
    console.warn(`Executing ${text} took ${duration.toFixed(0)} ms`);
  }
}
