/**
 * Reads that wait for their turn, first come first served.
 *
 * @module
 */

import type { LateReader, LateReads } from "../proactor/late_reads.ts";
import type { ReadHalf } from "./read_half.ts";

/** Where the bytes come from. */
export type ReadSource = Pick<
  ReadHalf,
  "arm" | "available" | "ended" | "error" | "more" | "takeInto"
>;

/** A message, or a part of one. */
export interface MessagePart {
  /** The bytes. */
  data: Uint8Array<ArrayBuffer>;
  /** True when the message goes on. */
  more: boolean;
}

/**
 * Takes from a reader that is readable.
 *
 * @returns `undefined` when more must come first.
 */
type Take<T> = () => T | undefined;

interface Request {
  /** Returns false when it must go on waiting. */
  attempt(): boolean;
  reject(error: unknown): void;
}

/** The promises of those who read from a {@linkcode ReadSource}. */
export class ReadQueue implements LateReader {
  readonly #reader: ReadSource;
  readonly #toError: (code: number) => Error;
  readonly #late: LateReads | undefined;
  #requests: Request[] = [];
  #answered = false;
  #parts: Uint8Array<ArrayBuffer>[] = [];

  /**
   * @param reader Where the bytes come from.
   * @param toError Makes the error for a code.
   * @param late Where those wait who let their peer have a turn first.
   */
  constructor(
    reader: ReadSource,
    toError: (code: number) => Error,
    late?: LateReads,
  ) {
    this.#reader = reader;
    this.#toError = toError;
    this.#late = late;
  }

  /**
   * Waits until there are bytes.
   *
   * @param take Takes them.
   * @param signal Ends the wait.
   * @returns What `take` returned, or `null` at the end.
   */
  request<T>(
    take: Take<T>,
    signal?: AbortSignal,
  ): T | null | Promise<T | null> {
    signal?.throwIfAborted();
    if (this.#waitsForPeer()) return this.#enqueueLate(take, signal);
    if (this.#requests.length === 0 && this.#reader.arm()) {
      const taken = this.#take(take);
      if (taken !== undefined) return taken;
    }
    const promise = this.#enqueue(take, signal);
    this.advance();
    return promise;
  }

  /**
   * Waits for a whole message.
   *
   * @param maxLength Bytes to return at most.
   * @param signal Ends the wait; parts that have come are kept.
   * @returns The message, or `null` at the end.
   */
  requestMessage(
    maxLength: number,
    signal?: AbortSignal,
  ): MessagePart | null | Promise<MessagePart | null> {
    return this.request(() => this.#takeMessage(maxLength), signal);
  }

  /**
   * Waits until a request would be served at once, and takes nothing.
   *
   * @param signal Ends the wait.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const attempt = () => {
      resolve();
      return true;
    };
    const queued = this.#queue({ attempt, reject }, promise, signal);
    this.advance();
    await queued;
  }

  /**
   * Takes bytes; what an aborted `requestMessage` has left goes first.
   *
   * @param target Where they are copied to.
   * @returns Their number.
   */
  takeInto(target: Uint8Array): number {
    const [kept] = this.#parts;
    if (kept === undefined) return this.#reader.takeInto(target);
    const count = Math.min(target.byteLength, kept.byteLength);
    target.set(kept.subarray(0, count));
    if (count < kept.byteLength) this.#parts[0] = kept.subarray(count);
    else this.#parts.shift();
    return count;
  }

  /** Serves those who wait; called when the reader has become readable. */
  advance(): void {
    while (this.#requests.length > 0 && this.#reader.arm()) {
      const [first] = this.#requests;
      if (first!.attempt()) this.#requests.shift();
    }
  }

  /** The peer was written to: its answer may be there when it has run. */
  answered(): void {
    this.#answered = true;
  }

  /**
   * The peer has had its turn.
   *
   * @returns True when somebody was served.
   */
  readLate(): boolean {
    const { length } = this.#requests;
    this.advance();
    return this.#requests.length < length;
  }

  /** @param error Ends all waits. */
  fail(error: unknown): void {
    const requests = this.#requests;
    this.#requests = [];
    for (const request of requests) request.reject(error);
  }

  /** Bytes go before the end, and the end before an error. */
  #take<T>(take: Take<T>): T | null | undefined {
    const reader = this.#reader;
    if (reader.available > 0) return take();
    if (reader.ended) return this.#takeRest(take);
    throw this.#toError(reader.error);
  }

  /** A message that the end has cut off is still delivered. */
  #takeRest<T>(take: Take<T>): T | null | undefined {
    return this.#parts.length > 0 ? take() : null;
  }

  #takeMessage(maxLength: number): MessagePart | undefined {
    // An aborted call may have left more than this one wants.
    const room = Math.max(maxLength - length(this.#parts), 0);
    const part = new Uint8Array(Math.min(room, this.#reader.available));
    this.#reader.takeInto(part);
    this.#parts.push(part);
    const rest = this.#reader.available > 0 || this.#reader.more;
    const ended = this.#reader.ended;
    const full = part.byteLength === room;
    if (rest && !full && !ended) return undefined;
    return this.#cutMessage(maxLength, rest && !ended);
  }

  #cutMessage(maxLength: number, more: boolean): MessagePart {
    const data = concat(this.#parts);
    if (data.byteLength <= maxLength) {
      this.#parts = [];
      return { data, more };
    }
    this.#parts = [data.subarray(maxLength)];
    return { data: data.slice(0, maxLength), more: true };
  }

  /** True for the first read after a write that would not end at once. */
  #waitsForPeer(): boolean {
    if (!this.#answered || this.#late === undefined) return false;
    this.#answered = false;
    const { available, ended, error } = this.#reader;
    return available === 0 && !ended && error === 0;
  }

  #enqueueLate<T>(take: Take<T>, signal?: AbortSignal): Promise<T | null> {
    this.#late!.add(this);
    return this.#enqueue(take, signal);
  }

  #enqueue<T>(take: Take<T>, signal?: AbortSignal): Promise<T | null> {
    const { promise, resolve, reject } = Promise.withResolvers<T | null>();
    const attempt = () => this.#attempt(take, { resolve, reject });
    return this.#queue({ attempt, reject }, promise, signal);
  }

  #queue<T>(
    request: Request,
    promise: Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    this.#requests.push(request);
    if (signal === undefined) return promise;
    const abort = () => this.#withdraw(request, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", abort));
  }

  #attempt<T>(
    take: Take<T>,
    settle: Pick<PromiseWithResolvers<T | null>, "resolve" | "reject">,
  ): boolean {
    try {
      const taken = this.#take(take);
      if (taken === undefined) return false;
      settle.resolve(taken);
    } catch (error) {
      settle.reject(error);
    }
    return true;
  }

  #withdraw(request: Request, reason: unknown): void {
    const index = this.#requests.indexOf(request);
    if (index < 0) return;
    this.#requests.splice(index, 1);
    request.reject(reason);
  }
}

function length(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

function concat(parts: readonly Uint8Array<ArrayBuffer>[]) {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(length(parts));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
