/**
 * Streams over handles that a completion port cannot drive.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../ffi/constants.ts";
import type { ThreadIoApi } from "../ffi/thread_io_api.ts";
import type { Address, Handle } from "../ffi/win32_api.ts";
import { setCallReferenced } from "../proactor/call_reference.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import { PortHandle } from "../proactor/port_handle.ts";
import type { StreamIo } from "./stream_io.ts";

/** Every call ends with a packet: the one that is posted here. */
const MODES = { skipsOnSuccess: false, queuesWarnings: true };

/** What a file, but no pipe, says at its end. */
const STATUS_END_OF_FILE = 0xc000_0011;

/**
 * Reads and writes on threads of Deno's pool, one thread for each that is
 * pending. When a call returns, its packet is posted to the port, so that a
 * stream cannot tell it from an overlapped one.
 *
 * The handle is closed when the last call has returned: closing it before
 * would block this thread until then.
 */
export class ThreadIo implements StreamIo {
  /** Not used: no call ends at once. */
  readonly transferred = 0;
  /** The handle, which is not on the port. */
  readonly owner: PortHandle;
  readonly #port: CompletionPort;
  readonly #api: ThreadIoApi;
  readonly #calls = new Set<Promise<number>>();
  #referenced = true;
  #closing = false;

  /**
   * @param port Where the packets are posted.
   * @param api The seam.
   * @param file A handle that was not opened for overlapped I/O.
   */
  constructor(port: CompletionPort, api: ThreadIoApi, file: Handle) {
    this.#port = port;
    this.#api = api;
    this.owner = new PortHandle(file, {
      key: port.newKey(),
      modes: MODES,
      close: () => this.#close(),
      cancel: (overlapped) => port.api.cancelIoEx(file, overlapped),
    });
  }

  read(buffer: Address, length: number, overlapped: Address): number {
    const { handle: file } = this.owner;
    const block = overlapped;
    return this.#started(
      this.#api.read({ file, buffer, length, block }),
      overlapped,
    );
  }

  write(buffer: Address, length: number, overlapped: Address): number {
    const { handle: file } = this.owner;
    const block = overlapped;
    return this.#started(
      this.#api.write({ file, buffer, length, block }),
      overlapped,
    );
  }

  /** @param referenced Whether pending calls keep the process alive. */
  setReferenced(referenced: boolean): void {
    if (this.#referenced === referenced) return;
    this.#referenced = referenced;
    for (const call of this.#calls) setCallReferenced(call, referenced);
  }

  #started(call: Promise<number>, overlapped: Address): number {
    this.#calls.add(call);
    if (!this.#referenced) setCallReferenced(call, false);
    call.then((status) => this.#returned(call, status, overlapped));
    return ERROR_IO_PENDING;
  }

  #returned(call: Promise<number>, status: number, overlapped: Address): void {
    this.#calls.delete(call);
    if (this.#closing && this.#calls.size === 0) this.#closeHandle();
    if (this.#isPending(overlapped)) this.#post(status, overlapped);
  }

  /** After a close of the port, nobody waits, and its handle may be another's. */
  #isPending(overlapped: Address): boolean {
    const operation = this.#port.operations.find(
      Number(overlapped & 0xffff_ffffn),
      Number(overlapped >> 32n),
    );
    return operation?.owner === this.owner && operation.pending;
  }

  #post(status: number, overlapped: Address): void {
    const ended = status === STATUS_END_OF_FILE;
    const code = this.#api.post(this.#port.handle, {
      key: this.owner.key,
      overlapped,
      status: ended ? 0 : status,
      bytes: ended ? 0 : this.#api.bytesMoved(overlapped),
    });
    if (code === 0) return;
    const error = new Error(`Cannot post packet: Windows error ${code}`);
    this.#port.report(error, "The end of a read or write was lost");
  }

  /** What is pending now must not keep the process alive any more. */
  #close(): number {
    this.#closing = true;
    if (this.#calls.size === 0) return this.#closeHandle();
    this.setReferenced(false);
    return 0;
  }

  #closeHandle(): number {
    return this.#port.api.closeHandle(this.owner.handle);
  }
}
