/**
 * `IocpProactor`: overlapped operations on one completion port, as futures.
 *
 * @module
 */

import { byteLengthOf } from "../ffi/bytes.ts";
import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  SECURITY_IDENTIFICATION,
  SECURITY_SQOS_PRESENT,
} from "../ffi/constants.ts";
import { normalizePipeName } from "../ffi/pipe_name.ts";
import type { Bytes } from "../ffi/socket/api.ts";
import type { Handle } from "../ffi/win32_api.ts";
import {
  assertBytes,
  assertInteger,
  cancelBySignal,
  MAX_DWORD,
  place,
  stableBytes,
} from "./arguments.ts";
import type { Future } from "./future/future.ts";
import { totalLength } from "./call/gather.ts";
import {
  acceptCall,
  keepRest,
  readCall,
  writeCall,
} from "./call/overlapped_calls.ts";
import {
  exchangeOf,
  transactCall,
  type TransactOptions,
} from "./call/transact_call.ts";
import type {
  OverlappedCall,
  OverlappedFuture,
} from "./future/overlapped_future.ts";
import { DialFuture, PipeDialer } from "./call/pipe_dialer.ts";
import type { PortHandle } from "./port/port_handle.ts";
import type {
  ConnectOptions,
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
} from "./proactor_options.ts";
import { receiveCall, sendCall } from "./call/socket_calls.ts";
import { WaitProactor } from "./wait_proactor.ts";

/**
 * Drives overlapped operations on one I/O completion port. The counterpart of
 * asyncio's `IocpProactor`.
 *
 * Completions are dispatched by Deno's event loop whenever something is
 * outstanding; an idle proactor keeps no process alive.
 *
 * @example Usage
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 *
 * await using proactor = new IocpProactor();
 * const handle = await proactor.connectPipe("\\\\.\\pipe\\echo");
 * await proactor.send(handle, new TextEncoder().encode("hello"));
 * console.log(await proactor.recv(handle, 1024));
 * proactor.closeHandle(handle);
 * ```
 */
export class IocpProactor extends WaitProactor {
  readonly #dialer: PipeDialer;

  /**
   * Creates a completion port.
   *
   * @param options Concurrency and skip mode.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   * @throws {RangeError} when the concurrency is not a DWORD.
   */
  constructor(options: IocpProactorOptions = {}) {
    super(options);
    this.#dialer = new PipeDialer(this.port);
  }

  /**
   * Reads from a pipe, a socket or another overlapped handle.
   *
   * @param handle The handle, or its owner.
   * @param size The most bytes to read. On a stream 0 waits until something
   * can be read.
   * @param options A signal that cancels.
   * @returns The bytes; none at the end of the stream. When the future is
   * `partial`, the message goes on with the next read; but the rest of a
   * datagram is lost.
   * @throws {TypeError} when `handle` is not a handle.
   * @throws {RangeError} when `size` is not a DWORD.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   */
  recv(
    handle: HandleLike,
    size: number,
    options: OperationOptions = {},
  ): OverlappedFuture<Uint8Array<ArrayBuffer>> {
    assertInteger("size", size, [0, MAX_DWORD]);
    const owner = this.ownerOf(handle, "read");
    return this.#read(owner, { size, deliver: (data) => data }, options);
  }

  /**
   * Reads into an array. The bytes are copied there when they have come, so
   * the array may be used, but not transferred, until then.
   *
   * @param handle The handle, or its owner.
   * @param target Where the bytes go. If it was transferred meanwhile, the
   * future fails with a `TypeError` whose `cause` holds the bytes.
   * @param options A signal that cancels.
   * @returns The number of bytes; 0 at the end of the stream.
   * @throws {TypeError} when `handle` is not a handle, or `target` is no
   * `Uint8Array` or has no bytes.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   */
  recvInto(
    handle: HandleLike,
    target: Uint8Array,
    options: OperationOptions = {},
  ): OverlappedFuture<number> {
    assertBytes("read into", target);
    const owner = this.ownerOf(handle, "read");
    const size = Math.min(byteLengthOf(target), MAX_DWORD);
    const deliver = (data: Uint8Array) => place(data, target);
    return this.#read(owner, { size, deliver }, options);
  }

