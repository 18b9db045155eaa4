/**
 * Reads a file from front to back with several reads in flight.
 *
 * @module
 */

import { byteLengthOf } from "../ffi/bytes.ts";
import {
  ERROR_HANDLE_EOF,
  ERROR_IO_PENDING,
  ERROR_OPERATION_ABORTED,
} from "../ffi/constants.ts";
import { LARGE_BUFFER } from "../ffi/memory.ts";
import type { FileCore } from "./file_core.ts";
import { FileLane } from "./file_lane.ts";

/** Reads that are in flight, or whose bytes wait for the reader. */
const MAX_READS = 4;

/** Bytes of each. */
const READ_SIZE = LARGE_BUFFER;

/** A read that was started. */
interface Ahead {
  lane: FileLane;
  position: number;
  ended: boolean;
  code: number;
  bytes: number;
  taken: number;
}

/**
 * The bytes of a file in order. It begins with one read and keeps more in
 * flight as they are filled; a slow reader stops it, since each read waits
 * with its buffer until its bytes are taken.
 */
export class ReadAhead {
  readonly #file: FileCore;
  #queue: Ahead[] = [];
  #next: number;
  #window = 1;
  #wake: (() => void) | undefined;

  /**
   * @param file The file.
   * @param position Where to begin, in bytes.
   */
  constructor(file: FileCore, position: number) {
    this.#file = file;
    this.#next = position;
  }

  /**
   * Takes the next bytes. One call at a time.
   *
   * @param target Where they go.
   * @returns Their number, or `null` at the end of the file.
   * @throws {Deno.errors.BadResource} when the file is closed.
   */
  async read(target: Uint8Array): Promise<number | null> {
    this.#file.assertOpen("read from");
    this.#fill();
    const first = this.#queue[0]!;
    if (!first.ended) await new Promise<void>((wake) => this.#wake = wake);
    const disposed = this.#queue[0] !== first;
    const code = disposed ? ERROR_OPERATION_ABORTED : first.code;
    if (code !== 0 && code !== ERROR_HANDLE_EOF) {
      this.dispose();
      throw this.#file.readError(code);
    }
    if (first.bytes === 0) return this.#end();
    return this.#take(first, target);
  }

  /** Gives everything back; what is in flight is cancelled. */
  dispose(): void {
    for (const { lane } of this.#queue.splice(0)) lane.dispose();
    this.#wake?.();
  }

  #end(): null {
    this.dispose();
    return null;
  }

  #take(first: Ahead, target: Uint8Array): number {
    const count = Math.min(byteLengthOf(target), first.bytes - first.taken);
    first.lane.buffer!.read(target, first.taken, count);
    first.taken += count;
    if (first.taken === first.bytes) this.#finish(first);
    return count;
  }

  /** A read that was not filled met the end; the next begins behind it. */
  #finish(first: Ahead): void {
    if (first.bytes === READ_SIZE) {
      this.#queue.shift();
      this.#window = Math.min(this.#window * 2, MAX_READS);
      this.#start(first.lane);
    } else {
      this.dispose();
      this.#next = first.position + first.bytes;
      this.#window = 1;
    }
  }

  #fill(): void {
    while (this.#queue.length < this.#window) this.#start(this.#newLane());
  }

  #newLane(): FileLane {
    const lane = new FileLane(
      this.#file,
      (code, bytes) => this.#onEnd(lane, code, bytes),
    );
    try {
      lane.allocate(READ_SIZE);
    } catch (error) {
      lane.dispose();
      throw error;
    }
    return lane;
  }

  #start(lane: FileLane): void {
    const position = this.#next;
    const ahead = { lane, position, ended: false, code: 0, bytes: 0, taken: 0 };
    this.#queue.push(ahead);
    this.#next += READ_SIZE;
    const code = lane.read({ position, length: READ_SIZE });
    if (code === ERROR_IO_PENDING) return;
    ahead.ended = true;
    ahead.code = code;
    ahead.bytes = code === 0 ? lane.transferred : 0;
  }

  #onEnd(lane: FileLane, code: number, bytes: number): void {
    const ahead = this.#queue.find((one) => one.lane === lane)!;
    ahead.ended = true;
    ahead.code = code;
    ahead.bytes = bytes;
    if (ahead === this.#queue[0]) this.#wake?.();
  }
}
