/**
 * Native memory that the kernel may own: no garbage collection, `transfer()`
 * or `worker.terminate()` can free it under a pending operation.
 *
 * @module
 */

import {
  byteLengthOf,
  copyBytes,
  isShared,
  setBytes,
  viewOf,
} from "./bytes.ts";
import { MEM_COMMIT, MEM_RELEASE, MEM_RESERVE } from "./constants.ts";
import { windowsError } from "./errors.ts";
import { hasFullGrant } from "./system_folder.ts";
import type { Address, Win32Api } from "./win32_api.ts";

/** Smallest pooled buffer in bytes: a page. */
export const MIN_BUFFER = 4096;
/** Bytes of the buffers of most large reads. */
export const LARGE_BUFFER = 65536;
/** Largest pooled buffer in bytes, for bulk; a larger one is allocated singly. */
export const MAX_POOLED_BUFFER = 8 * LARGE_BUFFER;

/** Buffers are cut from chunks of this size. */
const CHUNK_SIZE = 1 << 20;

/** Sizes of pooled buffers. */
const SIZES = Math.log2(MAX_POOLED_BUFFER / MIN_BUFFER) + 1;

/** Unused chunks that are kept, lest a small peak allocates anew each time. */
const SPARE_CHUNKS = 4;

/**
 * Commits native memory, zeroed.
 *
 * @param api The seam.
 * @param size Bytes.
 * @returns The address of the memory.
 * @throws {WindowsError} when Windows has no memory left.
 */
export function allocate(api: Win32Api, size: number): Address {
  const address = api.virtualAlloc(0n, size, MEM_RESERVE | MEM_COMMIT);
  if (address === 0n) throw allocationError(api, size);
  return address;
}

/**
 * The error of a failed `VirtualAlloc`.
 *
 * @param api The seam, straight after the failure.
 * @param size The bytes asked for.
 * @returns The error to throw.
 */
export function allocationError(api: Win32Api, size: number): Error {
  return windowsError(api, api.lastError, {
    syscall: "VirtualAlloc",
    action: `Cannot allocate ${size} bytes of native memory`,
  });
}

/** What Windows gives at a time, and gets back when no buffer of it is used. */
interface Chunk {
  readonly address: Address;
  /** Buffers of it that are handed out. */
  used: number;
}

/** What a buffer is cut from. */
interface Piece {
  /** Its length in bytes. */
  size: number;
  /** Where it was cut from; `null` when it was allocated singly. */
  chunk: Chunk | null;
}

/** A piece of native memory with one owner at a time. */
export class NativeBuffer {
  /** Where it starts. */
  readonly address: Address;
  /** Its length in bytes. */
  readonly size: number;
  /** The chunk that it was cut from; `null` when it was allocated singly. */
  readonly chunk: Chunk | null;
  readonly #api: Win32Api;
  #view: Uint8Array<ArrayBuffer> | null | undefined;
  /** The part that was copied last: messages are often of one length. */
  #part: Uint8Array<ArrayBuffer> | undefined;
  #partStart = 0;
  #partEnd = 0;

  /**
   * @param api The seam.
   * @param address Where it starts.
   * @param piece Its length in bytes, and the chunk it was cut from.
   */
  constructor(api: Win32Api, address: Address, piece: Piece) {
    this.#api = api;
    this.address = address;
    this.size = piece.size;
    this.chunk = piece.chunk;
  }

  /**
   * Copies bytes into the buffer.
   *
   * @param data The bytes.
   * @param offset Where in the buffer.
   */
  write(data: Uint8Array, offset: number): void {
    const view = this.#map();
    if (view !== null) setBytes(view, data, offset);
    else if (byteLengthOf(data) > 0) {
      const bytes = isShared(data) ? copyBytes(data) : viewOf(data);
      this.#api.copyIn(this.#position(offset), bytes);
    }
  }

  /**
   * Copies bytes out of the buffer, to the start of `target`.
   *
   * @param target Where they go.
   * @param offset Where in the buffer they begin.
   * @param length Their number: as many as `target` has by default.
   */
  read(
    target: Uint8Array,
    offset: number,
    length: number = byteLengthOf(target),
  ): void {
    const view = this.#map();
    if (view !== null) {
      setBytes(target, this.#partOf(view, offset, offset + length), 0);
    } else if (isShared(target)) {
      setBytes(target, this.copy(offset, offset + length), 0);
    } else if (length > 0) {
      this.#api.copyOut(viewOf(target, 0, length), this.#position(offset));
    }
  }

  /**
   * Copies bytes out of the buffer.
   *
   * @param start Where they begin.
   * @param end Where they end.
   * @returns The copy.
   */
  copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    const view = this.#map();
    if (view !== null) return copyBytes(this.#partOf(view, start, end));
    const copy = new Uint8Array(end - start);
    this.read(copy, start);
    return copy;
  }

  /** The engine copies faster than a call, where it may see the memory. */
  #map(): Uint8Array<ArrayBuffer> | null {
    if (this.#view === undefined) {
      this.#view = this.#api.mapMemory(this.address, this.size);
    }
    return this.#view;
  }

  #partOf(
    view: Uint8Array<ArrayBuffer>,
    start: number,
    end: number,
  ): Uint8Array<ArrayBuffer> {
    const known = start === this.#partStart && end === this.#partEnd;
    if (known && this.#part !== undefined) return this.#part;
    this.#partStart = start;
    this.#partEnd = end;
    return this.#part = viewOf(view, start, end);
  }

  #position(offset: number): Address {
    return offset === 0 ? this.address : this.address + BigInt(offset);
  }
}

