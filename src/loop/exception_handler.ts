/**
 * The exception handler of a loop, for exceptions that have no caller.
 *
 * @module
 */

import {
  type AsyncContext,
  type AsyncSnapshot,
  currentContext,
  ROOT,
  runIn,
} from "../ffi/async_context.ts";
import { logError } from "../ffi/thrown.ts";
import { kindOf } from "./arguments.ts";
import { Handle } from "./handles.ts";
import { Task } from "./task.ts";
import type { Future } from "../proactor/future/future.ts";

/** What an exception handler is told. */
export interface ExceptionContext {
  /** What happened. */
  message: string;
  /** What was thrown. */
  exception?: unknown | undefined;
  /** The handle whose callback threw. */
  handle?: Handle | undefined;
  /** The future it happened to. */
  future?: Future<unknown> | undefined;
  /** The task it happened to. */
  task?: Task<unknown> | undefined;
  /** The name of a task that was garbage-collected. */
  taskName?: string | undefined;
  /** The stack where the handle was made; in debug mode. */
  sourceTraceback?: string | undefined;
  /** Further fields, by name. */
  [field: string]: unknown;
}

/** The loop whose exceptions are reported. */
export interface ReportingLoop {
  /**
   * Handles an exception when there is no custom handler, or that has failed.
   *
   * @param context What happened.
   */
  defaultExceptionHandler(context: ExceptionContext): void;
}

/** The exception handler of a loop that is an `L`. */
type HandlerOf<L> = (loop: L, context: ExceptionContext) => unknown;

/**
 * Calls the exception handler of a loop, or else the default one. Never throws.
 *
 * @typeParam L The loop.
 */
export class ExceptionReporter<L extends ReportingLoop> {
  readonly #loop: L;
  #handler: HandlerOf<L> | null = null;
  #context: AsyncContext = ROOT;

  /** @param loop The loop, with its default handler. */
  constructor(loop: L) {
    this.#loop = loop;
  }

  /** The custom handler, or `null`. */
  get handler(): HandlerOf<L> | null {
    return this.#handler;
  }

  set handler(handler: HandlerOf<L> | null) {
    if (handler !== null && typeof handler !== "function") {
      throw new TypeError(
        `Cannot set the exception handler: ${
          kindOf(handler)
        } is not a function`,
      );
    }
    this.#handler = handler;
    this.#context = currentContext();
  }

  /**
   * Calls the custom handler; without one, or when it fails, the default one.
   * As in asyncio, the handler runs in the async context of the task or handle
   * that has failed, or else of the caller; and where nobody in particular has
   * called, in that in which it was set.
   *
   * @param context What happened.
   */
  report(context: ExceptionContext): void {
    const handler = this.#handler;
    if (handler === null) return this.#reportDefault(context);
    attempt(
      () => this.#inContext(context, () => handler(this.#loop, context)),
      (exception) =>
        this.#reportDefault({
          message: "Unhandled error in exception handler",
          exception,
          context,
        }),
    );
  }

  #inContext<T>(context: ExceptionContext, call: () => T): T {
    const owner = snapshotOwner(context);
    if (owner !== undefined) return owner.getContext().run(call);
    if (currentContext() !== ROOT) return call();
    return runIn(this.#context, call, undefined);
  }

  #reportDefault(context: ExceptionContext): void {
    attempt(
      () => this.#loop.defaultExceptionHandler(context),
      (error) =>
        logError(
          "Exception in default exception handler",
          error,
          "while handling",
          context,
        ),
    );
  }
}

/**
 * Writes a context to `console.error`: the message, the fields by name, and
 * the exception.
 *
 * @param context What happened.
 */
export function logException(context: ExceptionContext): void {
  const { message, exception, ...fields } = context;
  const lines = Object.keys(fields).sort()
    .map((name) => `  ${name}: ${describe(fields[name])}`);
  const title = message || "Unhandled exception in event loop";
  const text = [title, ...lines].join("\n");
  if ("exception" in context) logError(text, exception);
  else console.error(text);
}

/** What has failed, where it has an async context. */
function snapshotOwner(
  { task, future, handle }: ExceptionContext,
): { getContext(): AsyncSnapshot } | undefined {
  if (task !== undefined) return task;
  return future instanceof Task ? future : handle;
}

function describe(value: unknown): string {
  if (value instanceof Handle || value instanceof Task) return `${value}`;
  return typeof value === "string" ? value : Deno.inspect(value);
}

/** Calls a function, and `onError` with what it or its promise throws. */
function attempt(
  action: () => unknown,
  onError: (error: unknown) => void,
): void {
  try {
    const result = action();
    if (result instanceof Promise) result.catch(onError);
  } catch (error) {
    onError(error);
  }
}
