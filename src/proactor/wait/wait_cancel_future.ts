/**
 * `WaitCancelFuture`: the end of a cancelled wait.
 *
 * @module
 */

import { Future, InvalidStateError } from "../future/future.ts";

/**
 * The future of an unregistration: when it is done, the callback of the wait
 * has returned or will never be called, so its memory can be reused. The
 * counterpart of asyncio's `_WaitCancelFuture`.
 */
export class WaitCancelFuture extends Future<boolean> {
  /** @param joined What `UnregisterWaitEx` returns on the other thread. */
  constructor(joined: Promise<number>) {
    super();
    joined.then(
      (ok) => this.setResult(ok !== 0),
      () => this.setResult(false),
    );
  }

  /**
   * Refuses: an unregistration cannot be cancelled.
   *
   * @throws {InvalidStateError} when called.
   */
  override cancel(): boolean {
    throw new InvalidStateError(
      "Cannot cancel the end of a wait: its memory is in use until then",
    );
  }
}
