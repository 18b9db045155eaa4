/**
 * Native buffers for the files of a port.
 *
 * @module
 */

import { MAX_POOLED_BUFFER, type NativeBuffer } from "../ffi/memory.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";

/** The largest buffer that is kept for the next who needs one. */
export const MAX_KEPT_BUFFER = 1 << 20;

/** Bytes that are kept at most. */
const MAX_KEPT_BYTES = 4 * MAX_KEPT_BUFFER;

/**
 * The port's buffers, and a few large ones that are kept while files are open:
 * memory that is new costs more to touch than to read a file into.
 */
export class FileBuffers {
  readonly #port: CompletionPort;
  readonly #kept = new Map<number, NativeBuffer[]>();
  #keptBytes = 0;
  #files = 0;

  /** @param port The completion port. */
  constructor(port: CompletionPort) {
    this.#port = port;
  }

  /** Called for each file that is opened. */
  addFile(): void {
    this.#files++;
  }

  /** Called for each file that needs no buffer any more. */
  deleteFile(): void {
    if (--this.#files > 0) return;
    for (const buffers of this.#kept.values()) {
      for (const buffer of buffers) this.#port.buffers.release(buffer);
    }
    this.#kept.clear();
    this.#keptBytes = 0;
  }

  /**
   * Takes a buffer.
   *
   * @param size Its bytes at least.
   * @returns A buffer that the caller owns until `release`.
   * @throws {WindowsError} when Windows has no memory left.
   */
  acquire(size: number): NativeBuffer {
    if (!isKept(size)) return this.#port.buffers.acquire(size);
    const rounded = 2 ** Math.ceil(Math.log2(size));
    const buffer = this.#kept.get(rounded)?.pop();
    if (buffer === undefined) return this.#port.buffers.acquire(rounded);
    this.#keptBytes -= rounded;
    return buffer;
  }

  /**
   * Gives a buffer back. Its packet must have been dequeued.
   *
   * @param buffer A buffer from `acquire`.
   */
  release(buffer: NativeBuffer): void {
    const { size } = buffer;
    if (!isKept(size) || this.#keptBytes + size > MAX_KEPT_BYTES) {
      return this.#port.buffers.release(buffer);
    }
    this.#keptBytes += size;
    const buffers = this.#kept.get(size);
    if (buffers === undefined) this.#kept.set(size, [buffer]);
    else buffers.push(buffer);
  }
}

function isKept(size: number): boolean {
  return size > MAX_POOLED_BUFFER && size <= MAX_KEPT_BUFFER;
}

const byPort = new WeakMap<CompletionPort, FileBuffers>();

/**
 * The buffers of all files of a port.
 *
 * @param port The completion port.
 * @returns The same for the same port.
 */
export function fileBuffers(port: CompletionPort): FileBuffers {
  let buffers = byPort.get(port);
  if (buffers === undefined) byPort.set(port, buffers = new FileBuffers(port));
  return buffers;
}
