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
/** Largest pooled buffer in bytes; a larger one is allocated by itself. */
export const MAX_POOLED_BUFFER = 65536;

/** Buffers are cut from chunks of this size. */
const CHUNK_SIZE = 1 << 20;

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

/** A piece of native memory with one owner at a time. */
export class NativeBuffer {
  /** Where it starts. */
  readonly address: Address;
  /** Its length in bytes. */
  readonly size: number;
  readonly #api: Win32Api;
  #view: Uint8Array<ArrayBuffer> | null | undefined;

  /**
   * @param api The seam.
   * @param address Where it starts.
   * @param size Its length in bytes.
   */
  constructor(api: Win32Api, address: Address, size: number) {
    this.#api = api;
    this.address = address;
    this.size = size;
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
      setBytes(target, viewOf(view, offset, offset + length), 0);
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
    if (view !== null) return copyBytes(view, start, end);
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

  #position(offset: number): Address {
    return offset === 0 ? this.address : this.address + BigInt(offset);
  }
}

/** Hands out native buffers of 4 KiB to 64 KiB, and larger ones singly. */
export class BufferPool {
  readonly #api: Win32Api;
  readonly #chunks: Address[] = [];
  readonly #free = new Map<number, NativeBuffer[]>();
  #chunk: Address = 0n;
  #chunkUsed = CHUNK_SIZE;
  #inUse = 0;

  /** @param api The seam. */
  constructor(api: Win32Api) {
    this.#api = api;
  }

  /** Bytes of the buffers that are handed out now. */
  get bytesInUse(): number {
    return this.#inUse;
  }

  /**
   * Takes a buffer.
   *
   * @param size Bytes that it must hold at least.
   * @returns A buffer that the caller owns until `release`.
   * @throws {WindowsError} when Windows has no memory left.
   */
  acquire(size: number): NativeBuffer {
    const rounded = roundUp(size);
    const buffer = this.#free.get(rounded)?.pop() ?? this.#make(rounded);
    this.#inUse += buffer.size;
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
    this.#inUse -= buffer.size;
    if (buffer.size > MAX_POOLED_BUFFER) {
      this.#api.virtualFree(buffer.address, 0, MEM_RELEASE);
      return;
    }
    const list = this.#free.get(buffer.size);
    if (list) list.push(buffer);
    else this.#free.set(buffer.size, [buffer]);
  }

  /** Frees everything. No buffer may be in use by the kernel. */
  dispose(): void {
    for (const chunk of this.#chunks) {
      this.#api.virtualFree(chunk, 0, MEM_RELEASE);
    }
    this.#chunks.length = 0;
    this.#chunkUsed = CHUNK_SIZE;
    this.#free.clear();
  }

  #make(size: number): NativeBuffer {
    if (size > MAX_POOLED_BUFFER) {
      return new NativeBuffer(this.#api, allocate(this.#api, size), size);
    }
    if (this.#chunkUsed + size > CHUNK_SIZE) this.#addChunk();
    const address = this.#chunk + BigInt(this.#chunkUsed);
    this.#chunkUsed += size;
    return new NativeBuffer(this.#api, address, size);
  }

  /** The rest of the old chunk goes to the free lists. */
  #addChunk(): void {
    const chunk = allocate(this.#api, CHUNK_SIZE);
    this.#saveRest();
    this.#chunk = chunk;
    this.#chunkUsed = 0;
    this.#chunks.push(chunk);
  }

  #saveRest(): void {
    for (let size = MAX_POOLED_BUFFER; size >= MIN_BUFFER; size /= 2) {
      if (this.#chunkUsed + size > CHUNK_SIZE) continue;
      const rest = this.#make(size);
      this.#inUse += size;
      this.release(rest);
    }
  }
}

/** Powers of two up to 64 KiB, whole pages above. */
function roundUp(size: number): number {
  if (size > MAX_POOLED_BUFFER) {
    return Math.ceil(size / MIN_BUFFER) * MIN_BUFFER;
  }
  let rounded = MIN_BUFFER;
  while (rounded < size) rounded *= 2;
  return rounded;
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
