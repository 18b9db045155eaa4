/**
 * How the futures of a loop run their callbacks.
 *
 * @module
 */

import type { Future, FutureContext } from "../proactor/future/future.ts";
import type { BaseEventLoop } from "./base_event_loop.ts";
import type { ExceptionContext } from "./exception_handler.ts";
import { Task } from "./task.ts";

/** Runs the callbacks of futures in a loop. */
export class LoopContext implements FutureContext {
  /** The loop. */
  readonly loop: BaseEventLoop;
  readonly #failures = new FinalizationRegistry<ExceptionContext>(
    (context) => this.loop.callExceptionHandler(context),
  );

  /** @param loop The loop. */
  constructor(loop: BaseEventLoop) {
    this.loop = loop;
  }

  /**
   * Runs a callback in the loop's next turn. A closed loop drops it, as it has
   * dropped those that were waiting when it was closed.
   *
   * @param callback The callback.
   */
  schedule(callback: () => void): void {
    if (!this.loop.isClosed()) this.loop.callSoon(callback);
  }

  /**
   * Takes what a callback threw.
   *
   * @param exception What was thrown.
   * @param message What happened.
   */
  report(exception: unknown, message: string): void {
    this.loop.callExceptionHandler({ message, exception });
  }

  /**
   * Tells the exception handler of a failure when its future is collected
   * without anyone having looked at it.
   *
   * @param future The future.
   * @param exception What it failed with.
   */
  noteFailure(future: Future<unknown>, exception: unknown): void {
    // What the registry holds must not hold the future.
    const context = future instanceof Task
      ? {
        message: "Task exception was never retrieved",
        exception,
        taskName: future.getName(),
      }
      : { message: "Future exception was never retrieved", exception };
    this.#failures.register(future, context, future);
  }

  /**
   * Forgets a failure, because somebody has looked at it.
   *
   * @param future The future.
   */
  forgetFailure(future: Future<unknown>): void {
    this.#failures.unregister(future);
  }
}

/**
 * The loop that a future belongs to.
 *
 * @param future Any future.
 * @returns The loop, or `undefined` when its callbacks run in none.
 */
export function loopOf(
  future: Pick<Future<unknown>, "context">,
): BaseEventLoop | undefined {
  const { context } = future;
  return context instanceof LoopContext ? context.loop : undefined;
}
