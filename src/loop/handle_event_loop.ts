/**
 * `HandleEventLoop`: the part of an event loop that waits for handles and
 * signals, and runs functions in workers.
 *
 * @module
 */

import { INFINITE } from "../ffi/constants.ts";
import { timerDelay, waitMilliseconds } from "../proactor/arguments.ts";
import { type Future, InvalidStateError } from "../proactor/future/future.ts";
import type {
  HandleLike,
  WaitHandleOptions,
} from "../proactor/proactor_options.ts";
import type { WaitHandleFuture } from "../proactor/wait/wait_handle_future.ts";
import { assertFunction, kindOf } from "./arguments.ts";
import type { BaseEventLoopOptions } from "./base_event_loop.ts";
import type { Callback } from "./handles.ts";
import { SignalHandlers } from "./signal_handlers.ts";
import { StreamEventLoop } from "./stream_event_loop.ts";
import { type WorkerCall, WorkerExecutor } from "./worker_executor.ts";

/** Options of `shutdownDefaultExecutor` of an event loop. */
export interface ShutdownDefaultExecutorOptions {
  /**
   * Milliseconds after which the calls that still run are cancelled, with their
   * workers.
   *
   * @default {Infinity}
   */
  timeout?: number;
}

/**
 * Waits for kernel objects and signals, and runs functions in workers; see
 * {@linkcode ProactorEventLoop} for the loop to use.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * loop.addSignalHandler("SIGINT", () => loop.stop());
 * await loop.runForever();
 * console.log("Ctrl-C");
 * ```
 */
export abstract class HandleEventLoop extends StreamEventLoop {
  readonly #signals: SignalHandlers;
  #executor: WorkerExecutor | undefined;
  #executorShutdown = false;

  /**
   * Creates a loop that does not run yet.
   *
   * @param options The debug mode.
   */
  constructor(options: BaseEventLoopOptions = {}) {
    super(options);
    this.#signals = new SignalHandlers((call) => void this.callSoon(call));
  }

  // --- handles -------------------------------------------------------------

  /**
   * Waits for a process, event, semaphore or another kernel object.
   *
   * @param handle The handle, or its owner.
   * @param options The time-out, and a signal that cancels.
   * @returns True when the object was signalled, false when the time was over;
   * see {@linkcode IocpProactor.waitForHandle}.
   * @throws {TypeError} when `handle` is not a handle.
   * @throws {RangeError} when the time-out is negative, not a number or too
   * big.
   * @throws {Deno.errors.BadResource} when the handle is closed.
   * @throws {InvalidStateError} when the loop is closed.
   */
  waitForHandle(
    handle: HandleLike,
    options: WaitHandleOptions = {},
  ): WaitHandleFuture {
    this.assertOpen("wait for handle");
    return this.proactor.waitForHandle(handle, options);
  }

  // --- signals -------------------------------------------------------------

  /**
   * Calls a function in the loop whenever a signal comes, in place of what the
   * system does by default, until {@linkcode removeSignalHandler} or the close
   * of the loop. On Windows Ctrl-C is `"SIGINT"` and Ctrl-Break `"SIGBREAK"`,
   * which by default end the process. Several loops may handle one signal.
   *
   * @param signal One that `Deno.addSignalListener` takes.
   * @param callback Called in place of the handler that was there before.
   * @param args What it is called with.
   * @throws {TypeError} when the system has no such signal to handle, or
   * `callback` is not a function.
   * @throws {InvalidStateError} when the loop is closed.
   */
  addSignalHandler<A extends unknown[]>(
    signal: Deno.Signal,
    callback: Callback<A>,
    ...args: A
  ): void {
    assertFunction("add signal handler", callback);
    this.assertOpen("add signal handler");
    this.#signals.add(signal, callback as Callback, args);
  }

  /**
   * Ends what {@linkcode addSignalHandler} began. The handler is not called
   * again, and without others the system does its default again.
   *
   * @param signal The signal.
   * @returns False when the loop had no handler for it.
   * @throws {TypeError} when `signal` is not a string.
   */
  removeSignalHandler(signal: Deno.Signal): boolean {
    return this.#signals.remove(signal);
  }

  // --- workers -------------------------------------------------------------

  /**
   * Calls a function of a module in a worker.
   *
   * @typeParam T The type of the result.
   * @param executor The workers, or `null` for those of the default executor.
   * @param call The function, and a signal that cancels.
   * @param args What it is called with.
   * @returns Its result, awaited; see {@linkcode WorkerExecutor.submit}.
   * @throws {TypeError} when the module is no absolute URL, or the name no
   * string.
   * @throws {InvalidStateError} when the loop is closed or the executor is
   * shut down.
   */
  runInExecutor<T>(
    executor: WorkerExecutor | null,
    call: WorkerCall,
    ...args: unknown[]
  ): Future<T> {
    this.assertOpen("run in executor");
    const workers = executor ?? this.#defaultExecutor();
    return workers.submitIn<T>(this.context, call, args);
  }

  /**
   * Sets the executor that {@linkcode runInExecutor} uses by default. The close
   * of the loop shuts it down, without waiting.
   *
   * @param executor The executor; that before is not shut down.
   * @throws {TypeError} when it is something else.
   */
  setDefaultExecutor(executor: WorkerExecutor): void {
    if (!(executor instanceof WorkerExecutor)) {
      throw new TypeError(
        `Cannot set the default executor: ${
          kindOf(executor)
        } is no WorkerExecutor`,
      );
    }
    this.#executor = executor;
  }

  /**
   * Waits for the calls of the default executor, then ends its workers. From
   * now on there is no default executor.
   *
   * @param options How long to wait.
   * @throws {RangeError} when the time-out is negative, not a number or too
   * big.
   */
  async shutdownDefaultExecutor(
    options: ShutdownDefaultExecutorOptions = {},
  ): Promise<void> {
    const milliseconds = waitMilliseconds(options.timeout);
    this.#executorShutdown = true;
    const executor = this.#executor;
    if (executor === undefined) return;
    const timer = milliseconds === INFINITE
      ? undefined
      : setTimeout(() => void executor.terminate(), timerDelay(milliseconds));
    await executor.shutdown().finally(() => clearTimeout(timer));
  }

  // --- parts ---------------------------------------------------------------

  /**
   * Refuses further scheduling and drops what is scheduled, signal handlers
   * too.
   *
   * @ignore
   */
  protected override endScheduling(): void {
    super.endScheduling();
    this.#signals.clear();
    this.#executorShutdown = true;
    void this.#executor?.shutdown({ wait: false });
  }

  #defaultExecutor(): WorkerExecutor {
    if (this.#executorShutdown) {
      throw new InvalidStateError(
        "Cannot run in executor: the default executor is shut down",
      );
    }
    return this.#executor ??= new WorkerExecutor();
  }
}
