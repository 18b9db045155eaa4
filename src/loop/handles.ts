/**
 * `Handle` and `TimerHandle`: what the loop's scheduling methods return.
 *
 * @module
 */

import {
  type AsyncContext,
  type AsyncSnapshot,
  type ContextOption,
  runIn,
  snapshotOf,
} from "../ffi/async_context.ts";
import { inspectAsText, nameOf } from "../ffi/describe.ts";
import { traceback } from "../ffi/traceback.ts";

/** A function that a loop calls. */
export type Callback<A extends unknown[] = unknown[]> = (
  ...args: A
) => unknown;

/** A function, and the async context in which a loop calls it. */
export interface CallbackInContext<A extends unknown[] = unknown[]> {
  /** The function. */
  callback: Callback<A>;
  /** Where it runs; in the context of the caller by default. */
  context?: ContextOption | undefined;
}

/** A function, alone or with its context. */
export type Schedulable<A extends unknown[] = unknown[]> =
  | Callback<A>
  | CallbackInContext<A>;

/** What the exception handler is told of a callback that has failed. */
export type CallbackFailure = {
  /** Which callback it was. */
  message: string;
  /** What it threw. */
  exception: unknown;
  /** Its handle. */
  handle: Handle;
  /** The stack where the handle was made; in debug mode. */
  sourceTraceback?: string | undefined;
};

/** What a handle needs of its loop. */
export interface HandleHost {
  /**
   * Tells whether handles record where they were made.
   *
   * @returns True in debug mode.
   */
  getDebug(): boolean;
  /**
   * Takes what a callback threw.
   *
   * @param failure What happened.
   */
  callExceptionHandler(failure: CallbackFailure): void;
}

/** A callback and the arguments it will be called with. */
export interface ScheduledCall {
  /** The function. */
  readonly callback: Callback;
  /** Its arguments. */
  readonly args: readonly unknown[];
  /** The async context in which it is called. */
  readonly context: AsyncContext;
  /** What messages name instead: a function, or a task. */
  readonly subject?: unknown | undefined;
}

/**
 * A callback that a loop is going to call. The counterpart of
 * `asyncio.Handle`.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * const handle = loop.callSoon(() => console.log("never"));
 * handle.cancel();
 * ```
 */
export class Handle {
  static {
    inspectAsText(this);
  }

  readonly #host: HandleHost;
  readonly #sourceTraceback: string | undefined;
  readonly #context: AsyncContext;
  #call: ScheduledCall | null;

  /**
   * Made by the loop's scheduling methods.
   *
   * @ignore
   * @param call What to call.
   * @param host The loop.
   */
  constructor(call: ScheduledCall, host: HandleHost) {
    this.#call = call;
    this.#context = call.context;
    this.#host = host;
    this.#sourceTraceback = host.getDebug() ? traceback() : undefined;
  }

  /**
   * Keeps the callback from being called, and releases it and its arguments. A
   * callback that has run, or is running, is not affected.
   */
  cancel(): void {
    this.#call = null;
  }

  /**
   * Tells whether the handle was cancelled.
   *
   * @returns True from `cancel` on.
   */
  cancelled(): boolean {
    return this.#call === null;
  }

  /**
   * Calls the callback, unless the handle was cancelled. For the loop. What
   * the callback throws, or its promise rejects with, goes to the exception
   * handler.
   *
   * @ignore
   */
  run(): void {
    const call = this.#call;
    if (call !== null) runIn(call.context, Handle.#run, this);
  }

  static #run(handle: Handle): void {
    const call = handle.#call!;
    try {
      const result = call.callback(...call.args);
      if (result instanceof Promise) {
        result.catch((error: unknown) => handle.#report(call, error));
      }
    } catch (error) {
      handle.#report(call, error);
    }
  }

  /**
   * The async context in which the callback is called.
   *
   * @returns Something that calls functions in it.
   */
  getContext(): AsyncSnapshot {
    return snapshotOf(this.#context);
  }

  /**
   * Describes the handle for messages.
   *
   * @returns `<Handle name>`, or `<Handle cancelled>`.
   */
  toString(): string {
    return `<${this.constructor.name} ${this.describe()}>`;
  }

  /**
   * The part of the description that depends on the state.
   *
   * @ignore
   * @returns The callback's name, or `cancelled`.
   */
  protected describe(): string {
    return this.#call === null ? "cancelled" : nameOfCall(this.#call);
  }

  #report(call: ScheduledCall, exception: unknown): void {
    const sourceTraceback = this.#sourceTraceback;
    this.#host.callExceptionHandler({
      message: `Exception in callback ${nameOfCall(call)}`,
      exception,
      handle: this,
      ...sourceTraceback !== undefined && { sourceTraceback },
    });
  }
}

/**
 * A callback that a loop is going to call at a given time. The counterpart of
 * `asyncio.TimerHandle`.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * const timer = loop.callLater(50, () => loop.stop());
 * console.log(timer.when() > loop.time()); // true
 * await loop.runForever();
 * ```
 */
export class TimerHandle extends Handle {
  readonly #when: number;
  /**
   * The order among timers that are due at the same time; for the loop.
   *
   * @ignore
   */
  order = 0;
  /**
   * Called by `cancel` while the timer is scheduled; for the loop.
   *
   * @ignore
   */
  onCancel: (() => void) | undefined;

  /**
   * Made by the loop's scheduling methods.
   *
   * @ignore
   * @param when Milliseconds on the clock of the loop.
   * @param call What to call.
   * @param host The loop.
   */
  constructor(when: number, call: ScheduledCall, host: HandleHost) {
    super(call, host);
    this.#when = when;
  }

  /**
   * The time the callback is due.
   *
   * @returns Milliseconds on the clock of the loop, as `loop.time()`.
   */
  when(): number {
    return this.#when;
  }

  /** Keeps the callback from being called, as {@linkcode Handle.cancel}. */
  override cancel(): void {
    if (this.cancelled()) return;
    super.cancel();
    this.onCancel?.();
  }

  /**
   * The part of the description that depends on the state.
   *
   * @ignore
   * @returns The time and the callback's name, or `cancelled` and the time.
   */
  protected override describe(): string {
    const what = super.describe();
    const when = `when=${this.#when}`;
    return this.cancelled() ? `${what} ${when}` : `${when} ${what}`;
  }
}

function nameOfCall({ callback, subject = callback }: ScheduledCall): string {
  return nameOf(subject);
}
