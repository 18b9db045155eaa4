/**
 * The queue of packets: the completion port's handle, and the two ways to
 * dequeue packets, on this thread and on another.
 *
 * @module
 */

import { MEM_RELEASE } from "../../ffi/constants.ts";
import { windowsError } from "../../ffi/errors.ts";
import { allocate } from "../../ffi/memory.ts";
import {
  PACKET_WAIT_COUNT,
  PACKET_WAIT_PORT,
  PACKET_WAIT_SIZE,
  PACKET_WAIT_STARTED,
} from "../../ffi/packet_wait.ts";
import {
  ENTRY_BYTES,
  ENTRY_KEY,
  ENTRY_OVERLAPPED,
  ENTRY_SIZE,
  ENTRY_STATUS,
} from "../../ffi/structs.ts";
import {
  type Address,
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../../ffi/win32_api.ts";

/**
 * Packets that one call may dequeue, and a turn may dispatch: more would keep
 * timers waiting, and save less than 1 % of a packet's cost.
 */
export const BATCH = 32;

/** Completion keys below this one are reserved for posted packets. */
export const FIRST_HANDLE_KEY = 16;

/** A packet that only makes a wait return. */
export const KEY_WAKE = 1;

/** A packet that calls a function; posted by other threads. */
export const KEY_CALL = 2;

/** The packets of one port. `read` decodes one into the fields. */
export class PacketQueue {
  /** The port's handle. */
  readonly handle: Handle;
  /** The completion key: its low half, which is all that ours have. */
  key = 0;
  /** The high half of the completion key. */
  keyHigh = 0;
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
  readonly #word = new Uint32Array(1);
  readonly #wordBytes = new Uint8Array(this.#word.buffer);
  /** A wait may outlive its caller, so it writes to native memory. */
  readonly #waitEntries: Address;
  readonly #record: Address;
  #closed = false;

  /**
   * Creates a port.
   *
   * @param api The seam.
   * @param concurrency Threads that may process packets at the same time.
   * @throws {WindowsError} when Windows refuses another port.
   */
  constructor(api: Win32Api, concurrency: number) {
    this.#api = api;
    const size = BATCH * ENTRY_SIZE;
    this.#waitEntries = allocate(api, size + PACKET_WAIT_SIZE);
    this.#record = this.#waitEntries + BigInt(size);
    try {
      this.handle = createPort(api, concurrency);
    } catch (error) {
      api.virtualFree(this.#waitEntries, 0, MEM_RELEASE);
      throw error;
    }
    api.threadHandles?.add(this.handle, "CloseHandle");
  }

  /**
   * Dequeues packets on this thread.
   *
   * @param timeout Milliseconds to wait for the first.
   * @returns Their number, or -1 with the code in the seam's `lastError`.
   */
  dequeue(timeout: number): number {
    return this.#api.getQueuedCompletionStatusEx(
      this.handle,
      this.#entries,
      timeout,
    );
  }

  /**
   * Waits for packets on another thread. There is one wait at a time.
   *
   * @param timeout Milliseconds, or INFINITE.
   * @returns Not 0 when `collect` will find some.
   */
  wait(timeout: number): Promise<number> {
    return this.#api.waitForCompletions({
      port: this.handle,
      entries: this.#waitEntries,
      capacity: BATCH,
      timeout,
    });
  }

  /** False while the wait is queued because no thread is free. */
  get waitStarted(): boolean {
    return this.#readWord(PACKET_WAIT_STARTED) !== 0;
  }

  /**
   * Ends the wait. A wait that no thread has started loses its port: when a
   * thread starts it, it fails, dequeues nothing, and cannot reach another port
   * that has got the same handle value by then.
   *
   * @returns False when the wait has started; then a packet ends it, if one
   * could be queued.
   */
  disarm(): boolean {
    const port = this.#record + BigInt(PACKET_WAIT_PORT);
    this.#api.copyIn(port, new Uint8Array(8));
    // The other thread sets the flag, then reads the port: the system call
    // keeps our two steps in their order.
    this.wake();
    return !this.waitStarted;
  }

  /**
   * Takes over the packets of a wait.
   *
   * @returns The number of packets.
   */
  collect(): number {
    const count = Math.min(this.#readWord(PACKET_WAIT_COUNT), BATCH);
    const bytes = this.#entries.subarray(0, count * ENTRY_SIZE);
    this.#api.copyOut(bytes, this.#waitEntries);
    return count;
  }

  #readWord(offset: number): number {
    this.#api.copyOut(this.#wordBytes, this.#record + BigInt(offset));
    return this.#word[0]!;
  }

  /**
   * Decodes a packet into the fields.
   *
   * @param index Its position in the last batch.
   */
  read(index: number): void {
    const view = this.#view;
    const offset = index * ENTRY_SIZE;
    this.key = view.getUint32(offset + ENTRY_KEY, true);
    this.keyHigh = view.getUint32(offset + ENTRY_KEY + 4, true);
    this.low = view.getUint32(offset + ENTRY_OVERLAPPED, true);
    this.high = view.getUint32(offset + ENTRY_OVERLAPPED + 4, true);
    this.status = view.getUint32(offset + ENTRY_STATUS, true);
    this.bytes = view.getUint32(offset + ENTRY_BYTES, true);
  }

  /**
   * Ends the wait by a packet.
   *
   * @returns 0 or a Win32 code.
   */
  wake(): number {
    const { handle } = this;
    return this.#api.postQueuedCompletionStatus(handle, 0, KEY_WAKE, 0n);
  }

  /** Closes the port, which ends a wait. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#api.closeHandle(this.handle);
  }

  /** Frees the memory. No wait may be outstanding, not even a disarmed one. */
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
