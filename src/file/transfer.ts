/**
 * Reads into and writes from the arrays of callers, at a position.
 *
 * The kernel works on native memory only, so each byte is copied once between
 * it and the array. What is longer than a buffer goes in pieces, a few of them
 * in flight.
 *
 * @module
 */

import { viewOf } from "../ffi/bytes.ts";
import {
  ERROR_HANDLE_EOF,
  ERROR_IO_PENDING,
  ERROR_OPERATION_ABORTED,
} from "../ffi/constants.ts";
import { END_OF_FILE } from "../ffi/file/structs.ts";
import { MAX_KEPT_BUFFER } from "./file_buffers.ts";
import type { FileCore } from "./file_core.ts";
import { FileLane } from "./file_lane.ts";

/** The most bytes of one read or write. */
const MAX_PIECE = MAX_KEPT_BUFFER;

/** Pieces of one call that are in flight at once, and begin in one turn. */
const PIECES_IN_FLIGHT = 4;

/** Bytes that are in native memory, at least, when a write has been started. */
export const MAX_STARTED: number = MAX_PIECE * PIECES_IN_FLIGHT;

/** Where in the file, and how to end early. */
export interface TransferOptions {
  /** Bytes from the start of the file; writes also take `END_OF_FILE`. */
  position: number;
  /** Cancels. */
  signal?: AbortSignal | undefined;
}

/**
 * Reads until the array is full or the file ends.
 *
 * @param file The file.
 * @param target Where the bytes go, when they have come.
 * @param options Where in the file, and a signal that cancels.
 * @returns The number of bytes; 0 behind the end of the file.
 * @throws {TypeError} when the array is transferred meanwhile.
 */
export function readAt(
  file: FileCore,
  target: Uint8Array,
  options: TransferOptions,
): Promise<number> {
  const { byteLength } = target;
  return transfer(file, options, (offset) => {
    if (offset === byteLength) return null;
    options.signal?.throwIfAborted();
    const part = partOf(target, offset, MAX_PIECE);
    if (part === null) throw transferred("read from", file);
    return new ReadPiece(file, part, options.position + offset);
  });
}

/**
 * Writes all bytes. At the end of the file they are one write, which no other
 * write comes between.
 *
 * @param file The file.
 * @param data The bytes, less than 4 GiB for the end of the file. Up to
 * `MAX_STARTED`, and all that go to the end of the file, are copied before this
 * returns; more must not change until the promise is settled.
 * @param options Where in the file, and a signal that cancels.
 * @returns The number of bytes.
 * @throws {TypeError} when the array is transferred meanwhile.
 */
export function writeAt(
  file: FileCore,
  data: Uint8Array,
  options: TransferOptions,
): Promise<number> {
  const append = options.position === END_OF_FILE;
  const { byteLength } = data;
  return transfer(file, options, (offset) => {
    if (offset === byteLength) return null;
    options.signal?.throwIfAborted();
    const part = partOf(data, offset, append ? byteLength : MAX_PIECE);
    if (part === null) throw transferred("write to", file);
    const position = append ? END_OF_FILE : options.position + offset;
    return new WritePiece(file, part, position);
  });
}

type MakePiece = (offset: number) => Piece | null;

async function transfer(
  file: FileCore,
  { signal }: TransferOptions,
  make: MakePiece,
): Promise<number> {
  const flight: Piece[] = [];
  const cancel = () => flight.forEach((piece) => piece.cancel(signal?.reason));
  signal?.addEventListener("abort", cancel, { once: true });
  try {
    return await moveAll(file, flight, make);
  } finally {
    signal?.removeEventListener("abort", cancel);
    // What the kernel still has must not touch the array later.
    cancel();
    await Promise.allSettled(flight.map((piece) => piece.ended));
  }
}

