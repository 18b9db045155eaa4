/**
 * `reconnecting`: one connection after the other, for as long as it is wanted.
 *
 * @module
 */

import {
  assertOptions,
  shownValue,
  timerDelay,
} from "../proactor/arguments.ts";

/** What {@linkcode reconnecting} gives a connect function. */
export interface ConnectAttempt {
  /** The signal of the options, to end an attempt early. */
  signal: AbortSignal | undefined;
  /** Attempts that have failed since a connection has lasted; 0 at first. */
  failures: number;
}

/** What {@linkcode reconnecting} closes. */
export interface Reconnectable {
  /** Closes the connection; it may be closed already. */
  close(): void;
}

/** How long to wait before another attempt. */
export interface BackoffOptions {
  /**
   * Milliseconds before the second attempt.
   *
   * @default {100}
   */
  first?: number | undefined;
  /**
   * The most milliseconds before an attempt.
   *
   * @default {30000}
   */
  most?: number | undefined;
  /**
   * What the time grows by with each failure.
   *
   * @default {2}
   */
  factor?: number | undefined;
  /**
   * The part of each wait that is left to chance, from 0 to 1, lest all clients
   * of a server that comes back come at once.
   *
   * @default {0.5}
   */
  jitter?: number | undefined;
}

/** Options of {@linkcode reconnecting}. */
export interface ReconnectingOptions {
  /** How long to wait before another attempt. */
  backoff?: BackoffOptions | undefined;
  /**
   * Milliseconds after which a connection has lasted: what follows its end is a
   * first attempt, which is made at once. One that ends before counts as a
   * failure.
   *
   * @default {5000}
   */
  lasting?: number | undefined;
  /**
   * Says whether another attempt makes sense after a failure. By default none
   * does after errors that do not go away by themselves: `TypeError`,
   * `RangeError`, and of `Deno.errors` `NotSupported`, `NotCapable` and
   * `PermissionDenied`.
   */
  retry?: ((error: unknown) => boolean) | undefined;
  /** Told of each attempt that has failed and is made again. */
  onFailure?: ((error: unknown, delay: number) => void) | undefined;
  /** Ends the iteration, which throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

const KINDS = {
  backoff: "object",
  retry: "function",
  onFailure: "function",
  signal: "signal",
} as const;

/**
 * Connects, and connects again whenever the connection has come to its end, or
 * there was none. Each round of the loop has a connection; at its end the
 * connection is closed.
 *
 * What was on its way when a connection broke is not sent again: nobody but the
 * program knows what its peer has got.
 *
 * @example Usage
 * ```ts
 * import { connectPipe, PipeServer } from "@iocp/proactor/pipe";
 * import { reconnecting } from "@iocp/proactor/stream";
 *
 * await using server = PipeServer.listen("again-example");
 * let rounds = 0;
 * const connect = () => connectPipe("again-example");
 * for await (const connection of reconnecting(connect)) {
 *   (await server.accept()).close();
 *   console.log(await connection.read(new Uint8Array(9))); // null
 *   if (++rounds === 2) break;
 * }
 * ```
 *
 * @typeParam C The connections.
 * @param connect Makes a connection.
 * @param options Back-off, which failures count, signal.
 * @returns The connections, each when the one before it was done with.
 * @throws {TypeError} when `connect` is no function, or an option of another
 * type.
 * @throws {RangeError} when a number is out of its range.
 */
export function reconnecting<C extends Reconnectable>(
  connect: (attempt: ConnectAttempt) => PromiseLike<C> | C,
  options: ReconnectingOptions = {},
): AsyncIterableIterator<C, undefined, undefined> {
  if (typeof connect !== "function") {
    throw new TypeError("Cannot reconnect: there is no function that connects");
  }
  assertOptions(options, KINDS);
  const { lasting = 5000 } = options;
  assertNumber("lasting", lasting, [0, Infinity]);
  const backoff = resolveBackoff(options.backoff);
  return iterate(connect, { ...options, lasting, backoff });
}

/** Options whose defaults are filled in. */
interface Resolved extends ReconnectingOptions {
  lasting: number;
  backoff: Required<{ [K in keyof BackoffOptions]: number }>;
}

async function* iterate<C extends Reconnectable>(
  connect: (attempt: ConnectAttempt) => PromiseLike<C> | C,
  options: Resolved,
): AsyncGenerator<C, undefined, undefined> {
  const { signal, lasting } = options;
  for (let failures = 0;;) {
    signal?.throwIfAborted();
    const connection = await attempt(connect, { signal, failures }, options);
    if (connection === null) {
      failures++;
      continue;
    }
    const since = performance.now();
    try {
      signal?.throwIfAborted(); // an attempt may take no notice of it
      yield connection;
    } finally {
      connection.close();
    }
    if (performance.now() - since >= lasting) failures = 0;
    else await pause(delayOf(failures++, options), signal);
  }
}

/** `null` after a failure, and the wait for the next attempt. */
async function attempt<C>(
  connect: (attempt: ConnectAttempt) => PromiseLike<C> | C,
  state: ConnectAttempt,
  options: Resolved,
): Promise<C | null> {
  try {
    return await connect(state);
  } catch (error) {
    state.signal?.throwIfAborted();
    const { retry = isPassing } = options;
    if (!retry(error)) throw error;
    const delay = delayOf(state.failures, options);
    options.onFailure?.(error, delay);
    await pause(delay, state.signal);
    return null;
  }
}

/** Errors of the program, and of its rights, come again. */
function isPassing(error: unknown): boolean {
  const { NotCapable, NotSupported, PermissionDenied } = Deno.errors;
  const lasting = [
    TypeError,
    RangeError,
    NotCapable,
    NotSupported,
    PermissionDenied,
  ];
  return !lasting.some((each) => error instanceof each);
}

function delayOf(failures: number, { backoff }: Resolved): number {
  const { first, most, factor, jitter } = backoff;
  const full = Math.min(first * factor ** failures, most);
  return timerDelay(full * (1 - jitter * Math.random()));
}

async function pause(
  delay: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal!.reason);
  const timer = setTimeout(resolve, delay);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    signal?.throwIfAborted();
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

function resolveBackoff(options: BackoffOptions = {}): Resolved["backoff"] {
  const { first = 100, most = 30_000, factor = 2, jitter = 0.5 } = options;
  assertNumber("first", first, [0, Infinity]);
  assertNumber("most", most, [0, Infinity]);
  assertNumber("factor", factor, [1, Infinity]);
  assertNumber("jitter", jitter, [0, 1]);
  return { first, most, factor, jitter };
}

function assertNumber(
  name: string,
  value: number,
  [least, most]: [number, number],
): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  throw new RangeError(
    `Cannot use ${name} ${shownValue(value)}: ` +
      `it is not a number from ${least} to ${most}`,
  );
}