  /**
   * Writes to a pipe, a socket or another overlapped handle. On a message-type
   * pipe, or a datagram socket that is connected, one call is one message, and
   * an empty array is an empty message.
   *
   * @param handle The handle, or its owner.
   * @param data Copied before the call returns. Several arrays are written as
   * one, in a single call.
   * @param options A signal that cancels. How much was written is not known
   * then.
   * @returns The number of bytes written.
   * @throws {TypeError} when `handle` is not a handle or `data` no
   * `Uint8Array`, nor an array of such.
   * @throws {RangeError} when there are more bytes than a DWORD counts.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   */
  send(
    handle: HandleLike,
    data: Uint8Array | readonly Uint8Array[],
    options: OperationOptions = {},
  ): OverlappedFuture<number> {
    const parts = partsOf(data);
    const owner = this.ownerOf(handle, "write");
    return this.start(owner, this.#writeCall(owner, parts), options);
  }

  /**
   * As {@linkcode send}, for those who send until all is sent.
   *
   * @ignore
   * @param handle The handle, or its owner.
   * @param data Copied before the call returns.
   * @param options A signal, and who is given what Windows has not taken.
   * @returns The number of bytes written.
   */
  sendPart(
    handle: HandleLike,
    data: readonly Uint8Array[],
    options: OperationOptions & { onRest: (rest: Bytes) => void },
  ): OverlappedFuture<number> {
    const parts = partsOf(data);
    const owner = this.ownerOf(handle, "write");
    const call = this.#writeCall(owner, parts);
    return this.start(owner, keepRest(call, options.onRest), options);
  }

  /**
   * Writes a message to a pipe and reads the answer, in one system call.
   *
   * @param pipe The handle, or its owner: an end that reads and writes
   * messages, with nothing left to read.
   * @param data The message, copied before the call returns.
   * @param options The most bytes of the answer, a signal that cancels. Once
   * cancelled, the message may have been read all the same.
   * @returns The answer. When the future is `partial`, the rest of it comes
   * with the next read.
   * @throws {TypeError} when `pipe` is not a handle or `data` no `Uint8Array`.
   * @throws {RangeError} when `maxLength` is not a positive integer, or the
   * message and the answer have more bytes than a DWORD counts.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   */
  transact(
    pipe: HandleLike,
    data: Uint8Array,
    options: TransactOptions = {},
  ): OverlappedFuture<Uint8Array<ArrayBuffer>> {
    const exchange = exchangeOf(data, options);
    const owner = this.ownerOf(pipe, "transact");
    const call = transactCall(this.port.api, owner.handle, exchange);
    return this.start(owner, call, options);
  }

  /**
   * Waits for a client on a server end that `CreateNamedPipeW` made.
   *
   * @param pipe The handle, or its owner.
   * @param options A signal that cancels.
   * @returns The handle, once it has a client. One that has left meanwhile is
   * a client, too: what it wrote can be read, up to the end.
   * @throws {TypeError} when `pipe` is not a handle.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed,
   * or serving was stopped.
   */
  acceptPipe(
    pipe: HandleLike,
    options: OperationOptions = {},
  ): OverlappedFuture<Handle> {
    const owner = this.ownerOf(pipe, "accept");
    this.assertServed(owner);
    const call = acceptCall(this.port.api, owner.handle);
    return this.start(owner, call, options);
  }

  /**
   * Connects to a named pipe. When all instances are busy it waits, without
   * polling and without a thread, until one is free.
   *
   * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone; or
   * `\\server\pipe\name`.
   * @param options Access, security, a signal that cancels.
   * @returns The handle of the client end, which the caller must close. The
   * future fails with `Deno.errors.NotFound` when there is no such pipe.
   * @throws {TypeError} when `path` is not the name of a pipe.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  connectPipe(path: string, options: ConnectOptions = {}): Future<Handle> {
    const name = normalizePipeName(path, { remote: true });
    this.port.assertOpen(`connect to pipe "${name}"`);
    const {
      access = GENERIC_READ | GENERIC_WRITE,
      qualityOfService = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
      waitForServer = false,
    } = options;
    const flags = (FILE_FLAG_OVERLAPPED | qualityOfService) >>> 0;
    const future = new DialFuture(this.context);
    if (cancelBySignal(future, options.signal)) return future;
    this.#dialer.dial({
      parameters: { name, access: access >>> 0, shareMode: 0, flags },
      waitForServer,
      future,
    });
    return future;
  }

  #writeCall(
    owner: PortHandle,
    parts: readonly Bytes[],
  ): OverlappedCall<number> {
    const socket = this.socketTarget(owner);
    return socket === undefined
      ? writeCall(this.port.api, owner.handle, parts)
      : sendCall(socket, parts);
  }

  #read<T>(
    owner: PortHandle,
    read: { size: number; deliver: (data: Uint8Array<ArrayBuffer>) => T },
    options: OperationOptions,
  ): OverlappedFuture<T> {
    const socket = this.socketTarget(owner);
    const call = socket === undefined
      ? readCall(this.port.api, owner.handle, read)
      : receiveCall(socket, read);
    return this.start(owner, call, options);
  }
}

function partsOf(
  data: Uint8Array | readonly Uint8Array[],
): readonly Bytes[] {
  const list = Array.isArray(data) ? [...data] : [data];
  const parts = list.map((part) => stableBytes("write", part));
  assertInteger("length", totalLength(parts), [0, MAX_DWORD]);
  return parts;
}