async function moveAll(
  file: FileCore,
  flight: Piece[],
  make: MakePiece,
): Promise<number> {
  for (let started = 0, moved = 0, turns = 0;;) {
    while (flight.length < PIECES_IN_FLIGHT) {
      const piece = make(started);
      if (piece === null) break;
      started += piece.length;
      flight.push(piece);
    }
    const [first] = flight;
    if (first === undefined) return moved;
    const bytes = await first.ended;
    flight.shift();
    moved += bytes;
    if (bytes < first.length) return moved;
    if (++turns % PIECES_IN_FLIGHT === 0) await nextTurn(file);
  }
}

/** Pieces may all end at once; timers have their turn too. */
function nextTurn(file: FileCore): Promise<void> {
  return new Promise((resolve) => file.port.defer(resolve));
}

function partOf(
  array: Uint8Array,
  offset: number,
  length: number,
): Uint8Array<ArrayBuffer> | null {
  if (offset >= array.byteLength) return null;
  return viewOf(array, offset, Math.min(offset + length, array.byteLength));
}

function transferred(action: string, file: FileCore): TypeError {
  return new TypeError(
    `Cannot ${action} ${file.name}: the array was transferred`,
  );
}

/** A read or a write of a part of an array. */
abstract class Piece {
  /** Its bytes. */
  readonly length: number;
  protected readonly file: FileCore;
  protected readonly part: Uint8Array<ArrayBuffer>;
  readonly #lane: FileLane;
  readonly #settled = Promise.withResolvers<number>();
  #cancelled = false;
  #reason: unknown;

  constructor(file: FileCore, part: Uint8Array<ArrayBuffer>) {
    this.file = file;
    this.part = part;
    this.length = part.byteLength;
    this.#lane = new FileLane(file, (code, bytes) => this.#end(code, bytes));
    this.#settled.promise.catch(() => {}); // it may fail before its turn
  }

  /** The number of bytes, when the kernel has let go. */
  get ended(): Promise<number> {
    return this.#settled.promise;
  }

  /** Asks for an early end; bytes that were faster count. */
  cancel(reason: unknown): void {
    this.#cancelled = true;
    this.#reason = reason;
    this.#lane.cancel();
  }

  /** Starts the call with the lane's buffer. */
  protected abstract begin(lane: FileLane, position: number): number;

  /** Turns the end into a number of bytes. */
  protected abstract finish(
    lane: FileLane,
    code: number,
    bytes: number,
  ): number;

  protected start(position: number): void {
    let code: number;
    try {
      this.#lane.allocate(this.length);
      code = this.begin(this.#lane, position);
    } catch (error) {
      this.#lane.dispose();
      throw error;
    }
    if (code === ERROR_IO_PENDING) return;
    this.#end(code, code === 0 ? this.#lane.transferred : 0);
  }

  #end(code: number, bytes: number): void {
    try {
      if (code === ERROR_OPERATION_ABORTED && this.#cancelled) {
        throw this.#reason;
      }
      this.#settled.resolve(this.finish(this.#lane, code, bytes));
    } catch (error) {
      this.#settled.reject(error);
    } finally {
      this.#lane.dispose();
    }
  }
}

class ReadPiece extends Piece {
  constructor(file: FileCore, part: Uint8Array<ArrayBuffer>, position: number) {
    super(file, part);
    this.start(position);
  }

  protected override begin(lane: FileLane, position: number): number {
    return lane.read({ position, length: this.length });
  }

  protected override finish(
    lane: FileLane,
    code: number,
    bytes: number,
  ): number {
    if (code === ERROR_HANDLE_EOF) return 0;
    if (code !== 0) throw this.file.readError(code);
    if (this.part.byteLength < bytes) throw transferred("read from", this.file);
    if (bytes === 0) return 0;
    lane.buffer!.read(this.part, 0, bytes);
    return bytes;
  }
}

class WritePiece extends Piece {
  constructor(file: FileCore, part: Uint8Array<ArrayBuffer>, position: number) {
    super(file, part);
    this.start(position);
  }

  protected override begin(lane: FileLane, position: number): number {
    lane.buffer!.write(this.part, 0);
    return lane.write({ position, length: this.length });
  }

  protected override finish(_: FileLane, code: number, bytes: number): number {
    if (code === 0) return bytes;
    throw this.file.writeError(code);
  }
}
