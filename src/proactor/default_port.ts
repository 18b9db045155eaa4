/**
 * The port that is used when no proactor is given. Pipes need no more than
 * that: `IocpProactor` and its sockets are loaded by who imports them.
 *
 * @module
 */

import { NativeWin32 } from "../ffi/native_win32.ts";
import { logError } from "../ffi/thrown.ts";
import type { Win32Api } from "../ffi/win32_api.ts";
import { assertInteger, MAX_DWORD } from "./arguments.ts";
import { CompletionPort } from "./port/completion_port.ts";

let shared: CompletionPort | undefined;

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
