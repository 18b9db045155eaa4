/**
 * The context of a loop's futures: how they run their callbacks.
 *
 * @module
 */

import type { AsyncContext } from "../ffi/async_context.ts";
import { traceback } from "../ffi/traceback.ts";
import { Failures } from "../proactor/future/failures.ts";
import type { Future, FutureContext } from "../proactor/future/future.ts";
import type { ExceptionContext } from "./exception_handler.ts";
import type { LoopHost } from "./host.ts";
import { Task } from "./task.ts";

/** What the futures of a loop need of it. */
export interface ContextHost
  extends Pick<LoopHost, "callSoon" | "callExceptionHandler"> {
  /**
   * Tells whether the loop is closed.
   *
   * @returns True from its close on.
   */
  isClosed(): boolean;
  /**
   * Tells whether futures record where they were made.
   *
   * @returns True in debug mode.
   */
  getDebug(): boolean;
}

/** Runs the callbacks of futures in a loop. */
export class LoopContext implements FutureContext {
  readonly #host: ContextHost;
  readonly #failures = new Failures<ExceptionContext>(
    (context) => this.#host.callExceptionHandler(context),
  );

  /** @param host The loop. */
  constructor(host: ContextHost) {
    this.#host = host;
  }

  /**
   * Runs a callback in the loop's next turn. A closed loop drops it, as its
   * close has dropped those that were scheduled.
   *
   * @param callback The callback.
   * @param context The async context that it runs in.
   * @param subject What messages name.
   */
  schedule(
    callback: () => void,
    context: AsyncContext,
    subject: unknown,
  ): void {
    if (this.#host.isClosed()) return;
    this.#host.callSoon(callback, context, subject);
  }

  /**
   * Takes what a callback threw.
   *
   * @param exception What was thrown.
   * @param message What happened.
   */
  report(exception: unknown, message: string): void {
    this.#host.callExceptionHandler({ message, exception });
  }

  /**
   * Reports a failure to the exception handler when its future is
   * garbage-collected and nobody has retrieved the exception.
   *
   * @param future The future.
   * @param exception What it failed with.
   */
  noteFailure(future: Future<unknown>, exception: unknown): void {
    const { sourceTraceback } = future;
    const task = future instanceof Task ? future.getName() : undefined;
    const what = task === undefined ? "Future" : "Task";
    this.#failures.note(future, {
      message: `${what} exception was never retrieved`,
      exception,
      ...task !== undefined && { taskName: task },
      ...sourceTraceback !== undefined && { sourceTraceback },
    });
  }

  /**
   * Tells where the caller is, for reports.
   *
   * @returns A stack in debug mode.
   */
  trace(): string | undefined {
    return this.#host.getDebug() ? traceback() : undefined;
  }

  /**
   * Does not report a failure, because its exception was retrieved.
   *
   * @param future The future.
   */
  forgetFailure(future: Future<unknown>): void {
    this.#failures.forget(future);
  }
}
