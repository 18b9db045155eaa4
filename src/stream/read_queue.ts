/**
 * Reads that wait for their turn, first come first served.
 *
 * @module
 */

import { byteLengthOf, copyBytes, setBytes, viewOf } from "../ffi/bytes.ts";
import { Fifo } from "../proactor/port/fifo.ts";
import type { LateReader, LateReads } from "../proactor/port/late_reads.ts";
import type { ReadHalf } from "./read_half.ts";
import type { TurnOrder } from "./turn_budget.ts";

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

/** What is taken: what a function takes, or as much as an array has room for. */
type Taking<T> = Take<T> | Uint8Array;

interface Request {
  /** What it waits for; `null` only waits for those before it. */
  readonly taking: Taking<unknown> | null;
  resolve(taken: unknown): void;
  reject(error: unknown): void;
  /** Called when it no longer waits. */
  unlisten: (() => void) | undefined;
}

/** Takes nothing, and leaves the end and errors to others. */
const LOOK: Take<number> = () => 0;

/** How a queue is used. */
export interface ReadQueueOptions {
  /** Where those wait who let their peer have a turn first. */
  late?: LateReads | undefined;
  /** Counts reads, so that those that end at once leave room for others. */
  turns?: TurnOrder | undefined;
}

/** The promises of those who read from a {@linkcode ReadSource}. */
export class ReadQueue implements LateReader {
  readonly #reader: ReadSource;
  readonly #toError: (code: number) => Error;
  readonly #late: LateReads | undefined;
  readonly #turns: TurnOrder | undefined;
  readonly #requests = new Fifo<Request>();
  /** What those who wait keep from being collected, until the last is served. */
  owner: object | null = null;
  #answered = false;
  #parts: Uint8Array<ArrayBuffer>[] = [];

  /**
   * @param reader Where the bytes come from.
   * @param toError Makes the error for a code.
   * @param options Turns of the port.
   */
  constructor(
    reader: ReadSource,
    toError: (code: number) => Error,
    options: ReadQueueOptions = {},
  ) {
    this.#reader = reader;
    this.#toError = toError;
    this.#late = options.late;
    this.#turns = options.turns;
  }

  /** True while somebody waits. */
  get busy(): boolean {
    return this.#requests.length > 0;
  }

  /** What an aborted `requestMessage` has left. */
  get kept(): readonly Uint8Array<ArrayBuffer>[] {
    return this.#parts;
  }

