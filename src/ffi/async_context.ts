/**
 * The async context: what `AsyncLocalStorage` of Node and the proposed
 * `AsyncContext` read. Promises carry it along by themselves; who stores a
 * callback has to store its context too, and to call it there.
 *
 * @module
 */

/** Something that calls functions in a context, as `AsyncContext.Snapshot`. */
export interface AsyncSnapshot {
  /**
   * Calls a function in the context.
   *
   * @typeParam A The types of the arguments.
   * @typeParam R The type of the result.
   * @param callback The function.
   * @param args What it is called with.
   * @returns What it returns.
   */
  run<A extends unknown[], R>(callback: (...args: A) => R, ...args: A): R;
}

/**
 * A context to call callbacks in: what `AsyncLocalStorage.snapshot()` gives, or
 * an {@linkcode AsyncSnapshot}.
 */
export type ContextOption =
  | AsyncSnapshot
  | (<A extends unknown[], R>(callback: (...args: A) => R, ...args: A) => R);

/** A context, as this library stores it. */
export type AsyncContext = object | null | undefined;

/** How contexts are read and replaced. */
export interface ContextAccess {
  /** The context of nobody in particular. */
  readonly root: AsyncContext;
  /** Reads the current context. */
  readonly current: () => AsyncContext;
  /** Calls a function in a context. */
  readonly runIn: <T, R>(
    context: AsyncContext,
    callback: (value: T) => R,
    value: T,
  ) => R;
}

/** What Deno has for its own callbacks: V8's functions. */
interface DenoCore {
  getAsyncContext(): AsyncContext;
  setAsyncContext(context: AsyncContext): void;
}

type NodeSnapshot = <T, R>(callback: (value: T) => R, value: T) => R;

const access = nativeAccess() ?? nodeAccess();

/** The context of nobody in particular: it has no values. */
export const ROOT: AsyncContext = access.root;

/**
 * The context of the caller.
 *
 * @returns It, for {@linkcode runIn}.
 */
export const currentContext: () => AsyncContext = access.current;

/**
 * Calls a function in a context, which takes some nanoseconds.
 *
 * @typeParam T The type of the argument.
 * @typeParam R The type of the result.
 * @param context The context.
 * @param callback The function.
 * @param value Its only argument, so that hot paths need no closure.
 * @returns What it returns.
 */
export const runIn: ContextAccess["runIn"] = access.runIn;

/**
 * The context of an option.
 *
 * @param option What the user gave; the context of the caller by default.
 * @returns The context.
 * @throws {TypeError} when it is neither a function nor has a `run`.
 */
export function contextOfOption(
  option: ContextOption | null | undefined,
): AsyncContext {
  if (option === undefined || option === null) return currentContext();
  if (typeof option === "function") return option(currentContext);
  if (typeof option.run === "function") return option.run(currentContext);
  throw new TypeError(
    "Cannot use the context: it is neither a snapshot nor a function",
  );
}

/**
 * A context for users.
 *
 * @param context The context.
 * @returns Something that calls functions in it.
 */
export function snapshotOf(context: AsyncContext): AsyncSnapshot {
  return {
    run: (callback, ...args) => runIn(context, () => callback(...args), null),
  };
}

function nativeAccess(): ContextAccess | undefined {
  const core = denoCore();
  if (core?.getAsyncContext === undefined) return undefined;
  const { getAsyncContext, setAsyncContext } = core as DenoCore;
  return {
    root: undefined,
    current: getAsyncContext,
    runIn(context, callback, value) {
      const outer = getAsyncContext();
      if (outer === context) return callback(value);
      setAsyncContext(context);
      try {
        return callback(value);
      } finally {
        setAsyncContext(outer);
      }
    },
  };
}

/**
 * Contexts by the API of Node, which takes microseconds: for a Deno whose own
 * functions cannot be reached.
 *
 * @returns How contexts are read and replaced.
 */
export function nodeAccess(): ContextAccess {
  const { AsyncLocalStorage } = globalThis.process.getBuiltinModule(
    "node:async_hooks",
  );
  const current = () => AsyncLocalStorage.snapshot();
  return {
    root: current(),
    current,
    runIn: (context, callback, value) =>
      (context as NodeSnapshot)(callback, value),
  };
}

function denoCore(): Partial<DenoCore> | undefined {
  const { internal } = Deno as unknown as { internal?: symbol };
  const deno = Deno as unknown as Record<
    symbol,
    { core?: Partial<DenoCore> } | undefined
  >;
  return internal === undefined ? undefined : deno[internal]?.core;
}
