/**
 * Bytes from one end to another, and when that is over.
 *
 * @module
 */

import { viewOf } from "../ffi/bytes.ts";
import type { ByteSource } from "./terminal.ts";

/** Where bytes go. */
export interface ByteSink {
  /**
   * Writes all bytes.
   *
   * @param data They are the caller's again when the promise resolves.
   * @returns Resolves when they are written.
   */
  write(data: Uint8Array): Promise<unknown>;
}

const BUFFER_SIZE = 64 * 1024;

/**
 * Reads until the end.
 *
 * @param source Where bytes come from.
 * @param take Called with what has come, which is overwritten afterwards.
 */
export async function pump(
  source: Pick<ByteSource, "read">,
  take: (data: Uint8Array) => Promise<unknown>,
): Promise<void> {
  const buffer = new Uint8Array(BUFFER_SIZE);
  for (;;) {
    const count = await source.read(buffer);
    if (count === null) return;
    if (count > 0) await take(viewOf(buffer, 0, count));
  }
}

/** Tells when nothing has moved for a while, from `start` on. */
export class Quiet implements Disposable {
  /** Resolves then. */
  readonly passed: Promise<void>;
  readonly #delay: number;
  readonly #pass: () => void;
  #started = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param delay Milliseconds; `Infinity` is never. */
  constructor(delay: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#delay = delay;
    this.passed = promise;
    this.#pass = resolve;
  }

  /** Begins to wait. */
  start(): void {
    this.#started = true;
    this.moved();
  }

  /** Something has moved. */
  moved(): void {
    clearTimeout(this.#timer);
    if (!this.#started || this.#delay === Infinity) return;
    this.#timer = setTimeout(this.#pass, this.#delay);
  }

  /** Waits no more. */
  [Symbol.dispose](): void {
    this.#started = false;
    clearTimeout(this.#timer);
  }
}

/**
 * Waits for a signal.
 *
 * @param signal The signal.
 * @returns Rejects with its reason.
 */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
