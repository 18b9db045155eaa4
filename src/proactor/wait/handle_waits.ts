/**
 * What the waits of a proactor share.
 *
 * @module
 */

import { windowsError } from "../../ffi/errors.ts";
import type { WaitApi } from "../../ffi/wait/api.ts";
import { encodeWaitRecord } from "../../ffi/wait/wait_callback.ts";
import type { Handle } from "../../ffi/win32_api.ts";
import { timerDelay } from "../arguments.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { WaitCancelFuture } from "./wait_cancel_future.ts";

/**
 * The waits of a proactor. Their callbacks post to a duplicate of the port's
 * handle, which stays open as long as one of them may be called, even after the
 * close of the port: so they never post to another port with the same handle
 * value.
 */
export class HandleWaits {
  /** The port that dispatches the packets. */
  readonly port: CompletionPort;
  /** The seam. */
  readonly api: WaitApi;
  /** The completion key of their packets. */
  readonly key: number;
  /** The record of each wait. */
  readonly record: Uint8Array<ArrayBuffer>;
  /** Waits whose callback may still be called. */
  registered = 0;
  readonly #joins = new Set<WaitCancelFuture>();
  #postTo: Handle;
  #closed = false;

  /**
   * @param port The port that dispatches the packets.
   * @param api The seam.
   * @throws {WindowsError} when the port's handle cannot be duplicated.
   */
  constructor(port: CompletionPort, api: WaitApi) {
    this.port = port;
    this.api = api;
    this.key = port.newKey();
    this.#postTo = duplicate(port, api);
    this.record = encodeWaitRecord(this.#postTo, this.key);
  }

  /**
   * Waits for the end of an unregistration.
   *
   * @param future Its future.
   * @param onEnd Called with whether it was a success.
   */
  join(future: WaitCancelFuture, onEnd: (ok: boolean) => void): void {
    this.#joins.add(future);
    future.then((ok) => {
      this.#joins.delete(future);
      onEnd(ok);
      this.#closeIfUnused();
    });
  }

  /**
   * Waits for unregistrations. The handle is closed with the last wait.
   *
   * @param deadline Milliseconds.
   */
  async close(deadline: number): Promise<void> {
    await this.#joinedWithin(deadline);
    this.#closed = true;
    this.#closeIfUnused();
  }

  #joinedWithin(deadline: number): Promise<unknown> {
    const joined = Promise.all(this.#joins);
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, timerDelay(deadline));
    return Promise.race([joined, promise]).finally(() => clearTimeout(timer));
  }

  #closeIfUnused(): void {
    if (!this.#closed || this.registered > 0 || this.#postTo === 0n) return;
    this.port.api.closeHandle(this.#postTo);
    this.#postTo = 0n;
  }
}

function duplicate(port: CompletionPort, api: WaitApi): Handle {
  const handle = api.duplicateHandle(port.handle);
  if (handle !== 0n) return handle;
  throw windowsError(port.api, api.lastError, {
    syscall: "DuplicateHandle",
    action: "Cannot wait for handles",
  });
}
