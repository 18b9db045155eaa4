/**
 * Failures that nobody has looked at when their future is collected.
 *
 * @module
 */

import { ROOT, runIn } from "../../ffi/async_context.ts";
import { isInstance } from "../../ffi/thrown.ts";

/** A failure; what it holds must not refer to the future. */
export interface Failure {
  /** What the future failed with. */
  exception?: unknown | undefined;
}

/**
 * Reports failures of futures that were dropped, each once.
 *
 * @typeParam F What is reported.
 */
export class Failures<F extends Failure> {
  /** Those of this moment: most are looked at within a few microtasks. */
  readonly #fresh = new Map<object, F>();
  readonly #registry: FinalizationRegistry<F>;

  /** @param report Called with a failure, in the context of nobody. */
  constructor(report: (failure: F) => void) {
    this.#registry = new FinalizationRegistry((failure) =>
      runIn(ROOT, report, failure)
    );
  }

  /**
   * Notes a failure.
   *
   * @param future The future.
   * @param failure What is reported when it is collected.
   */
  note(future: object, failure: F): void {
    // Who awaits what has failed at once looks at it in a later microtask.
    if (this.#fresh.size === 0) {
      queueMicrotask(() => queueMicrotask(() => this.#register()));
    }
    this.#fresh.set(future, failure);
  }

  /**
   * Forgets a failure, because it was looked at.
   *
   * @param future The future.
   */
  forget(future: object): void {
    if (!this.#fresh.delete(future)) this.#registry.unregister(future);
  }

  #register(): void {
    for (const [future, failure] of this.#fresh) {
      releaseFrames(failure.exception);
      this.#registry.register(future, failure, future);
    }
    this.#fresh.clear();
  }
}

/** How many causes of causes are looked at. */
const MAX_DEPTH = 8;

/**
 * Makes text of the stack of an error, and of what has caused it. Until then it
 * refers to the objects whose methods were called: one of them is who keeps it,
 * and would never be collected.
 *
 * @param thrown What was thrown; nothing is done with what is no error.
 * @param depth How deep it is in the causes of another one.
 */
export function releaseFrames(thrown: unknown, depth = 0): void {
  if (depth > MAX_DEPTH || !isInstance(thrown, Error)) return;
  try {
    forgetFrames(thrown);
    releaseFrames(thrown.cause, depth + 1);
    const { errors } = thrown as AggregateError;
    if (!Array.isArray(errors)) return;
    for (const error of errors) releaseFrames(error, depth + 1);
  } catch {
    // It is frozen, or has accessors that throw: it stays as it is.
  }
}

/** V8 has the frames, and Deno has a copy since the stack was first read. */
function forgetFrames(error: Error): void {
  const { stack } = error;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    Error.captureStackTrace(error);
    void error.stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (stack !== undefined) error.stack = stack;
  }
}
