/**
 * How a pipe is dialled. All that a client of pipes needs of a proactor.
 *
 * @module
 */

import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  SECURITY_IDENTIFICATION,
  SECURITY_SQOS_PRESENT,
} from "../../ffi/constants.ts";
import { normalizePipeName } from "../../ffi/pipe_name.ts";
import type { FileParameters, Handle } from "../../ffi/win32_api.ts";
import { cancelBySignal } from "../future/cancel_by_signal.ts";
import type { Future, FutureContext } from "../future/future.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { ConnectOptions } from "../proactor_options.ts";
import { dialerOf, DialFuture } from "./pipe_dialer.ts";

/** Where a pipe is dialled. */
export interface DialPlace {
  /** The port. */
  readonly port: CompletionPort;
  /** The loop in which the future runs callbacks, if any. */
  readonly context?: FutureContext | undefined;
}

/**
 * Connects to a server; see {@linkcode IocpProactor.connectPipe}.
 *
 * @param place The port, and the loop of the future.
 * @param path The name.
 * @param options Access, whether to wait, a signal.
 * @returns Ends with the handle of the client end.
 * @throws {TypeError} when the name is malformed.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 */
export function dialPipe(
  { port, context }: DialPlace,
  path: string,
  options: ConnectOptions,
): Future<Handle> {
  const name = normalizePipeName(path, { remote: true });
  port.assertOpen(`connect to pipe "${name}"`);
  const { waitForServer = false } = options;
  const future = new DialFuture(context);
  if (cancelBySignal(future, options.signal)) return future;
  const parameters = clientEnd(name, options);
  dialerOf(port).dial({ parameters, waitForServer, future });
  return future;
}

function clientEnd(name: string, options: ConnectOptions): FileParameters {
  const {
    access = GENERIC_READ | GENERIC_WRITE,
    qualityOfService = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
  } = options;
  const flags = (FILE_FLAG_OVERLAPPED | qualityOfService) >>> 0;
  return { name, access: access >>> 0, shareMode: 0, flags };
}
