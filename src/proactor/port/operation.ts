/**
 * The slot table, which alone decides whether the kernel owns memory.
 *
 * A slot is 64 bytes of native memory that begin with an OVERLAPPED, and one
 * {@linkcode Operation} object for life. Its address and its index follow from
 * each other by arithmetic, so a packet finds its operation without a map.
 *
 * @module
 */

import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE } from "../../ffi/constants.ts";
import { allocationError, type NativeBuffer } from "../../ffi/memory.ts";
import type { Address, Win32Api } from "../../ffi/win32_api.ts";
import type { PortHandle } from "./port_handle.ts";

/** Bytes of a slot: an OVERLAPPED, and room for a socket address. */
export const SLOT_SIZE = 64;

/** Slots are committed by this many at a time: 64 KiB. */
const SLOTS_PER_COMMIT = 1024;

/** The range that is reserved, not committed: 64 MiB of address space. */
const MAX_SLOTS = 1 << 20;

/** What an operation does. */
export type OperationKind =
  | "accept"
  | "call"
  | "connect"
  | "file"
  | "poll"
  | "read"
  | "receive"
  | "send"
  | "wait"
  | "write";

/** Called when an operation has ended. */
export interface CompletionListener {
  /** What it does, in a word, for metrics and traces. */
  readonly kind?: OperationKind | undefined;
  /**
   * Called once for each operation that was pending.
   *
   * @param operation The operation; the kernel no longer owns its memory.
   * @param code 0 or a Win32 code, where 234 (ERROR_MORE_DATA) is data.
   * @param bytes Bytes moved.
   */
  onCompletion(operation: Operation, code: number, bytes: number): void;
}

/**
 * One OVERLAPPED and what belongs to it. From before the system call until
 * its packet is dequeued, the memory of the slot and of `buffer` belongs to
 * the kernel, whatever happens to the objects that wait for it.
 */
export class Operation {
  /** Position in the table. */
  readonly index: number;
  /** Address of the OVERLAPPED. */
  readonly address: Address;
  /** True from before the system call until the packet is dequeued. */
  pending = false;
  /** How often the slot was acquired; reveals a stale reference. */
  generation = 0;
  /** The handle it works on; `null` when the slot was released. */
  owner: PortHandle | null = null;
  /** Called at its end; `null` also when a close has given up the operation. */
  listener: CompletionListener | null = null;
  /** Native memory that the kernel reads or writes. */
  buffer: NativeBuffer | null = null;

  /**
   * @param index Position in the table.
   * @param address Address of the OVERLAPPED.
   */
  constructor(index: number, address: Address) {
    this.index = index;
    this.address = address;
  }
}

/** The slots of one proactor. */
export class OperationTable {
  readonly #api: Win32Api;
  readonly #operations: Operation[] = [];
  readonly #free: Operation[] = [];
  #base: Address = 0n;
  #baseLow = 0;
  #baseHigh = 0;
  #quarantined = 0;

  /** @param api The seam. */
  constructor(api: Win32Api) {
    this.#api = api;
  }

  /** Slots that are acquired now. */
  get inUse(): number {
    return this.#operations.length - this.#free.length;
  }

  /** Slots that exist. */
  get capacity(): number {
    return this.#operations.length;
  }

  /**
   * Counts what is pending.
   *
   * @returns How many operations of each kind; none is 0.
   */
  kinds(): { [K in OperationKind]?: number } {
    const counts: { [K in OperationKind]?: number } = {};
    for (const { listener } of this.pending()) {
      const kind = listener?.kind ?? "call";
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /**
   * Says what is pending, for messages.
   *
   * @returns A line for each operation.
   */
  describe(): string[] {
    return [...this.pending()].map(({ index, owner, listener }) => {
      const what = listener === null ? "given up" : listener.kind ?? "call";
      const handle = owner === null
        ? "closed"
        : `0x${owner.handle.toString(16)}`;
      return `${what} of handle ${handle} in slot ${index}`;
    });
  }

  /** Slots whose packet never came before the proactor closed. */
  get quarantined(): number {
    return this.#quarantined;
  }

  /**
   * Takes a slot.
   *
   * @param owner The handle the operation will work on.
   * @param listener Called at its end.
   * @returns The operation, not yet started.
   * @throws {WindowsError} when there is no memory for another slot.
   */
  acquire(owner: PortHandle, listener: CompletionListener): Operation {
    if (this.#free.length === 0) this.#grow();
    const operation = this.#free.pop()!;
    operation.owner = owner;
    operation.listener = listener;
    operation.generation++;
    return operation;
  }

  /**
   * Releases a slot. One that a close has given up while it was pending belongs
   * to the kernel until its packet comes.
   *
   * @param operation An operation.
   */
  release(operation: Operation): void {
    operation.owner = null;
    operation.listener = null;
    if (!operation.pending) this.#free.push(operation);
  }

  /**
   * The operation whose OVERLAPPED stands at an address.
   *
   * @param low The low 32 bits of the address.
   * @param high The high 32 bits.
   * @returns The operation, or `undefined` for a foreign address.
   */
  find(low: number, high: number): Operation | undefined {
    const offset = (high - this.#baseHigh) * 2 ** 32 + (low - this.#baseLow);
    return this.#operations[offset / SLOT_SIZE];
  }

  /** The operations that the kernel owns now. */
  *pending(): Generator<Operation> {
    for (const operation of this.#operations) {
      if (operation.pending) yield operation;
    }
  }

  /**
   * Frees the memory, or keeps it for ever when the kernel still owns a slot.
   *
   * @returns The number of slots that stay in quarantine.
   */
  dispose(): number {
    this.#quarantined = [...this.pending()].length;
    if (this.#base !== 0n && this.#quarantined === 0) {
      this.#api.virtualFree(this.#base, 0, MEM_RELEASE);
      this.#base = 0n;
    }
    this.#operations.length = 0;
    this.#free.length = 0;
    return this.#quarantined;
  }

  #grow(): void {
    if (this.#base === 0n) this.#reserve();
    const first = this.#operations.length;
    const start = this.#base + BigInt(first * SLOT_SIZE);
    this.#commit(start, SLOTS_PER_COMMIT * SLOT_SIZE);
    for (let i = 0; i < SLOTS_PER_COMMIT; i++) {
      const address = start + BigInt(i * SLOT_SIZE);
      this.#operations.push(new Operation(first + i, address));
    }
    // The lowest slot is acquired first.
    this.#free.push(...this.#operations.slice(first).reverse());
  }

  #reserve(): void {
    const size = MAX_SLOTS * SLOT_SIZE;
    this.#base = this.#api.virtualAlloc(0n, size, MEM_RESERVE);
    if (this.#base === 0n) throw allocationError(this.#api, size);
    this.#baseLow = Number(this.#base & 0xffff_ffffn);
    this.#baseHigh = Number(this.#base >> 32n);
  }

  #commit(start: Address, size: number): void {
    if (this.#operations.length + SLOTS_PER_COMMIT > MAX_SLOTS) {
      throw new RangeError(
        `Cannot start another operation: ${MAX_SLOTS} are in use`,
      );
    }
    const address = this.#api.virtualAlloc(start, size, MEM_COMMIT);
    if (address === 0n) throw allocationError(this.#api, size);
  }
}