/** Hands out native buffers of 4 KiB to 512 KiB, and larger ones singly. */
export class BufferPool {
  readonly #api: Win32Api;
  #chunks: Chunk[] = [];
  /** One list for each power of two. */
  readonly #free: NativeBuffer[][] = Array.from({ length: SIZES }, () => []);
  /** The newest chunk, and how much of it was cut off. */
  #chunk: Chunk | null = null;
  #cut = CHUNK_SIZE;
  #inUse = 0;
  /** Bytes of the buffers that were allocated singly. */
  #single = 0;
  #unused = 0;

  /** @param api The seam. */
  constructor(api: Win32Api) {
    this.#api = api;
  }

  /** Bytes of the buffers that are handed out now. */
  get bytesInUse(): number {
    return this.#inUse;
  }

  /** Bytes that Windows has given, in use or kept. */
  get bytesAllocated(): number {
    return this.#chunks.length * CHUNK_SIZE + this.#single;
  }

  /**
   * Takes a buffer.
   *
   * @param size Bytes that it must hold at least.
   * @returns A buffer that the caller owns until `release`.
   * @throws {WindowsError} when Windows has no memory left.
   */
  acquire(size: number): NativeBuffer {
    if (size > MAX_POOLED_BUFFER) return this.#allocate(size);
    const index = sizeIndex(size);
    const buffer = this.#free[index]!.pop() ?? this.#make(MIN_BUFFER << index);
    this.#inUse += buffer.size;
    if (buffer.chunk!.used++ === 0) this.#unused--;
    return buffer;
  }

  /**
   * Takes a buffer, where an exception could not be handed to anyone.
   *
   * @param size Bytes that it must hold at least.
   * @returns A buffer, or `null` when Windows has no memory left.
   */
  tryAcquire(size: number): NativeBuffer | null {
    try {
      return this.acquire(size);
    } catch {
      return null;
    }
  }

  /**
   * Gives a buffer back. Its packet must have been dequeued.
   *
   * @param buffer A buffer from `acquire`.
   */
  release(buffer: NativeBuffer): void {
    const { chunk } = buffer;
    this.#inUse -= buffer.size;
    if (chunk === null) {
      this.#single -= buffer.size;
      this.#api.virtualFree(buffer.address, 0, MEM_RELEASE);
      return;
    }
    this.#free[sizeIndex(buffer.size)]!.push(buffer);
    if (--chunk.used > 0) return;
    if (++this.#unused > SPARE_CHUNKS) this.#freeChunk(chunk);
  }

  /** Frees everything. No buffer may be in use by the kernel. */
  dispose(): void {
    for (const chunk of this.#chunks) {
      this.#api.virtualFree(chunk.address, 0, MEM_RELEASE);
    }
    this.#chunks.length = 0;
    this.#chunk = null;
    this.#cut = CHUNK_SIZE;
    this.#unused = 0;
    for (const list of this.#free) list.length = 0;
  }

  /** After a peak; the newest chunk is still being cut. */
  #freeChunk(chunk: Chunk): void {
    if (chunk === this.#chunk) return;
    this.#unused--;
    this.#chunks = this.#chunks.filter((each) => each !== chunk);
    for (const [index, list] of this.#free.entries()) {
      this.#free[index] = list.filter((buffer) => buffer.chunk !== chunk);
    }
    this.#api.virtualFree(chunk.address, 0, MEM_RELEASE);
  }

  #allocate(length: number): NativeBuffer {
    const size = Math.ceil(length / MIN_BUFFER) * MIN_BUFFER;
    const address = allocate(this.#api, size);
    this.#inUse += size;
    this.#single += size;
    return new NativeBuffer(this.#api, address, { size, chunk: null });
  }

  #make(size: number): NativeBuffer {
    if (this.#cut + size > CHUNK_SIZE) this.#addChunk();
    const chunk = this.#chunk!;
    const address = chunk.address + BigInt(this.#cut);
    this.#cut += size;
    return new NativeBuffer(this.#api, address, { size, chunk });
  }

  /** The rest of the old chunk goes to the free lists. */
  #addChunk(): void {
    const chunk = { address: allocate(this.#api, CHUNK_SIZE), used: 0 };
    this.#saveRest();
    this.#chunk = chunk;
    this.#cut = 0;
    this.#chunks.push(chunk);
    this.#unused++;
  }

  #saveRest(): void {
    for (let size = MAX_POOLED_BUFFER; size >= MIN_BUFFER; size /= 2) {
      if (this.#cut + size > CHUNK_SIZE) continue;
      this.#free[sizeIndex(size)]!.push(this.#make(size));
    }
  }
}

/** Which power of two holds so many bytes, counted from the smallest buffer. */
function sizeIndex(size: number): number {
  return size <= MIN_BUFFER ? 0 : 20 - Math.clz32(size - 1);
}

/**
 * Makes an array over native memory. It must not be touched once the memory is
 * freed.
 *
 * @param address Where the memory starts.
 * @param size Its length in bytes.
 * @returns The array, or `null` where it is not permitted: a grant that names
 * its libraries allows no pointers, and asking for one would prompt.
 */
export function mapMemory(
  address: Address,
  size: number,
): Uint8Array<ArrayBuffer> | null {
  if (!hasFullGrant()) return null;
  const pointer = Deno.UnsafePointer.create(address)!;
  return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, size));
}
