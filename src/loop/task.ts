/**
 * `Task`: an asynchronous function that a loop runs.
 *
 * @module
 */

import {
  type AsyncContext,
  type AsyncSnapshot,
  contextOfOption,
  type ContextOption,
  runIn,
  snapshotOf,
} from "../ffi/async_context.ts";
import { isInstance } from "../ffi/thrown.ts";
import {
  CancelledError,
  Future,
  type FutureContext,
  InvalidStateError,
} from "../proactor/future/future.ts";
import { cancelReason } from "../proactor/future/future_errors.ts";

import { isThenable } from "./arguments.ts";
import { runAs } from "./running_task.ts";

/**
 * The function of a task.
 *
 * @param signal Aborted when the task is cancelled.
 * @returns The result, or a promise of it.
 */
export type TaskFunction<T> = (signal: AbortSignal) => T | PromiseLike<T>;

/** Options of `createTask`. */
export interface TaskOptions {
  /**
   * A name for messages.
   *
   * @default {"Task-1"} (and so on)
   */
  name?: string | undefined;
  /**
   * Calls the function at once, if the loop runs: what it returns at once is
   * the result at once.
   *
   * @default {false}
   */
  eagerStart?: boolean | undefined;
  /** The async context of the task: that of the caller by default. */
  context?: ContextOption | undefined;
}

/** What a task needs of its loop. */
export interface TaskHost {
  /** How callbacks run. */
  readonly context: FutureContext;
  /** The tasks of the loop that have not ended. */
  readonly tasks: Set<Task<unknown>>;
  /** Whether the loop runs. */
  readonly running: boolean;
}

let count = 0;

/**
 * An asynchronous function that a loop runs, as the future of its result. The
 * counterpart of `asyncio.Task`.
 *
 * The function is called in the next turn of the loop, never at once, unless
 * `eagerStart` is set. Made
 * from a promise, a task follows it and has nothing to call or to abort.
 *
 * @typeParam T The type of the result.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * const { proactor } = loop;
 * const task = loop.createTask(async (signal) => {
 *   const path = "\\\\.\\pipe\\echo";
 *   const handle = await proactor.connectPipe(path, { signal });
 *   proactor.closeHandle(handle);
 * });
 * loop.callLater(1000, () => task.cancel());
 * await loop.runUntilComplete(task);
 * ```
 */
export class Task<T> extends Future<T> {
  readonly #host: TaskHost;
  readonly #controller = new AbortController();
  readonly #asyncContext: AsyncContext;
  #abortable = false;
  #cancelRequests = 0;
  #name: string;

  /**
   * Made by `createTask`.
   *
   * @ignore
   * @param source The function to call, or the promise to follow.
   * @param host The loop.
   * @param options The name, and the async context.
   */
  constructor(
    source: TaskFunction<T> | PromiseLike<T>,
    host: TaskHost,
    options: TaskOptions = {},
  ) {
    super(host.context);
    this.#host = host;
    this.#name = options.name ?? `Task-${++count}`;
    const context = contextOfOption(options.context);
    this.#asyncContext = context;
    host.tasks.add(this as Task<unknown>);
    if (typeof source !== "function") this.#follow(source);
    else if (options.eagerStart && host.running) {
      runIn(context, () => this.#startNow(source), null);
    } else host.context.schedule(() => this.#start(source), context, this);
  }

  /**
   * The async context in which the function runs.
   *
   * @returns Something that calls functions in it.
   */
  getContext(): AsyncSnapshot {
    return snapshotOf(this.#asyncContext);
  }

  /**
   * The name for messages.
   *
   * @returns The name.
   */
  getName(): string {
    return this.#name;
  }

  /**
   * Changes the name for messages.
   *
   * @param name The new name.
   */
  setName(name: string): void {
    this.#name = name;
  }

  /**
   * Aborts the function's signal. The task is cancelled when the function then
   * throws the reason; when it does something else, that is the task's end. A
   * task whose function was not called yet, or that follows a promise, is
   * cancelled at once.
   *
   * @param reason What the signal and awaiting the task throw, `null` too: a
   * {@linkcode CancelledError} when it is `undefined`.
   * @returns False when the task was done already.
   */
  override cancel(reason?: unknown): boolean {
    if (this.done()) return false;
    this.#cancelRequests++;
    const cause = cancelReason(reason);
    if (this.#abortable) this.#controller.abort(cause);
    else this.#end(() => super.cancel(cause));
    return true;
  }

  /**
   * Counts the cancellations that were asked for. Only the first one aborts the
   * function's signal, so there is no `uncancel`.
   *
   * @returns The calls of {@linkcode cancel} that returned true.
   */
  cancelling(): number {
    return this.#cancelRequests;
  }

  /**
   * Refused: the function alone decides.
   *
   * @param _value Ignored.
   * @throws {InvalidStateError} when called.
   */
  override setResult(_value: T): void {
    throw new InvalidStateError(
      "Cannot set the result: a task has it from its function",
    );
  }

  /**
   * Refused: the function alone decides.
   *
   * @param _error Ignored.
   * @throws {InvalidStateError} when called.
   */
  override setException(_error: unknown): void {
    throw new InvalidStateError(
      "Cannot set the exception: a task has it from its function",
    );
  }

  /**
   * The parts of the description.
   *
   * @ignore
   * @returns The state, the name, and the callbacks or the end.
   */
  protected override describe(): string[] {
    const [state, ...rest] = super.describe([
      `name=${JSON.stringify(this.#name)}`,
    ]);
    const cancelling = !this.done() && this.#cancelRequests > 0;
    return [cancelling ? "cancelling" : state!, ...rest];
  }

  #start(source: TaskFunction<T>): void {
    if (this.done()) return;
    this.#abortable = true;
    const { signal } = this.#controller;
    this.#follow(runAs(this, () => Promise.try(source, signal)));
  }

  #startNow(source: TaskFunction<T>): void {
    this.#abortable = true;
    const { signal } = this.#controller;
    try {
      const value = runAs(this, () => source(signal));
      if (isThenable(value)) this.#follow(value as PromiseLike<T>);
      else this.#end(() => super.setResult(value as T));
    } catch (error) {
      this.#end(() => this.#fail(error));
    }
  }

  #follow(promise: PromiseLike<T>): void {
    promise.then(
      (value) => this.#end(() => super.setResult(value)),
      (error) => this.#end(() => this.#fail(error)),
    );
  }

  #fail(error: unknown): void {
    const { aborted, reason } = this.#controller.signal;
    const cancelled = isInstance(error, CancelledError) ||
      (aborted && error === reason);
    if (cancelled) super.cancel(error);
    else super.setException(error);
  }

  #end(finish: () => void): void {
    if (this.done()) return;
    this.#host.tasks.delete(this as Task<unknown>);
    finish();
  }
}
