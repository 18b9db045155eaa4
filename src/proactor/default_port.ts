/**
 * The port of a proactor, and the one that is used when none is given. Pipes
 * need no more than that: `IocpProactor` and its sockets are loaded by who
 * imports them.
 *
 * @module
 */

import { NativeWin32 } from "../ffi/native_win32.ts";
import { logError } from "../ffi/thrown.ts";
import type { Handle, Win32Api } from "../ffi/win32_api.ts";
import { assertInteger, assertOptions, MAX_DWORD } from "./arguments.ts";
import { CompletionPort } from "./port/completion_port.ts";
import type { PortObserver } from "./port/port_observer.ts";

let shared: CompletionPort | undefined;

/** What the type checker tells a proactor from its port by. */
interface ProactorLike {
  acceptPipe(handle: Handle): unknown;
}

/** Set by `IocpProactor`, whose users cannot reach the port. */
let readPort = (_proactor: object): CompletionPort | undefined => undefined;

/** What a port is made with. */
export interface OpenPortOptions {
  /** As {@linkcode IocpProactorOptions.concurrency}. */
  concurrency?: number | undefined;
  /** As {@linkcode IocpProactorOptions.skipCompletionPortOnSuccess}. */
  skipCompletionPortOnSuccess?: boolean | undefined;
  /** Replaces Windows, for tests. */
  api?: Win32Api | undefined;
}

/**
 * Makes a port whose errors are logged.
 *
 * @param options As of a proactor.
 * @returns The port.
 * @throws {RangeError} when `concurrency` is no unsigned 32 bit integer.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function openPort(options: OpenPortOptions = {}): CompletionPort {
  assertOptions(options, { skipCompletionPortOnSuccess: "boolean" });
  const { concurrency = MAX_DWORD, skipCompletionPortOnSuccess = true } =
    options;
  assertInteger("concurrency", concurrency, [0, MAX_DWORD]);
  return new CompletionPort(options.api ?? new NativeWin32(), {
    concurrency,
    skipOnSuccess: skipCompletionPortOnSuccess,
    report: (error, message) => logError(message, error),
  });
}

/**
 * The port of this thread, made on first use, and anew after its close. With
 * nothing outstanding it keeps no process alive, so it need not be closed.
 *
 * @returns The port of {@linkcode defaultProactor}.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function defaultPort(): CompletionPort {
  if (shared === undefined || shared.closed) shared = openPort();
  return shared;
}

/**
 * Lets this file read the ports of proactors.
 *
 * @param read Gives the port of a proactor, `undefined` for anything else.
 */
export function exposePorts(read: typeof readPort): void {
  readPort = read;
}

/**
 * The port of a proactor.
 *
 * @param proactor An `IocpProactor`.
 * @returns Its port, closed or not.
 * @throws {TypeError} when it is no `IocpProactor`.
 */
export function portOf(proactor: ProactorLike): CompletionPort {
  const port = readPort(proactor);
  if (port !== undefined) return port;
  throw new TypeError("Cannot use proactor: it is no IocpProactor");
}

/**
 * The port to use for a call.
 *
 * @param proactor The caller's, if there is one.
 * @returns Its port, or that of {@linkcode defaultPort}.
 * @throws {TypeError} when it is no `IocpProactor`.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function portFor(proactor: ProactorLike | undefined): CompletionPort {
  return proactor === undefined ? defaultPort() : portOf(proactor);
}

/**
 * Who watches the port that a call is going to use. It makes no port, and
 * leaves it to the call to refuse what is none.
 *
 * @param proactor The caller's, if there is one.
 * @returns The observer, if there is one.
 */
export function observerFor(
  proactor: ProactorLike | undefined,
): PortObserver | null {
  const port = proactor === undefined ? shared : readPort(proactor);
  return port?.observer ?? null;
}
