/**
 * The queue of packets: the completion port's handle, and the two ways to take
 * packets off it.
 *
 * @module
 */

import { INFINITE, MEM_RELEASE } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { allocate } from "../ffi/memory.ts";
import {
  ENTRY_BYTES,
  ENTRY_KEY,
  ENTRY_OVERLAPPED,
  ENTRY_SIZE,
  ENTRY_STATUS,
} from "../ffi/structs.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../ffi/win32_api.ts";

/**
 * Packets that one call may dequeue, and a turn may dispatch: more would keep
 * timers waiting, and save less than 1 % of a packet's cost.
 */
const BATCH = 32;

/** Completion keys below this one are the library's own. */
export const FIRST_HANDLE_KEY = 16;

/** A packet that only makes a wait return. */
export const KEY_WAKE = 1;

/** A packet that calls a function; posted by other threads. */
export const KEY_CALL = 2;

/** The packets of one port. `read` decodes one into the fields. */
export class PacketQueue {
  /** The port's handle. */
  readonly handle: Handle;
  /** The completion key. */
  key = 0;
  /** The low half of the OVERLAPPED's address. */
  low = 0;
  /** The high half of the OVERLAPPED's address. */
  high = 0;
  /** The NTSTATUS. */
  status = 0;
  /** Bytes moved. */
  bytes = 0;

  readonly #api: Win32Api;
  readonly #entries = new Uint8Array(BATCH * ENTRY_SIZE);
  readonly #view = new DataView(this.#entries.buffer);
  readonly #count = new Uint32Array(1);
  /** A wait may outlive its caller, so it writes to native memory. */
  readonly #waitEntries: Address;
  #closed = false;

  /**
   * Creates a port.
   *
   * @param api The seam.
   * @param concurrency Threads that may run completions at once.
   * @throws {WindowsError} when Windows refuses another port.
   */
  constructor(api: Win32Api, concurrency: number) {
    this.#api = api;
    this.#waitEntries = allocate(api, BATCH * ENTRY_SIZE + 4);
    try {
      this.handle = createPort(api, concurrency);
    } catch (error) {
      api.virtualFree(this.#waitEntries, 0, MEM_RELEASE);
      throw error;
    }
    api.threadHandles?.add(this.handle, "CloseHandle");
  }

  /**
   * Takes packets on this thread.
   *
   * @param timeout Milliseconds to wait for the first.
   * @returns Their number.
   */
  dequeue(timeout: number): number {
    return this.#api.getQueuedCompletionStatusEx(
      this.handle,
      this.#entries,
      timeout,
    );
  }

  /**
   * Waits for packets on another thread. One wait at a time.
   *
   * @returns Not 0 when `collect` will find some.
   */
  wait(): Promise<number> {
    const { handle } = this;
    return this.#api.waitForCompletions(
      handle,
      this.#waitEntries,
      BATCH,
      INFINITE,
    );
  }

  /**
   * Takes over what a wait has brought.
   *
   * @returns The number of packets.
   */
  collect(): number {
    const end = this.#waitEntries + BigInt(BATCH * ENTRY_SIZE);
    this.#api.copyOut(new Uint8Array(this.#count.buffer), end);
    const count = this.#count[0]!;
    const bytes = this.#entries.subarray(0, count * ENTRY_SIZE);
    this.#api.copyOut(bytes, this.#waitEntries);
    return count;
  }

  /**
   * Decodes a packet into the fields.
   *
   * @param index Its position among those that were taken last.
   */
  read(index: number): void {
    const view = this.#view;
    const offset = index * ENTRY_SIZE;
    this.key = view.getUint32(offset + ENTRY_KEY, true);
    this.low = view.getUint32(offset + ENTRY_OVERLAPPED, true);
    this.high = view.getUint32(offset + ENTRY_OVERLAPPED + 4, true);
    this.status = view.getUint32(offset + ENTRY_STATUS, true);
    this.bytes = view.getUint32(offset + ENTRY_BYTES, true);
  }

  /**
   * Makes a wait return.
   *
   * @throws {WindowsError} when the packet cannot be queued.
   */
  wake(): void {
    const code = this.#api.postQueuedCompletionStatus(
      this.handle,
      0,
      KEY_WAKE,
      0n,
    );
    if (code === 0) return;
    throw windowsError(this.#api, code, {
      syscall: "PostQueuedCompletionStatus",
      action: "Cannot wake the event loop",
    });
  }

  /** Closes the port, which ends a wait. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#api.closeHandle(this.handle);
  }

  /** Frees the memory. No wait may be outstanding. */
  free(): void {
    this.#api.virtualFree(this.#waitEntries, 0, MEM_RELEASE);
  }
}

/**
 * Posts a call to a port of this process; any thread may do it.
 *
 * @param api The seam of the calling thread.
 * @param target The port and the id of the callback.
 * @param value A u32 that goes with it.
 * @returns 0 or a Win32 code.
 */
export function postCall(
  api: Win32Api,
  target: { port: Handle; id: number },
  value: number,
): number {
  const { port, id } = target;
  return api.postQueuedCompletionStatus(port, value, KEY_CALL, BigInt(id));
}

function createPort(api: Win32Api, concurrency: number): Handle {
  const none = INVALID_HANDLE_VALUE;
  const port = api.createIoCompletionPort(none, 0n, 0, concurrency);
  if (port !== 0n) return port;
  throw windowsError(api, api.lastError, {
    syscall: "CreateIoCompletionPort",
    action: "Cannot create completion port",
  });
}
