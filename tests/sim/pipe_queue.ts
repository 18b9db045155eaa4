/**
 * One direction of a simulated pipe: the data queued and the reads that wait.
 *
 * The rules are those of ReactOS, drivers/filesystems/npfs: readsup.c
 * (NpReadDataQueue: a read that finds data), writesup.c (NpWriteDataQueue: a
 * write that finds reads), datasup.c (quotas, and what is removed). What MS
 * documents of them is in Named Pipe Type, Read, and Wait Modes.
 *
 * @module
 */

import {
  STATUS_BUFFER_OVERFLOW,
  STATUS_PIPE_BROKEN,
  STATUS_SUCCESS,
} from "../../src/ffi/constants.ts";
import type { Operation, OperationMemory, Outcome } from "./operation.ts";
import { STATUS_PENDING } from "./status.ts";

/** What a queue is made with. */
export interface PipeQueueSettings {
  /** Bytes that writes may leave in the queue. */
  readonly quota: number;
  /** How it touches buffers. */
  readonly memory: OperationMemory;
  /** See `SimulationOptions`. */
  readonly zeroReadOverflow: boolean;
  /** See `SimulationOptions`. */
  readonly zeroReadTakesEmpty: boolean;
  /** See `SimulationOptions`. */
  readonly swallowEmptyMessages: boolean;
}

/** The data of one write. */
interface Entry {
  readonly length: number;
  /** Bytes read already. */
  offset: number;
  /** Bytes held against the quota. */
  charged: number;
  /** The write, until it ends. */
  operation: Operation | null;
  /** The bytes from `dataStart` on, once the write ended. */
  data: Uint8Array | null;
  dataStart: number;
}

/** A queue of written data, or of reads that wait for some. */
export class PipeQueue {
  readonly #settings: PipeQueueSettings;
  #entries: Entry[] = [];
  #readers: Operation[] = [];
  #used = 0;
  #writerClosed = false;
  #onEmpty: (() => void)[] = [];

  /** @param settings What it is made with. */
  constructor(settings: PipeQueueSettings) {
    this.#settings = settings;
  }

  /** Bytes left of the message at the head, or 0. */
  get messageRemainder(): number {
    const head = this.#entries[0];
    return head === undefined ? 0 : restOf(head);
  }

  /** Bytes that can be read, of all messages. */
  get available(): number {
    return this.#available(Infinity);
  }

  /**
   * Copies what can be read: MS, PeekNamedPipe.
   *
   * @param limit The most bytes.
   * @param messageMode Whether only those of the first message.
   * @returns The bytes.
   */
  peek(limit: number, messageMode: boolean): Uint8Array {
    const entries = messageMode ? this.#entries.slice(0, 1) : this.#entries;
    const bytes = entries.flatMap((entry) => [
      ...this.#bytesOf(entry, restOf(entry)),
    ]);
    return Uint8Array.from(bytes.slice(0, limit));
  }

  /** Whether there is something to read, be it an empty message. */
  get hasData(): boolean {
    return this.#entries.length > 0;
  }

  /**
   * Tells when everything was read, or is lost.
   *
   * @param onEmpty Told, perhaps at once.
   */
  whenEmpty(onEmpty: () => void): void {
    this.#onEmpty.push(onEmpty);
    this.#tellEmpty();
  }

  #tellEmpty(): void {
    if (this.hasData) return;
    for (const onEmpty of this.#onEmpty.splice(0)) onEmpty();
  }

