/**
 * `Future`: a result that is not there yet, with asyncio's contract.
 *
 * @module
 */

import {
  type AsyncContext,
  contextOfOption,
  type ContextOption,
  runIn,
} from "../../ffi/async_context.ts";
import {
  describe,
  inspectAsText,
  textOfCallbacks,
  textOfValue,
} from "../../ffi/describe.ts";
import { logError } from "../../ffi/thrown.ts";
import { type Failure, Failures } from "./failures.ts";
import { cancelReason, InvalidStateError } from "./future_errors.ts";

export { CancelledError, InvalidStateError } from "./future_errors.ts";

/** A function that is called at the end of a future. */
export type FutureCallback<T> = (future: Future<T>) => void;

/** Options of `addDoneCallback`. */
export interface DoneCallbackOptions {
  /**
   * The async context that the callback runs in: that of the caller by default.
   */
  context?: ContextOption | undefined;
}

/** How futures run their callbacks; a loop has its own way. */
export interface FutureContext {
  /**
   * Runs a callback soon, never at once.
   *
   * @param callback The callback.
   * @param context The async context that it runs in.
   * @param subject What messages name: the function, or the task.
   */
  schedule(
    callback: () => void,
    context: AsyncContext,
    subject: unknown,
  ): void;
  /**
   * Takes what a callback threw.
   *
   * @param error What was thrown.
   * @param message Where.
   */
  report(error: unknown, message: string): void;
  /**
   * Remembers a failure that nobody has looked at, to report it.
   *
   * @param future The future.
   * @param error What it failed with.
   */
  noteFailure?(future: Future<unknown>, error: unknown): void;
  /**
   * Forgets a failure, because it has been looked at.
   *
   * @param future The future.
   */
  forgetFailure?(future: Future<unknown>): void;
  /**
   * Tells where the caller is, for reports.
   *
   * @returns A stack in debug mode.
   */
  trace?(): string | undefined;
}

/** Without a loop, a failure that was dropped is an unhandled rejection. */
const dropped = new Failures<Failure>(({ exception }) => {
  void Promise.reject(exception);
});

const MICROTASKS: FutureContext = {
  schedule: (callback, context) =>
    queueMicrotask(() => runIn(context, callback, undefined)),
  report: (error, message) => logError(message, error),
  noteFailure: (future, exception) => dropped.note(future, { exception }),
  forgetFailure: (future) => dropped.forget(future),
};

/**
 * A result that is not there yet: awaitable, cancellable, inspectable. The
 * counterpart of `asyncio.Future`. A failed future may be looked at whenever its
 * holder likes. If it is collected before anyone has, the exception handler of
 * its loop is told; without a loop, that is an unhandled rejection.
 *
 * @typeParam T The type of the result.
 *
 * @example Usage
 * ```ts
 * import { Future } from "@iocp/proactor";
 * import { assertEquals } from "@std/assert";
 *
 * const future = new Future<number>();
 * future.setResult(42);
 * assertEquals(await future, 42);
 * assertEquals(future.result(), 42);
 * ```
 */
export class Future<T> implements PromiseLike<T> {
  static {
    inspectAsText(this);
  }

  readonly #context: FutureContext;
  #state: "pending" | "cancelled" | "finished" = "pending";
  #value: T | undefined;
  #error: unknown;
  #failed = false;
  #unseen = false;
  // Callbacks and their contexts by turns. Not of T, so that a Future<number>
  // is a Future<unknown>.
  #callbacks: unknown[] | undefined;
  #promise: Promise<T> | undefined;
  #settle: PromiseWithResolvers<unknown> | undefined;
  #end: PromiseWithResolvers<void> | undefined;
  readonly #source: string | undefined;

  /**
   * Makes a future that is not done.
   *
   * @param context How callbacks run: as microtasks by default.
   */
  constructor(context: FutureContext = MICROTASKS) {
    this.#context = context;
    this.#source = context.trace?.();
  }

  /** How callbacks run: in a loop, or as microtasks. */
  get context(): FutureContext {
    return this.#context;
  }

  /** Where the future was made; in debug mode of its loop. */
  get sourceTraceback(): string | undefined {
    return this.#source;
  }

