/**
 * What the parts of an event loop know of it.
 *
 * @module
 */

import type { AsyncContext } from "../ffi/async_context.ts";
import type { FutureContext } from "../proactor/future/future.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { ExceptionContext } from "./exception_handler.ts";

/** What the parts of an event loop know of it. */
export interface LoopHost {
  /** The proactor that the loop drives. */
  readonly proactor: IocpProactor;
  /** How the futures of the loop run their callbacks. */
  readonly context: FutureContext;
  /**
   * Refuses work on a closed loop.
   *
   * @param action The beginning of the message.
   * @throws {InvalidStateError} when the loop is closed.
   */
  assertOpen(action: string): void;
  /**
   * Calls a function in the next turn of the loop.
   *
   * @param callback The function. What it throws goes to the exception handler.
   * @param context The async context in which it is called.
   * @param subject What messages name instead of the function.
   * @throws {InvalidStateError} when the loop is closed.
   */
  callSoon(
    callback: () => unknown,
    context: AsyncContext,
    subject?: unknown,
  ): void;
  /**
   * Takes an exception that has no caller. Never throws.
   *
   * @param context What happened.
   */
  callExceptionHandler(context: ExceptionContext): void;
}
