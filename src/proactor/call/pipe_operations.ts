/**
 * How the ends of named pipes are connected.
 *
 * @module
 */

import type { Handle } from "../../ffi/win32_api.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import {
  exchangeOf,
  transactCall,
  type TransactOptions,
} from "./transact_call.ts";
import type { Future } from "../future/future.ts";
import type { OverlappedFuture } from "../future/overlapped_future.ts";
import type {
  ConnectOptions,
  HandleLike,
  OperationOptions,
} from "../proactor_options.ts";
import type { CallHost } from "./call_host.ts";
import { dialPipe } from "./pipe_dialer.ts";
import { acceptCall } from "./overlapped_calls.ts";

/** Accepts clients of pipes, and connects to servers. */
export class PipeOperations {
  readonly #host: CallHost;

  /** @param host Starts operations. */
  constructor(host: CallHost) {
    this.#host = host;
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
    return dialPipe(this.#host, path, options);
  }

  /** Writes and reads a message; see {@linkcode IocpProactor.transact}. */
  transact(
    pipe: HandleLike,
    data: Uint8Array,
    options: TransactOptions,
  ): OverlappedFuture<Bytes> {
    const exchange = exchangeOf(data, options);
    const owner = this.#host.ownerOf(pipe, "transact");
    const call = transactCall(this.#host.port.api, owner.handle, exchange);
    return this.#host.start(owner, call, options);
  }
}
