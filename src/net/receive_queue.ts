/**
 * Receives that wait for their turn, first come first served.
 *
 * @module
 */

import type { Datagram, DatagramReader } from "./datagram_reader.ts";
import type { ReceivedDatagram } from "./udp_options.ts";

/** Makes what a receive returns. What throws takes nothing. */
type Take<T> = (datagram: Datagram) => T;

interface Request {
  resolve(datagram: Datagram): void;
  reject(error: unknown): void;
}

/** The promises of those who receive from a {@linkcode DatagramReader}. */
export class ReceiveQueue {
  readonly #reader: DatagramReader;
  readonly #toError: (code: number) => Error;
  readonly #requests: Request[] = [];

  /**
   * @param reader Where the datagrams come from.
   * @param toError Makes the error for a code.
   */
  constructor(reader: DatagramReader, toError: (code: number) => Error) {
    this.#reader = reader;
    this.#toError = toError;
  }

  /**
   * Waits for a datagram.
   *
   * @param take Makes the result of it.
   * @param signal Ends the wait; the datagram is then somebody else's.
   * @returns What `take` returned.
   */
  request<T>(take: Take<T>, signal?: AbortSignal): T | Promise<T> {
    signal?.throwIfAborted();
    if (this.#requests.length === 0 && this.#reader.arm()) {
      return this.#take(take);
    }
    return this.#enqueue(take, signal);
  }

  /** Serves those who wait. */
  advance(): void {
    while (this.#requests.length > 0 && this.#reader.arm()) {
      const request = this.#requests.shift()!;
      try {
        this.#take((datagram) => request.resolve(datagram));
      } catch (error) {
        request.reject(error);
      }
    }
  }

  /** @param error Ends all waits. */
  fail(error: unknown): void {
    for (const request of this.#requests.splice(0)) request.reject(error);
  }

  /** An error is told once: the next receive goes on behind it. */
  #take<T>(take: Take<T>): T {
    const { datagram, error } = this.#reader;
    if (datagram === null) {
      this.#reader.next();
      throw this.#toError(error);
    }
    const taken = take(datagram);
    this.#reader.next();
    return taken;
  }

  #enqueue<T>(take: Take<T>, signal?: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const request: Request = {
      resolve: (datagram) => resolve(take(datagram)),
      reject,
    };
    this.#requests.push(request);
    if (signal === undefined) return promise;
    const abort = () => this.#withdraw(request, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  /** Nobody waits any more: the buffer is asked back. */
  #withdraw(request: Request, reason: unknown): void {
    const index = this.#requests.indexOf(request);
    if (index < 0) return;
    this.#requests.splice(index, 1);
    request.reject(reason);
    if (this.#requests.length === 0) this.#reader.cancel();
  }
}

/**
 * Copies a datagram to where the caller wants it.
 *
 * @param datagram The datagram.
 * @param target The caller's array.
 * @returns What was copied, and what was not.
 * @throws {TypeError} when the array was transferred meanwhile.
 */
export function place(
  { data, addr }: Datagram,
  target: Uint8Array,
): ReceivedDatagram {
  if (target.buffer instanceof ArrayBuffer && target.buffer.detached) {
    throw new TypeError("Cannot receive: the array was transferred");
  }
  const byteLength = Math.min(data.byteLength, target.byteLength);
  target.set(data.subarray(0, byteLength));
  const datagramLength = data.byteLength;
  const truncated = byteLength < datagramLength;
  return { byteLength, datagramLength, truncated, addr };
}
