/**
 * `PipeHandle`: a pipe's handle with an owner.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";
import {
  closeWhenForgotten,
  type ForgottenPart,
} from "../proactor/port/forgotten.ts";

/** What is closed when the owner was collected. */
class OwnedHandle implements ForgottenPart {
  readonly api: Win32Api;
  handle: Handle | null;

  constructor(api: Win32Api, handle: Handle) {
    this.api = api;
    this.handle = handle;
  }

  get closing(): boolean {
    return this.handle === null;
  }

  destroy(): void {
    if (this.handle !== null) this.api.closeHandle(this.handle);
  }
}

/**
 * Owns the handle of a pipe: closes it once, and also when it was forgotten.
 * The counterpart of asyncio's `PipeHandle`.
 *
 * @example Usage
 * ```ts
 * import { pipe } from "@iocp/proactor/pipe";
 *
 * const [server, client] = pipe();
 * using _server = server;
 * using _client = client;
 * console.log(server.fileno());
 * ```
 */
export class PipeHandle implements Disposable {
  readonly #owned: OwnedHandle;

  /**
   * Takes a handle over.
   *
   * @param api The seam.
   * @param handle An open handle that nobody else closes.
   * @internal
   */
  constructor(api: Win32Api, handle: Handle) {
    this.#owned = new OwnedHandle(api, handle);
    const name = `pipe handle ${handle}`;
    closeWhenForgotten(this, { part: this.#owned, name });
    api.threadHandles?.add(handle, "CloseHandle");
  }

  /** The handle, or `null` when it is closed. */
  get handle(): Handle | null {
    return this.#owned.handle;
  }

  /**
   * The handle.
   *
   * @returns The handle, which stays this object's.
   * @throws {Deno.errors.BadResource} when it is closed.
   */
  fileno(): Handle {
    if (this.#owned.handle !== null) return this.#owned.handle;
    throw new Deno.errors.BadResource("Cannot use handle: the pipe is closed");
  }

  /**
   * Leaves the handle to somebody else. A proactor that has used it knows it by
   * this object.
   *
   * @returns The handle, which this object does not close any more.
   * @throws {Deno.errors.BadResource} when it is closed.
   */
  detach(): Handle {
    const handle = this.fileno();
    this.#owned.handle = null;
    this.#owned.api.threadHandles?.remove(handle);
    return handle;
  }

  /**
   * Gives another process a handle for the same end of the pipe. This one stays
   * open, and should be closed when the other process has taken over. A handle
   * that a proactor has used cannot be given away: what happens on it is told to
   * the proactor's completion port, whoever asks for it.
   *
   * @example Usage
   * ```ts
   * import { pipe } from "@iocp/proactor/pipe";
   * import { adoptHandle } from "@iocp/proactor/process";
   *
   * const [reader, writer] = pipe();
   * // To ourselves here; the other process gets the number by any other way.
   * const value = await reader.duplicateTo(Deno.pid);
   * reader.close();
   * using adopted = await adoptHandle(value, { direction: "in" });
   * writer.close();
   * console.log(await adopted.read(new Uint8Array(1))); // null
   * ```
   *
   * @param processId The process, which this one must be allowed to give
   * handles to: of the same user and of no higher integrity level.
   * @returns The value of its handle, which only that process can use or close.
   * @throws {RangeError} when `processId` is not that of any process.
   * @throws {Deno.errors.BadResource} when the handle is closed.
   * @throws {Deno.errors.NotSupported} when a proactor has used it.
   * @throws {Deno.errors.PermissionDenied} when the process takes none from us.
   * @throws {WindowsError} when there is no such process.
   */
  async duplicateTo(processId: number): Promise<Handle> {
    const { duplicateTo } = await import("./duplicate_to.ts");
    return duplicateTo(this.#owned.api, this.fileno(), processId);
  }

  /**
   * Closes the handle. The second call does nothing, also when the first one
   * failed: the value may be another handle's by then.
   *
   * @throws {Deno.errors.BadResource} when somebody else had closed it.
   */
  close(): void {
    const { api, handle } = this.#owned;
    if (handle === null) return;
    this.#owned.handle = null;
    const code = api.closeHandle(handle);
    if (code === 0) return;
    throw windowsError(api, code, {
      syscall: "CloseHandle",
      action: "Cannot close pipe",
    });
  }

  /** Closes the handle. */
  [Symbol.dispose](): void {
    this.close();
  }
}
