/**
 * Open files and directories of a simulated disk.
 *
 * @module
 */

import { STATUS_SUCCESS } from "../../src/ffi/constants.ts";
import { STATUS_DELETE_PENDING } from "../../src/ffi/file/constants.ts";
import type { Address } from "../../src/ffi/win32_api.ts";
import {
  type Operation,
  type OperationMemory,
  type Outcome,
  SimulatedFile,
} from "./operation.ts";
import { STATUS_INVALID_DEVICE_REQUEST, STATUS_PENDING } from "./status.ts";

export const STATUS_END_OF_FILE = 0xc000_0011;
export const STATUS_NOTIFY_ENUM_DIR = 0x10c;
const OFFSET = 16n;

/** Bytes that the thread with JavaScript may wait for. */
const MAX_CACHED = 1 << 20;
const MAX_EXTENSION = 1 << 16;

/** What a path leads to. */
export interface DiskEntry {
  /** The bytes. */
  data: Uint8Array<ArrayBuffer>;
  /** How many were written; those behind are zeros that nobody has written. */
  validLength: number;
  /** A directory has no bytes. */
  readonly directory: boolean;
  /** What `GetFileType` says. */
  type: number;
  /** Whether it was made sparse. */
  sparse: boolean;
  /** Whether it was removed while handles are open. */
  deletePending: boolean;
  /** The handles that are open. */
  readonly opens: Set<DiskFile>;
}

/** How a file is opened. */
export interface DiskOpen {
  /** Bytes that one read brings at most. */
  readonly maxRead: number;
  /** How buffers are touched. */
  readonly memory: OperationMemory & {
    memory: NativeReader;
    violation(text: string): void;
  };
  /** Whether the call is made on a thread without JavaScript. */
  readonly onThread: () => boolean;
  /** Whether reads and writes always pend. */
  readonly pends: boolean;
  /** Told how many bytes a call has moved that did not pend. */
  readonly onBlocked: (bytes: number) => void;
  /** What others may do meanwhile: `FILE_SHARE_*`. */
  readonly shareMode: number;
  /** Called when the last operation can touch it no more. */
  readonly onClosed: (file: DiskFile) => void;
}

/** Reads native memory. */
export interface NativeReader {
  /**
   * Copies out of memory.
   *
   * @param target Where to.
   * @param source The address.
   */
  read(target: Uint8Array, source: Address): void;
}

/** An open file: reads and writes end at once, or as the test picks. */
export class DiskFile extends SimulatedFile {
  /** What it is. */
  readonly entry: DiskEntry;
  /** How it was opened. */
  readonly open: DiskOpen;
  readonly #positions = new Map<Operation, bigint>();

  /**
   * @param entry What it is.
   * @param open How it was opened.
   */
  constructor(entry: DiskEntry, open: DiskOpen) {
    super(true);
    this.entry = entry;
    this.open = open;
    entry.opens.add(this);
  }

  override start(operation: Operation): number {
    const { kind, overlapped } = operation.request;
    if (kind === "wait") {
      this.entry.sparse = true;
      return STATUS_PENDING;
    }
    if (kind === "connect") return STATUS_INVALID_DEVICE_REQUEST;
    const offset = new BigInt64Array(1);
    const bytes = new Uint8Array(offset.buffer);
    this.open.memory.memory.read(bytes, overlapped + OFFSET);
    this.#positions.set(operation, offset[0]!);
    if (!this.open.onThread()) this.#assertSlice(operation, offset[0]!);
    return STATUS_PENDING;
  }

  override alwaysPends({ request }: Operation): boolean {
    return this.open.pends && request.kind !== "wait";
  }

  override canComplete(_operation: Operation): boolean {
    return true;
  }

  override canCancel(_operation: Operation): boolean {
    return true;
  }

  override complete(operation: Operation): Outcome {
    const { kind, length } = operation.request;
    const position = this.#positions.get(operation) ?? 0n;
    this.#positions.delete(operation);
    if (kind === "wait") return { status: STATUS_SUCCESS, bytes: 0 };
    const { validLength } = this.entry;
    const outcome = kind === "write"
      ? this.#write(operation, position, length)
      : this.#read(operation, Number(position), length);
    this.#block(operation, outcome.bytes, validLength);
    return outcome;
  }

  /**
   * What does not pend is done by the calling thread: it copies from and to
   * the cache, and a write behind the valid data fills the gap with zeros. MS,
   * Asynchronous Disk I/O Appears as Synchronous on Windows (KB 156932); MS,
   * SetFileValidData.
   */
  #block(operation: Operation, bytes: number, validLength: number): void {
    if (operation.pending) return;
    const grown = this.entry.validLength - validLength;
    this.open.onBlocked(Math.max(bytes, grown));
  }

  override remove(operation: Operation): void {
    this.#positions.delete(operation);
  }

  override cleanup(): void {
    this.entry.opens.delete(this);
    this.open.onClosed(this);
  }

  /** W11: cached reads are carried out while the caller waits, and so are
   * writes that make a file longer. Source: MS, KB 156932, Asynchronous disk I/O
   * appears as synchronous. */
  #assertSlice({ request }: Operation, position: bigint): void {
    const { kind, length } = request;
    const end = Number(position) + length;
    const longer = position === -1n || end > this.entry.data.length;
    const slice = kind === "write" && longer ? MAX_EXTENSION : MAX_CACHED;
    if (length <= slice) return;
    const text = `a ${kind} of ${length} bytes blocks the thread`;
    this.open.memory.violation(text);
  }

  #read(operation: Operation, position: number, length: number): Outcome {
    const { data } = this.entry;
    const end = position + Math.min(length, this.open.maxRead);
    const bytes = data.subarray(position, end);
    if (bytes.length === 0 && length > 0) {
      return { status: STATUS_END_OF_FILE, bytes: 0 };
    }
    this.open.memory.write(operation, 0, bytes);
    return { status: STATUS_SUCCESS, bytes: bytes.length };
  }

  #write(operation: Operation, position: bigint, length: number): Outcome {
    const { entry } = this;
    const at = position === -1n ? entry.data.length : Number(position);
    const data = new Uint8Array(Math.max(entry.data.length, at + length));
    data.set(entry.data);
    data.set(this.open.memory.read(operation, 0, length), at);
    entry.data = data;
    entry.validLength = Math.max(entry.validLength, at + length);
    return { status: STATUS_SUCCESS, bytes: length };
  }
}

/** An open directory: its reads end when something has changed. */
export class DiskDirectory extends DiskFile {
  /** What has changed and was not read yet: records, or an NTSTATUS. */
  readonly changes: (Uint8Array<ArrayBuffer> | number)[] = [];

  override start(_operation: Operation): number {
    return this.#ended ? STATUS_DELETE_PENDING : STATUS_PENDING;
  }

  override canComplete(_operation: Operation): boolean {
    return this.changes.length > 0 || this.entry.deletePending;
  }

  override complete(operation: Operation): Outcome {
    if (this.#ended) return { status: STATUS_DELETE_PENDING, bytes: 0 };
    const change = this.changes.shift()!;
    if (typeof change === "number") return { status: change, bytes: 0 };
    if (change.length > operation.request.length) {
      return { status: STATUS_NOTIFY_ENUM_DIR, bytes: 0 };
    }
    this.open.memory.write(operation, 0, change);
    return { status: STATUS_SUCCESS, bytes: change.length };
  }

  /** What has changed before is told first. */
  get #ended(): boolean {
    return this.entry.deletePending && this.changes.length === 0;
  }
}
