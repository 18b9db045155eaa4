/**
 * How the ends of named pipes are connected.
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
import type { Future } from "../future/future.ts";
import type { OverlappedFuture } from "../future/overlapped_future.ts";
import type {
  ConnectOptions,
  HandleLike,
  OperationOptions,
} from "../proactor_options.ts";
import type { CallHost } from "./call_host.ts";
import { acceptCall } from "./overlapped_calls.ts";
import { DialFuture, PipeDialer } from "./pipe_dialer.ts";

/** Accepts clients of pipes, and connects to servers. */
export class PipeOperations {
  readonly #host: CallHost;
  readonly #dialer: PipeDialer;

  /** @param host Starts operations. */
  constructor(host: CallHost) {
    this.#host = host;
    this.#dialer = new PipeDialer(host.port);
  }

  /** Waits for a client; see {@linkcode IocpProactor.acceptPipe}. */
  accept(
    pipe: HandleLike,
    options: OperationOptions,
  ): OverlappedFuture<Handle> {
    const owner = this.#host.ownerOf(pipe, "accept");
    this.#host.assertServed(owner);
    const call = acceptCall(this.#host.port.api, owner.handle);
    return this.#host.start(owner, call, options);
  }

  /** Connects to a server; see {@linkcode IocpProactor.connectPipe}. */
  connect(path: string, options: ConnectOptions): Future<Handle> {
    const name = normalizePipeName(path, { remote: true });
    this.#host.port.assertOpen(`connect to pipe "${name}"`);
    const { waitForServer = false } = options;
    const future = new DialFuture(this.#host.context);
    if (cancelBySignal(future, options.signal)) return future;
    const parameters = clientEnd(name, options);
    this.#dialer.dial({ parameters, waitForServer, future });
    return future;
  }
}

function clientEnd(name: string, options: ConnectOptions): FileParameters {
  const {
    access = GENERIC_READ | GENERIC_WRITE,
    qualityOfService = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
  } = options;
  const flags = (FILE_FLAG_OVERLAPPED | qualityOfService) >>> 0;
  return { name, access: access >>> 0, shareMode: 0, flags };
}