  /**
   * Queues a read.
   *
   * @param operation The read.
   * @returns STATUS_PENDING, or STATUS_PIPE_BROKEN when no data can come.
   */
  startRead(operation: Operation): number {
    if (!this.hasData && this.#writerClosed) return STATUS_PIPE_BROKEN;
    operation.waited = !this.hasData || this.#readers.length > 0;
    this.#readers.push(operation);
    return STATUS_PENDING;
  }

  /**
   * Queues the data of a write.
   *
   * @param operation The write.
   */
  startWrite(operation: Operation): void {
    this.#entries.push({
      length: operation.request.length,
      offset: 0,
      charged: 0,
      operation,
      data: null,
      dataStart: 0,
    });
    this.#charge();
  }

  /**
   * Queues a message whose write ends at once, beyond the quota too.
   *
   * @param data The bytes.
   */
  put(data: Uint8Array): void {
    this.#entries.push({
      length: data.length,
      offset: 0,
      charged: 0,
      operation: null,
      data,
      dataStart: 0,
    });
    this.#charge();
  }

  /**
   * Tells whether a read could end now.
   *
   * @param operation The read.
   * @returns True when it is its turn and data or the end is there.
   */
  canRead(operation: Operation): boolean {
    if (this.#readers[0] !== operation) return false;
    return this.hasData || this.#writerClosed;
  }

  /**
   * Tells whether a write could end now.
   *
   * @param operation The write.
   * @returns True when its last byte is within the quota or was read.
   */
  canWrite(operation: Operation): boolean {
    const entry = this.#entryOf(operation);
    return entry === undefined || entry.charged >= restOf(entry);
  }

  /**
   * Tells whether some of a write's data is still unread.
   *
   * @param operation The write.
   * @returns False when the reader took all of it.
   */
  holds(operation: Operation): boolean {
    return this.#entryOf(operation) !== undefined;
  }

  /**
   * Ends a read that can end.
   *
   * @param operation The read.
   * @param messageMode Whether the reader reads messages.
   * @returns Its end.
   */
  read(operation: Operation, messageMode: boolean): Outcome {
    this.#readers.shift();
    const head = this.#entries[0];
    if (head === undefined) return { status: STATUS_PIPE_BROKEN, bytes: 0 };
    // NpReadDataQueue stops before the first entry when it has no room;
    // NpWriteDataQueue ends a waiting read with each write, also an empty one.
    const takesEmpty = operation.waited || this.#settings.zeroReadTakesEmpty;
    const isEmpty = takesEmpty && restOf(head) === 0;
    if (operation.request.length === 0 && !isEmpty) {
      return { status: this.#zeroReadStatus(operation, messageMode), bytes: 0 };
    }
    const bytes = this.#take(operation, messageMode);
    this.#charge();
    const partial = messageMode && this.#entries[0] === head;
    return { status: partial ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS, bytes };
  }

  /**
   * Ends a write that can end; its unread data stays.
   *
   * @param operation The write.
   * @returns Its end.
   */
  write(operation: Operation): Outcome {
    const entry = this.#entryOf(operation);
    if (entry !== undefined) {
      entry.data = this.#bytesOf(entry, restOf(entry));
      entry.dataStart = entry.offset;
      entry.operation = null;
    }
    return { status: STATUS_SUCCESS, bytes: operation.request.length };
  }

  /**
   * Takes a read or a write away, with the data it still holds here.
   *
   * @param operation The operation.
   */
  remove(operation: Operation): void {
    this.#readers = this.#readers.filter((each) => each !== operation);
    const entry = this.#entryOf(operation);
    if (entry !== undefined) this.#drop(entry);
    this.#charge();
  }

  /** The end that reads was closed: its reads and all data are gone. */
  closeReader(): void {
    this.#abort(STATUS_PIPE_BROKEN);
  }

  /**
   * The end that writes was closed: no more data comes. What was written can
   * still be read: npfs/statesup.c, NpSetClosingPipeState.
   *
   * @param failPending Whether its pending writes fail with their data lost.
   */
  closeWriter(failPending: boolean): void {
    this.#writerClosed = true;
    if (!failPending) return;
    for (const entry of [...this.#entries]) {
      if (entry.operation === null || entry.charged >= restOf(entry)) continue;
      entry.operation.forced = STATUS_PIPE_BROKEN;
      this.#drop(entry);
    }
  }

  /**
   * The pipe was disconnected: everything in the queue is gone.
   *
   * @param status How the operations end.
   */
  disconnect(status: number): void {
    this.#abort(status);
  }

  #abort(status: number): void {
    for (const reader of this.#readers) reader.forced = status;
    for (const entry of this.#entries) {
      const unfinished = entry.charged < restOf(entry);
      if (entry.operation && unfinished) entry.operation.forced = status;
    }
    this.#readers = [];
    this.#entries = [];
    this.#used = 0;
    this.#tellEmpty();
  }

  #zeroReadStatus(operation: Operation, messageMode: boolean): number {
    const overflow = operation.waited || this.#settings.zeroReadOverflow;
    const partial = messageMode && overflow && this.messageRemainder > 0;
    return partial ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
  }

  /**
   * Moves data to a read; the messages it empties leave the queue. In byte mode
   * NpReadDataQueue goes on while there is room, so an empty message behind the
   * data is taken with them: go-winio, issues 42 and 43, saw it on Windows.
   */
  #take(operation: Operation, messageMode: boolean): number {
    const { length } = operation.request;
    const { swallowEmptyMessages } = this.#settings;
    const enough = swallowEmptyMessages ? length : this.#available(length);
    let taken = 0;
    for (;;) {
      const entry = this.#entries[0];
      if (entry === undefined) return taken;
      taken += this.#takeFrom(entry, operation, taken);
      if (restOf(entry) > 0) return taken;
      this.#drop(entry);
      if (messageMode || operation.waited || taken === enough) return taken;
    }
  }

  /** The unread bytes, at most `limit`. */
  #available(limit: number): number {
    const sum = this.#entries.reduce((total, each) => total + restOf(each), 0);
    return Math.min(sum, limit);
  }

  #takeFrom(entry: Entry, operation: Operation, at: number): number {
    const room = operation.request.length - at;
    const count = Math.min(room, restOf(entry));
    if (count === 0) return 0;
    const bytes = this.#bytesOf(entry, count);
    this.#settings.memory.write(operation, at, bytes);
    const freed = Math.min(count, entry.charged);
    entry.offset += count;
    entry.charged -= freed;
    this.#used -= freed;
    return count;
  }

  #bytesOf(entry: Entry, count: number): Uint8Array {
    if (entry.operation !== null) {
      const { memory } = this.#settings;
      return memory.read(entry.operation, entry.offset, count);
    }
    const start = entry.offset - entry.dataStart;
    return entry.data?.subarray(start, start + count) ?? new Uint8Array(0);
  }

  #entryOf(operation: Operation): Entry | undefined {
    return this.#entries.find((each) => each.operation === operation);
  }

  #drop(entry: Entry): void {
    this.#used -= entry.charged;
    this.#entries = this.#entries.filter((each) => each !== entry);
    this.#tellEmpty();
  }

  /** Gives free quota to the writes, oldest first: NpCompleteStalledWrites. */
  #charge(): void {
    for (const entry of this.#entries) {
      const missing = restOf(entry) - entry.charged;
      const given = Math.min(missing, this.#settings.quota - this.#used);
      entry.charged += given;
      this.#used += given;
    }
  }
}

function restOf(entry: Entry): number {
  return entry.length - entry.offset;
}
