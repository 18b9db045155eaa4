/**
 * Receives that wait for their turn, first come first served.
 *
 * @module
 */

import { byteLengthOf, isDetached, setBytes, viewOf } from "../../ffi/bytes.ts";
import { Fifo } from "../../proactor/port/fifo.ts";
import type { Datagram, DatagramReader } from "./datagram_reader.ts";
import type { ReceivedDatagram } from "./udp_options.ts";

/** Makes what a receive returns. What throws takes nothing. */
type Take<T> = (datagram: Datagram) => T;

interface Request {
  resolve(datagram: Datagram): void;
  reject(error: unknown): void;
  /** Called when it no longer waits. */
  unlisten?: (() => void) | undefined;
}

/** The promises of those who receive from a {@linkcode DatagramReader}. */
export class ReceiveQueue {
  readonly #reader: DatagramReader;
  readonly #toError: (code: number) => Error;
  readonly #requests = new Fifo<Request>();

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
      request.unlisten?.();
      try {
        this.#take((datagram) => request.resolve(datagram));
      } catch (error) {
        request.reject(error);
      }
    }
  }

  /** @param error Ends all waits. */
  fail(error: unknown): void {
    for (const request of this.#requests.clear()) {
      request.unlisten?.();
      request.reject(error);
    }
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
    request.unlisten = () => signal.removeEventListener("abort", abort);
    return promise;
  }

  /** Nobody waits any more: the buffer is asked back. */
  #withdraw(request: Request, reason: unknown): void {
    if (!this.#requests.remove(request)) return;
    request.reject(reason);
    if (this.#requests.length === 0) this.#reader.cancel();
  }
}

/**
 * Copies a datagram to where the caller wants it.
 *
 * @param datagram The datagram.
 * @param target The caller's array.
 * @param size Its bytes when the caller gave it.
 * @returns What was copied, and what was not.
 * @throws {TypeError} when the array was transferred or has shrunk meanwhile,
 * and has no room for what it would have had room for.
 */
export function placeDatagram(
  { data, addr }: Datagram,
  target: Uint8Array,
  size: number,
): ReceivedDatagram {
  const datagramLength = data.byteLength;
  const byteLength = Math.min(datagramLength, size);
  if (byteLengthOf(target) < byteLength || isDetached(target)) {
    throw new TypeError("Cannot receive: the array was transferred");
  }
  setBytes(target, viewOf(data, 0, byteLength), 0);
  const truncated = byteLength < datagramLength;
  return { byteLength, datagramLength, truncated, addr };
}

/**
 * Copies a datagram to where the caller wants it, if there is room for it.
 *
 * @param datagram The datagram.
 * @param target The caller's array, if there is one.
 * @returns The bytes there, or else in an array of their own; and the sender.
 */
export function deliver(
  { data, addr }: Datagram,
  target: Uint8Array | undefined,
): [Uint8Array<ArrayBuffer>, Deno.NetAddr] {
  const { byteLength } = data;
  const room = target === undefined ? 0 : byteLengthOf(target);
  if (byteLength === 0 || room < byteLength) return [data, addr];
  setBytes(target!, data, 0);
  return [viewOf(target!, 0, byteLength), addr];
}
