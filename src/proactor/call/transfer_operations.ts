/**
 * Reads and writes of any handle on the port.
 *
 * @module
 */

import { byteLengthOf } from "../../ffi/bytes.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import {
  assertBytes,
  assertInteger,
  MAX_DWORD,
  place,
  stableBytes,
} from "../arguments.ts";
import type {
  OverlappedCall,
  OverlappedFuture,
} from "../future/overlapped_future.ts";
import type { PortHandle } from "../port/port_handle.ts";
import type {
  HandleLike,
  OperationOptions,
  ReceiveOptions,
} from "../proactor_options.ts";
import { receiveFlags } from "../socket_arguments.ts";
import type { CallHost } from "./call_host.ts";
import { totalLength } from "./gather.ts";
import { keepRest, readCall, writeCall } from "./overlapped_calls.ts";
import { receiveCall, type ReceiveRequest, sendCall } from "./socket_calls.ts";

/** Options of a send that hands over what was not sent. */
export interface SendPartOptions extends OperationOptions {
  /**
   * Called with the bytes that were not sent, if any, before the send ends.
   *
   * @param rest The bytes.
   */
  onRest: (rest: Bytes) => void;
}

/** Starts reads and writes: of a socket by Winsock, else of a file. */
export class TransferOperations {
  readonly #host: CallHost;

  /** @param host Starts operations. */
  constructor(host: CallHost) {
    this.#host = host;
  }

  /** Starts a read; see {@linkcode IocpProactor.recv}. */
  recv(
    handle: HandleLike,
    size: number,
    options: ReceiveOptions,
  ): OverlappedFuture<Bytes> {
    assertInteger("size", size, [0, MAX_DWORD]);
    const owner = this.#host.ownerOf(handle, "read");
    return this.#read(owner, { size, deliver: (data) => data }, options);
  }

  /** Starts a read; see {@linkcode IocpProactor.recvInto}. */
  recvInto(
    handle: HandleLike,
    target: Uint8Array,
    options: ReceiveOptions,
  ): OverlappedFuture<number> {
    assertBytes("read into", target);
    const owner = this.#host.ownerOf(handle, "read");
    const size = Math.min(byteLengthOf(target), MAX_DWORD);
    const deliver = (data: Uint8Array) => place(data, target);
    return this.#read(owner, { size, deliver, target }, options);
  }

  /** Starts a write; see {@linkcode IocpProactor.send}. */
  send(
    handle: HandleLike,
    data: Uint8Array | readonly Uint8Array[],
    options: OperationOptions,
  ): OverlappedFuture<number> {
    const parts = partsOf(data);
    const owner = this.#host.ownerOf(handle, "write");
    return this.#host.start(owner, this.#writeCall(owner, parts), options);
  }

  /**
   * Starts a write that hands over what was not written.
   *
   * @param handle The handle, or its owner.
   * @param data Copied before the call returns.
   * @param options A signal, and what is called with the rest.
   * @returns The number of bytes written.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   */
  sendPart(
    handle: HandleLike,
    data: readonly Uint8Array[],
    options: SendPartOptions,
  ): OverlappedFuture<number> {
    const parts = partsOf(data);
    const owner = this.#host.ownerOf(handle, "write");
    const call = keepRest(this.#writeCall(owner, parts), options.onRest);
    return this.#host.start(owner, call, options);
  }

  #writeCall(
    owner: PortHandle,
    parts: readonly Bytes[],
  ): OverlappedCall<number> {
    const socket = this.#host.socketTarget(owner);
    return socket === undefined
      ? writeCall(this.#host.port.api, owner.handle, parts)
      : sendCall(socket, parts);
  }

  #read<T>(
    owner: PortHandle,
    read: ReceiveRequest<Bytes, T>,
    options: ReceiveOptions,
  ): OverlappedFuture<T> {
    const flags = receiveFlags(options);
    const socket = this.#host.socketTarget(owner);
    if (socket === undefined) assertNoFlags(flags);
    const call = socket === undefined
      ? readCall(this.#host.port.api, owner.handle, read)
      : receiveCall(socket, flags === 0 ? read : { ...read, flags });
    return this.#host.start(owner, call, options);
  }
}

function assertNoFlags(flags: number): void {
  if (flags === 0) return;
  throw new TypeError("Cannot read with flags: the handle is not a socket");
}

function partsOf(
  data: Uint8Array | readonly Uint8Array[],
): readonly Bytes[] {
  const list = Array.isArray(data) ? [...data] : [data];
  const parts = list.map((part) => stableBytes("write", part));
  assertInteger("length", totalLength(parts), [0, MAX_DWORD]);
  return parts;
}
