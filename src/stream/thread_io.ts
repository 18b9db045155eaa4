/**
 * Streams over handles that a completion port cannot drive.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../ffi/constants.ts";
import type { ThreadIoApi, ThreadTransfer } from "../ffi/thread_io/api.ts";
import type { Address, Handle } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { Operation } from "../proactor/port/operation.ts";
import { PortHandle } from "../proactor/port/port_handle.ts";
import type { StreamIo } from "./stream_io.ts";

/** Every call ends with a packet: the one that its thread posts. */
const MODES = { skipsOnSuccess: false, queuesWarnings: true };

/** Milliseconds to the first and the last look whether a thread is done. */
const FIRST_PAUSE = 16;
const LONGEST_PAUSE = 1000;

/** What a {@linkcode ThreadIo} works with. */
export interface ThreadIoOptions {
  /** The seam. */
  api: ThreadIoApi;
  /**
   * Makes a handle of the port that no close of the proactor closes.
   *
   * @returns The handle.
   * @throws {WindowsError} when Windows refuses one.
   */
  duplicatePort(): Handle;
}

/**
 * Reads and writes on threads of Windows' pool, one thread for each that is
 * pending, which is neither this one nor one of Deno's. When a call returns,
 * its thread posts a packet to the port, so that a stream cannot tell it from
 * an overlapped one.
 *
 * The handle is closed when the last call has returned: closing it before
 * would block this thread until then.
 */
export class ThreadIo implements StreamIo {
  /** Not used: no call ends at once. */
  readonly transferred = 0;
  /** Its reads are cancelled by a close alone. */
  readonly blocking = true;
  /** The handle, which is not on the port. */
  readonly owner: PortHandle;
  readonly #port: CompletionPort;
  readonly #options: ThreadIoOptions;
  /** Made for the first call. */
  #ownPort: Handle | undefined;
  /** Calls that may not have ended, and the use of their slot. */
  readonly #calls = new Map<Operation, number>();

  /**
   * @param port Where the packets are dispatched.
   * @param file A handle that was not opened for overlapped I/O.
   * @param options The threads.
   */
  constructor(port: CompletionPort, file: Handle, options: ThreadIoOptions) {
    this.#port = port;
    this.#options = options;
    this.owner = new PortHandle(file, {
      key: port.newKey(),
      modes: MODES,
      control: {
        closeHandle: () => this.#close(),
        cancelIoEx: (_, overlapped) => this.#cancel(overlapped),
      },
    });
  }

  read(buffer: Address, length: number, overlapped: Address): number {
    const transfer = this.#transfer(buffer, length, overlapped);
    return this.#started(this.#options.api.startRead(transfer), overlapped);
  }

  write(buffer: Address, length: number, overlapped: Address): number {
    const transfer = this.#transfer(buffer, length, overlapped);
    return this.#started(this.#options.api.startWrite(transfer), overlapped);
  }

  #transfer(buffer: Address, length: number, slot: Address): ThreadTransfer {
    const { handle: file, key } = this.owner;
    const port = this.#ownPort ??= this.#options.duplicatePort();
    return { file, buffer, length, slot, port, key };
  }

  #started(code: number, overlapped: Address): number {
    if (code !== 0) return code;
    const low = Number(overlapped & 0xffff_ffffn);
    const high = Number(overlapped >> 32n);
    const operation = this.#port.operations.find(low, high)!;
    this.#calls.set(operation, operation.generation);
    return ERROR_IO_PENDING;
  }

  #cancel(overlapped: Address): number {
    for (const { address } of this.#running()) {
      if (overlapped !== 0n && address !== overlapped) continue;
      this.#options.api.cancel(this.owner.handle, address);
    }
    return 0;
  }

  /** Those whose packet has not come. */
  #running(): Operation[] {
    for (const [operation, generation] of this.#calls) {
      const { pending } = operation;
      if (pending && operation.generation === generation) continue;
      this.#calls.delete(operation);
    }
    return [...this.#calls.keys()];
  }

  /** What is pending now must not keep the process alive any more. */
  #close(): number {
    if (this.#running().length === 0) return this.#closeHandles();
    this.#port.setReferenced(this.owner, false);
    this.#closeLater(FIRST_PAUSE);
    return 0;
  }

  /** A call whose thread began it behind the first cancel needs another. */
  #closeLater(pause: number): void {
    const timer = setTimeout(() => {
      const running = this.#running();
      if (running.length === 0) return void this.#closeHandles();
      if (this.#isAbandoned(running)) return void this.#closeFile();
      this.#cancel(0n);
      this.#closeLater(Math.min(2 * pause, LONGEST_PAUSE));
    }, pause);
    Deno.unrefTimer(timer);
  }

  /**
   * True when every call has returned, but not its packet: the proactor is gone.
   * A thread may still be on its way to post it, so the port's handle is left.
   */
  #isAbandoned(running: readonly Operation[]): boolean {
    const { capacity } = this.#port.operations;
    const { api } = this.#options;
    return capacity === 0 &&
      running.every(({ address }) => api.hasEnded(address));
  }

  #closeHandles(): number {
    const port = this.#ownPort;
    if (port !== undefined) this.#port.api.closeHandle(port);
    return this.#closeFile();
  }

  #closeFile(): number {
    return this.#port.api.closeHandle(this.owner.handle);
  }
}
