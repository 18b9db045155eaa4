/**
 * What futures throw by themselves.
 *
 * @module
 */

/**
 * An awaited future was cancelled.
 *
 * @example Usage
 * ```ts
 * import { CancelledError, Future } from "@iocp/proactor";
 * import { assertRejects } from "@std/assert";
 *
 * const future = new Future<number>();
 * future.cancel();
 * await assertRejects(async () => await future, CancelledError);
 * ```
 */
export class CancelledError extends Error {
  /** `"CancelledError"`. */
  override name = "CancelledError";
}

/**
 * A future was asked for what its state does not allow.
 *
 * @example Usage
 * ```ts
 * import { Future, InvalidStateError } from "@iocp/proactor";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => new Future<number>().result(), InvalidStateError);
 * ```
 */
export class InvalidStateError extends Error {
  /** `"InvalidStateError"`. */
  override name = "InvalidStateError";
}

/**
 * What awaiting a cancelled future throws: the reason, as with signals of the
 * web platform; without one a `CancelledError`, as in asyncio.
 *
 * @param reason Any value; `undefined` is none.
 * @returns The reason, or a `CancelledError`.
 */
export function cancelReason(reason: unknown): unknown {
  return reason === undefined ? new CancelledError("Cancelled") : reason;
}