  /**
   * Waits until there are bytes.
   *
   * @param taking Takes them, or has room for them.
   * @param signal Ends the wait.
   * @returns What was taken, or `null` at the end.
   * @throws {unknown} the reason of the signal when it is aborted already, and
   * the error of the stream when nothing but that is left.
   */
  request<T = number>(
    taking: Taking<T>,
    signal?: AbortSignal,
  ): Promise<T | null> {
    signal?.throwIfAborted();
    if (this.#waitsForPeer()) return this.#enqueueLate(taking, signal);
    if (this.#requests.length === 0 && this.#reader.arm()) {
      const taken = this.#take(taking);
      if (taken !== undefined) return this.#taken(taken);
    }
    const promise = this.#enqueue(taking, signal);
    this.advance();
    return promise;
  }

  /**
   * Reads what is there, or waits for it.
   *
   * @param target Where the bytes go. What has no room in it when they come,
   * waits for the next read; all of it when there is no room at all.
   * @param signal Ends the wait.
   * @returns The number of bytes, or `null` at the end.
   * @throws {unknown} as `request`.
   */
  read(target: Uint8Array, signal?: AbortSignal): Promise<number | null> {
    if (byteLengthOf(target) === 0) return this.#readNothing();
    return this.request(target, signal);
  }

  /**
   * Waits for a whole message.
   *
   * @param maxLength Bytes to return at most.
   * @param signal Ends the wait; parts that have come are kept.
   * @returns The message, or `null` at the end.
   * @throws {unknown} as `request`.
   */
  requestMessage(
    maxLength: number,
    signal?: AbortSignal,
  ): Promise<MessagePart | null> {
    return this.request(() => this.#takeMessage(maxLength), signal);
  }

  /**
   * Waits until a request would be served at once, and takes nothing.
   *
   * @param signal Ends the wait.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const promise = this.#enqueue(LOOK, signal);
    this.advance();
    await promise;
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
    const count = Math.min(byteLengthOf(target), kept.byteLength);
    setBytes(target, viewOf(kept, 0, count), 0);
    if (count < kept.byteLength) this.#parts[0] = viewOf(kept, count);
    else this.#parts.shift();
    return count;
  }

  /** Serves those who wait; called when the reader has become readable. */
  advance(): void {
    for (;;) {
      const { first } = this.#requests;
      if (first === undefined) return;
      if (first.taking !== null && !this.#reader.arm()) return;
      if (this.#attempt(first)) this.#remove(first);
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

  /**
   * Ends all waits.
   *
   * @param makeError Makes the error, which costs a stack: not without a wait.
   */
  fail(makeError: () => unknown): void {
    if (this.#requests.length === 0) return;
    const error = makeError();
    for (const request of this.#requests.clear()) {
      request.unlisten?.();
      request.reject(error);
    }
    this.owner = null;
  }

  /** Bytes go before the end, and the end before an error. */
  #take<T>(taking: Taking<T>): T | null | undefined {
    const { available, ended, error } = this.#reader;
    if (available > 0) return this.#takeBy(taking);
    if (!ended) throw this.#toError(error);
    // A message that the end has cut off is still delivered.
    return this.#parts.length > 0 ? this.#takeBy(taking) : null;
  }

  #takeBy<T>(taking: Taking<T>): T | undefined {
    if (typeof taking === "function") return taking();
    if (byteLengthOf(taking) > 0) return this.takeInto(taking) as T;
    throw new TypeError("Cannot read: the array was transferred");
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
    this.#parts = [viewOf(data, maxLength)];
    return { data: copyBytes(data, 0, maxLength), more: true };
  }

  /** True for the first read after a write that would not end at once. */
  #waitsForPeer(): boolean {
    if (!this.#answered || this.#late === undefined) return false;
    this.#answered = false;
    const { available, ended, error } = this.#reader;
    return available === 0 && !ended && error === 0;
  }

  #taken<T>(taken: T | null): Promise<T | null> {
    return this.#turns?.end(taken) ?? Promise.resolve(taken);
  }

  #enqueueLate<T>(
    taking: Taking<T>,
    signal?: AbortSignal,
  ): Promise<T | null> {
    this.#late!.add(this);
    return this.#enqueue(taking, signal);
  }

  /** The promise settles as it is, whatever listens: the order stays. */
  #enqueue<T>(
    taking: Taking<T> | null,
    signal?: AbortSignal,
  ): Promise<T | null> {
    const { promise, resolve, reject } = Promise.withResolvers<T | null>();
    const request: Request = { taking, resolve, reject, unlisten: undefined };
    this.#requests.push(request);
    if (signal !== undefined) this.#listen(request, signal);
    return promise;
  }

  #listen(request: Request, signal: AbortSignal): void {
    const abort = () => this.#withdraw(request, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    request.unlisten = () => signal.removeEventListener("abort", abort);
  }

  #readNothing(): Promise<number | null> {
    if (this.#requests.length === 0) return Promise.resolve(0);
    return this.#enqueue<number>(null);
  }

  /** Returns false when it must go on waiting. */
  #attempt(request: Request): boolean {
    const { taking } = request;
    if (taking === null || taking === LOOK) {
      request.resolve(0);
      return true;
    }
    try {
      const taken = this.#take(taking);
      if (taken === undefined) return false;
      this.#settle(request, taken);
    } catch (error) {
      request.reject(error);
    }
    return true;
  }

  #settle({ resolve }: Request, taken: unknown): void {
    if (this.#turns === undefined) resolve(taken);
    else this.#turns.settle(resolve, taken);
  }

  #withdraw(request: Request, reason: unknown): void {
    if (!this.#remove(request)) return;
    request.reject(reason);
    this.advance();
  }

  #remove(request: Request): boolean {
    request.unlisten?.();
    const removed = this.#requests.remove(request);
    if (this.#requests.length === 0) this.owner = null;
    return removed;
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
    setBytes(whole, part, offset);
    offset += part.byteLength;
  }
  return whole;
}