  /**
   * Resolves when the future has ended, in whatever way. Waiting for it is no
   * look at a failure; for the library.
   *
   * @ignore
   */
  get settled(): Promise<void> {
    if (this.done()) return Promise.resolve();
    return (this.#end ??= Promise.withResolvers<void>()).promise;
  }

  /**
   * Tells whether the future has ended, in whatever way.
   *
   * @returns True when there is a result, an exception or a cancellation.
   */
  done(): boolean {
    return this.#state !== "pending";
  }

  /**
   * Tells whether the future was cancelled.
   *
   * @returns True after a cancellation has taken effect.
   */
  cancelled(): boolean {
    return this.#state === "cancelled";
  }

  /**
   * The result.
   *
   * @returns What `setResult` was given.
   * @throws {InvalidStateError} when the future is not done.
   * @throws {CancelledError} when it was cancelled (or the reason given).
   */
  result(): T {
    if (this.#state === "pending") {
      throw new InvalidStateError("Cannot get the result: it is not there yet");
    }
    if (this.#unseen) this.#forgetFailure();
    if (this.#failed) throw this.#error;
    return this.#value as T;
  }

  /**
   * The exception.
   *
   * @returns What the future failed with, or `null` after a success.
   * @throws {InvalidStateError} when the future is not done.
   * @throws {CancelledError} when it was cancelled (or the reason given).
   */
  exception(): unknown {
    if (this.#state === "pending") {
      throw new InvalidStateError(
        "Cannot get the exception: the future is not done",
      );
    }
    if (this.#unseen) this.#forgetFailure();
    if (this.#state === "cancelled") throw this.#error;
    return this.#failed ? this.#error : null;
  }

  /**
   * Adds a callback. It runs soon, also when the future is done already.
   *
   * @param callback Called once with the future.
   * @param options The async context that it runs in.
   * @throws {TypeError} when the context is no context.
   */
  addDoneCallback(
    callback: FutureCallback<T>,
    options: DoneCallbackOptions = {},
  ): void {
    const context = contextOfOption(options.context);
    if (this.done()) this.#schedule(callback, context);
    else (this.#callbacks ??= []).push(callback, context);
  }

  /**
   * Removes a callback, as often as it was added.
   *
   * @param callback The callback.
   * @returns How many were removed.
   */
  removeDoneCallback(callback: FutureCallback<T>): number {
    const before = this.#callbacks ?? [];
    const after: unknown[] = [];
    for (let i = 0; i < before.length; i += 2) {
      if (before[i] !== callback) after.push(before[i], before[i + 1]);
    }
    this.#callbacks = after;
    return (before.length - after.length) / 2;
  }

  /**
   * Ends the future with a result.
   *
   * @param value The result.
   * @throws {InvalidStateError} when the future is done.
   */
  setResult(value: T): void {
    this.#assertPending("set the result");
    this.#value = value;
    this.#finish("finished");
  }

  /**
   * Ends the future with an exception.
   *
   * @param error What it failed with.
   * @throws {InvalidStateError} when the future is done.
   */
  setException(error: unknown): void {
    this.#assertPending("set the exception");
    if (this.#promise === undefined) this.#noteFailure(error);
    this.#fail("finished", error);
  }

  /**
   * Cancels the future.
   *
   * @param reason What awaiting it throws, `null` too: a
   * {@linkcode CancelledError} when it is `undefined`.
   * @returns False when the future was done already.
   */
  cancel(reason?: unknown): boolean {
    if (this.done()) return false;
    this.#fail("cancelled", cancelReason(reason));
    return true;
  }

  /**
   * Waits for the end; `await` calls it.
   *
   * @typeParam A What the first function returns.
   * @typeParam B What the second function returns.
   * @param onFulfilled Given the result.
   * @param onRejected Given the exception or the reason of the cancellation.
   * @returns A promise of what the function called returns.
   */
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    if (this.#unseen) this.#forgetFailure();
    this.#promise ??= this.#makePromise();
    return this.#promise.then(onFulfilled, onRejected);
  }

  /**
   * Describes the future for messages: its state, and the class of its result.
   *
   * @returns `<Future pending cb=[f]>`, `<Future finished result=42>`.
   */
  toString(): string {
    return describe(this.constructor.name, this.describe());
  }

  /**
   * The parts of the description. It is no look at a failure.
   *
   * @ignore
   * @param details What stands behind the state.
   * @returns The state, the details, and the callbacks or the end.
   */
  protected describe(details: readonly string[] = []): string[] {
    const [source = ""] = this.#source?.split("\n", 1) ?? [];
    const made = source === "" ? "" : `created ${source.trim()}`;
    return [this.#state, ...details, this.#describeEnd(), made];
  }

  #describeEnd(): string {
    if (this.#state === "cancelled") return "";
    if (this.#failed) return `exception=${textOfValue(this.#error)}`;
    if (this.done()) return `result=${textOfValue(this.#value)}`;
    const callbacks = this.#callbacks ?? [];
    return textOfCallbacks(callbacks.filter((_, index) => index % 2 === 0));
  }

  #makePromise(): Promise<T> {
    if (this.#state === "pending") {
      this.#settle = Promise.withResolvers<unknown>();
      return this.#settle.promise as Promise<T>;
    }
    if (this.#failed) return Promise.reject(this.#error);
    return Promise.resolve(this.#value as T);
  }

  /** It is reported when the future is collected before it was looked at. */
  #noteFailure(error: unknown): void {
    if (this.#context.noteFailure === undefined) return;
    this.#unseen = true;
    this.#context.noteFailure(this as Future<unknown>, error);
  }

  #forgetFailure(): void {
    this.#unseen = false;
    this.#context.forgetFailure?.(this as Future<unknown>);
  }

  #assertPending(action: string): void {
    if (!this.done()) return;
    throw new InvalidStateError(`Cannot ${action}: the future is done`);
  }

  #fail(state: "cancelled" | "finished", error: unknown): void {
    this.#failed = true;
    this.#error = error;
    this.#finish(state);
  }

  #finish(state: "cancelled" | "finished"): void {
    this.#state = state;
    if (this.#failed) this.#settle?.reject(this.#error);
    else this.#settle?.resolve(this.#value);
    this.#end?.resolve();
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    if (callbacks === undefined) return;
    for (let i = 0; i < callbacks.length; i += 2) {
      const context = callbacks[i + 1] as AsyncContext;
      this.#schedule(callbacks[i] as FutureCallback<T>, context);
    }
  }

  #schedule(callback: FutureCallback<T>, context: AsyncContext): void {
    const run = () => {
      try {
        callback(this);
      } catch (error) {
        this.#context.report(error, "Exception in a done callback");
      }
    };
    this.#context.schedule(run, context, callback);
  }
}
