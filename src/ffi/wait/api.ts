/**
 * The seam for waits on kernel objects: processes, events, semaphores,
 * waitable timers, change notifications.
 *
 * The conventions are those of `Win32Api`. A registered wait has a record in
 * native memory (see `wait_callback.ts`), and when it ends, a thread of Windows
 * posts a packet to the completion port that the record names.
 *
 * @module
 */

import type { Address, Handle } from "../win32_api.ts";

/** The arguments of `RegisterWaitForSingleObject`. */
export interface WaitParameters {
  /** The object, open until the wait is unregistered. */
  object: Handle;
  /** Address of the record, which stays until the end of the wait. */
  context: Address;
  /** The longest wait, or INFINITE. */
  milliseconds: number;
}

/** Every native call for waits. */
export interface WaitApi {
  /** The error code of the last call on this object that failed. */
  readonly lastError: number;

  /**
   * Tells by `NtQueryObject` whether a handle is that of a mutex. Sources:
   * J. Duffy, Concurrent Programming on Windows, on RegisterWaitForSingleObject;
   * Microsoft, NtQueryObject.
   *
   * @returns False when it is not, or nothing is known of it.
   */
  isMutex(object: Handle): boolean;

  /**
   * `WaitForSingleObject` without waiting. What it takes of the object (the
   * signal of an auto-reset event, one of a semaphore) is taken.
   *
   * @returns One of the `WAIT_` values, or a Win32 code.
   */
  tryWait(object: Handle): number;

  /** `DuplicateHandle` within the process; `0n` on failure. */
  duplicateHandle(handle: Handle): Handle;

  /**
   * `RegisterWaitForSingleObject`, once only, with the callback that posts.
   *
   * @returns The wait handle, or `0n`.
   */
  registerWait(parameters: WaitParameters): Handle;

  /**
   * `UnregisterWaitEx` that does not wait for the callback.
   *
   * @returns 0; or 997 when the callback has not returned yet.
   */
  unregisterWait(wait: Handle): number;

  /**
   * `UnregisterWaitEx` on another thread. When it has ended, the callback has
   * returned or will never be called.
   *
   * @returns Not 0 after a success.
   */
  unregisterWaitAndJoin(wait: Handle): Promise<number>;

  /**
   * `FlushFileBuffers` on a thread of its own, because Windows has no
   * overlapped call that waits until the other end of a pipe has read.
   *
   * @param file The pipe.
   * @returns The thread, which is signalled when the call has ended, or `0n`.
   */
  startFlush(file: Handle): Handle;

  /** `CancelSynchronousIo`. */
  cancelSynchronousIo(thread: Handle): number;
}
