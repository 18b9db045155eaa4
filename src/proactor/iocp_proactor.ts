/**
 * `IocpProactor`: overlapped operations on one completion port, as futures.
 *
 * @module
 */

import type { FlightRecorder, RecordOptions } from "./port/flight_recorder.ts";
import { describe, inspectAsText } from "../ffi/describe.ts";
import { exposePorts } from "./default_port.ts";
import type { SocketAddress } from "../ffi/socket/sockaddr.ts";
import type { Handle } from "../ffi/win32_api.ts";
import type { FileLike, TransmitFileOptions } from "./call/file_to_send.ts";
import type { TransactOptions } from "./call/transact_call.ts";
import type { AcceptedSocket } from "./call/socket_connect_calls.ts";
import type { Future, FutureContext } from "./future/future.ts";
import type { OverlappedFuture } from "./future/overlapped_future.ts";
import type { PortMetrics } from "./port/port_options.ts";
import type {
  CloseOptions,
  ConnectOptions,
  DisconnectOptions,
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
  ReceivedFrom,
  ReceivedFromInto,
  ReceiveOptions,
  WaitHandleOptions,
} from "./proactor_options.ts";
import { partsOf, ProactorParts } from "./proactor_parts.ts";
import type { WaitHandleFuture } from "./wait/wait_handle_future.ts";

/**
 * Drives overlapped operations on one I/O completion port. The counterpart of
 * asyncio's `IocpProactor`, with the methods in its order, then those that
 * asyncio does not have.
 *
 * Completions are dispatched by Deno's event loop whenever something is
 * outstanding; an idle proactor keeps no process alive.
 *
 * The first operation on a handle puts it on the port, and finds out whether it
 * is a socket. Winsock is opened then, unless the handle is a pipe.
 *
 * @example Talk to the server of a pipe
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 *
 * await using proactor = new IocpProactor();
 * const handle = await proactor.connectPipe("\\\\.\\pipe\\echo");
 * await proactor.send(handle, new TextEncoder().encode("hello"));
 * console.log(await proactor.recv(handle, 1024));
 * proactor.closeHandle(handle);
 * ```
 *
 * @example Talk to a TCP server
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 * import { createSocket } from "@iocp/proactor/net";
 *
 * await using proactor = new IocpProactor();
 * using socket = createSocket();
 * const address = { family: "IPv4", hostname: "127.0.0.1", port: 7 } as const;
 * await proactor.connect(socket, address);
 * await proactor.send(socket, new TextEncoder().encode("hello"));
 * console.log(await proactor.recv(socket, 1024));
 * ```
 *
 * @example Wait for a process
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 * import { subprocessExec } from "@iocp/proactor/process";
 *
 * const SYNCHRONIZE = 0x0010_0000;
 * const { OpenProcess } = Deno.dlopen("kernel32.dll", {
 *   OpenProcess: { parameters: ["u32", "i32", "u32"], result: "usize" },
 * }).symbols;
 * await using child = await subprocessExec("whoami.exe", { stdout: "null" });
 * await using proactor = new IocpProactor();
 * await proactor.waitForHandle(OpenProcess(SYNCHRONIZE, 0, child.pid));
 * console.log("The process has ended"); // The process has ended
 * ```
 *
 * @example Collect the operations that have ended
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 *
 * await using proactor = new IocpProactor();
 * const handle = await proactor.connectPipe("\\\\.\\pipe\\echo");
 * await proactor.send(handle, new TextEncoder().encode("hello"));
 * const read = proactor.recv(handle, 1024);
 * const [done] = await proactor.select(1000);
 * console.log(done === read); // true
 * proactor.closeHandle(handle);
 * ```
 */
export class IocpProactor implements AsyncDisposable {
  static {
    inspectAsText(this);
  }

  readonly #parts: ProactorParts;

  static {
    exposePorts((proactor) =>
      Object(proactor) === proactor && #parts in proactor
        ? proactor.#parts.core.port
        : undefined
    );
  }

  /**
   * Creates a completion port.
   *
   * @param options Concurrency and skip mode.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   * @throws {RangeError} when the concurrency is not a DWORD.
   */
  constructor(options: IocpProactorOptions = {}) {
    const { port } = options;
    this.#parts = port ? partsOf(port) : new ProactorParts(options);
  }

  // --- asyncio -------------------------------------------------------------

  /**
   * Sets the event loop in which futures run their callbacks, and to which
   * errors without a caller are reported.
   *
   * @param context The loop's context, or `undefined` for no loop.
   */
  setLoop(context: FutureContext | undefined): void {
    this.#parts.core.setLoop(context);
  }

  /**
   * Waits until operations have ended, without blocking the thread. From the
   * first call on, results are collected for the next one: 256 are kept, more,
   * up to 65,536, as long as the program has their futures. Further ones are
   * dropped, which is reported.
   *
   * @param timeout Milliseconds, rounded up. Without it there is no limit.
   * @returns The futures that have ended with a result or an exception; none
   * on time-out, or when the proactor is closed meanwhile.
   * @throws {RangeError} when `timeout` is negative, not a number or too big.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  async select(timeout?: number): Promise<OverlappedFuture<unknown>[]> {
    return await this.#parts.core.select(timeout);
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
   * @throws {RangeError} when `size` or the flags are not a DWORD.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   */
  recv(
    handle: HandleLike,
    size: number,
    options: ReceiveOptions = {},
  ): OverlappedFuture<Uint8Array<ArrayBuffer>> {
    return this.#parts.transfers.recv(handle, size, options);
  }

  /**
   * Reads into an array. The bytes are copied into it at the end, so the array
   * may be used, but not transferred, until then.
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
    options: ReceiveOptions = {},
  ): OverlappedFuture<number> {
    return this.#parts.transfers.recvInto(handle, target, options);
  }

  /**
   * Receives a datagram.
   *
   * @param socket A datagram socket, which is bound, or has sent.
   * @param size The most bytes; the rest of the datagram is lost.
   * @param options A signal that cancels.
   * @returns The bytes, the sender, and whether the datagram was longer. The
   * future fails with `Deno.errors.ConnectionReset` when an earlier datagram
   * has reached no receiver; receiving may go on.
   * @throws {RangeError} when `size` or the flags are not a DWORD.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   */
  recvFrom(
    socket: HandleLike,
    size: number,
    options: ReceiveOptions = {},
  ): OverlappedFuture<ReceivedFrom> {
    return this.#parts.sockets.recvFrom(socket, size, options);
  }

  /**
   * Receives a datagram into an array. The bytes are copied into it at the end,
   * so the array may be used, but not transferred, until then.
   *
   * @param socket A datagram socket, which is bound, or has sent.
   * @param target Where the bytes go; the rest of a longer datagram is lost. If
   * it was transferred meanwhile, the future fails with a `TypeError` whose
   * `cause` holds the bytes.
   * @param options A signal that cancels.
   * @returns The number of bytes, the sender, and whether the datagram was
   * longer. The future fails as that of {@linkcode recvFrom}.
   * @throws {TypeError} when `target` is no `Uint8Array` or has no bytes.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   */
  recvFromInto(
    socket: HandleLike,
    target: Uint8Array,
    options: ReceiveOptions = {},
  ): OverlappedFuture<ReceivedFromInto> {
    return this.#parts.sockets.recvFromInto(socket, target, options);
  }

  /**
   * Writes to a pipe, a socket or another overlapped handle. On a message-type
   * pipe, or a datagram socket that is connected, one call is one message, and
   * an empty array is an empty message.
   *
   * @param handle The handle, or its owner.
   * @param data Copied before the call returns. Several arrays are written as
   * one, in a single call.
   * @param options A signal that cancels. How much was written before is not
   * known then.
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
    return this.#parts.transfers.send(handle, data, options);
  }

  /**
   * Sends a datagram.
   *
   * @param socket A datagram socket.
   * @param data Copied before the call returns. An empty array is a datagram
   * too.
   * @param address The receiver, of the family of the socket.
   * @returns The number of bytes.
   * @throws {TypeError} when `data` is no `Uint8Array`, or `address` is no
   * numeric address.
   * @throws {RangeError} when the port is no port number.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   */
  sendTo(
    socket: HandleLike,
    data: Uint8Array,
    address: SocketAddress,
  ): OverlappedFuture<number> {
    return this.#parts.sockets.sendTo(socket, data, address);
  }

  /**
   * Accepts a client.
   *
   * @param listener A stream socket that listens.
   * @param options A signal that cancels.
   * @returns The connected socket, which the caller must close, and both
   * addresses. The future fails with `Deno.errors.ConnectionReset` when the
   * client has connected and left; accepting may go on.
   * @throws {Deno.errors.BadResource} when `listener` is closed or no socket,
   * serving was stopped, or the proactor is closed.
   */
  accept(
    listener: HandleLike,
    options: OperationOptions = {},
  ): OverlappedFuture<AcceptedSocket> {
    return this.#parts.sockets.accept(listener, options);
  }

  /**
   * Connects a socket. One that is not bound is bound to the unspecified
   * address first. A datagram socket is connected synchronously: it sends to
   * one address and receives from no other. An unspecified address, such as
   * `0.0.0.0`, is this computer. Under a scoped grant the socket is nonblocking
   * from then on.
   *
   * @param socket The socket.
   * @param address Where to: numeric, of the family of the socket.
   * @param options A signal that cancels.
   * @returns A future that ends when the socket is connected. It fails with
   * `Deno.errors.ConnectionRefused` when no socket listens there.
   * @throws {TypeError} when `address` is no numeric internet address.
   * @throws {RangeError} when the port is no port number.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   */
  connect(
    socket: HandleLike,
    address: SocketAddress,
    options: OperationOptions = {},
  ): Future<void> {
    return this.#parts.sockets.connect(socket, address, options);
  }

  /**
   * Sends a file, which Windows reads by itself (`TransmitFile`). The position
   * in the file is neither used nor moved. Other sends must wait for the end.
   *
   * Client versions of Windows process two such calls at a time, and queue
   * those of all other programs. {@linkcode ProactorEventLoop.sendfile} and
   * {@linkcode TcpConnection.sendFile} keep within that limit.
   *
   * @param socket A connected stream socket.
   * @param file The path of the file, or a handle, also one that is not
   * overlapped.
   * @param options The part of the file, and a signal. How much was sent before
   * an abort is not known.
   * @returns The number of bytes; fewer than `count` when the file ends before.
   * @throws {TypeError} when `file` is no regular file, or `socket` no stream.
   * @throws {RangeError} when a number is not 0 or more.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {Deno.errors.NotSupported} when the path is that of a pipe or a
   * device.
   * @throws {Deno.errors.BadResource} when a handle or the proactor is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   */
  async sendfile(
    socket: HandleLike,
    file: FileLike,
    options: TransmitFileOptions = {},
  ): Promise<number> {
    return await this.#parts.sockets.sendfile(socket, file, options);
  }

  /**
   * Waits for a client on a server end that `CreateNamedPipeW` made.
   *
   * @param pipe The handle, or its owner.
   * @param options A signal that cancels.
   * @returns The handle, once it has a client. A client that has left meanwhile
   * counts, too: what it wrote can be read, up to the end.
   * @throws {TypeError} when `pipe` is not a handle.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed,
   * or serving was stopped.
   */
  acceptPipe(
    pipe: HandleLike,
    options: OperationOptions = {},
  ): OverlappedFuture<Handle> {
    return this.#parts.pipes.accept(pipe, options);
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
    return this.#parts.pipes.connect(path, options);
  }

  /**
   * Waits for a process, thread, event, semaphore, waitable timer or change
   * notification, without blocking a thread for each. There may be
   * several waits for one handle; the signal of an auto-reset event, a
   * semaphore or a synchronization timer ends one of them. The counterpart of
   * asyncio's `wait_for_handle`.
   *
   * When the object is signalled already, the future is done when the call
   * returns. After many such calls in one turn of the event loop it is done in
   * the next turn, so that synchronous completions starve nothing else. The
   * wait holds a duplicate of the handle: closing the handle elsewhere does not
   * end it, {@linkcode closeHandle} does.
   *
   * A mutex is refused: the thread whose wait has ended owns it, here a thread
   * of Windows' pool, and no other can release it.
   *
   * @param handle The handle, which needs the access right SYNCHRONIZE, or its
   * owner.
   * @param options The time-out, and a signal that cancels.
   * @returns True when the object was signalled, false when the time was over.
   * @throws {TypeError} when `handle` is not a handle.
   * @throws {RangeError} when the time-out is negative, not a number or too
   * big.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   * @throws {Deno.errors.PermissionDenied} when it lacks SYNCHRONIZE.
   * @throws {Deno.errors.NotSupported} when it is a mutex.
   */
  waitForHandle(
    handle: HandleLike,
    options: WaitHandleOptions = {},
  ): WaitHandleFuture {
    return this.#parts.waits.wait(handle, options);
  }

  /**
   * Cancels what is pending on a handle and refuses to accept on it again.
   * Other handles are not touched. The counterpart of asyncio's
   * `_stop_serving`.
   *
   * @param handle A handle, or its owner.
   */
  stopServing(handle: HandleLike): void {
    this.#parts.core.stopServing(handle);
  }

  // --- what asyncio does not have ------------------------------------------

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
    return this.#parts.pipes.transact(pipe, data, options);
  }

  /**
   * Ends a connection, gracefully: what was sent goes out before.
   *
   * @param socket A connected stream socket.
   * @param options Whether the socket will be connected again, and a signal.
   * @returns A future that ends when the connection has.
   * @throws {Deno.errors.BadResource} when `socket` is closed or no socket, or
   * the proactor is closed.
   * @throws {Deno.errors.NotCapable} when the grant is scoped: Winsock gives
   * out `DisconnectEx` by its address only.
   */
  disconnect(
    socket: HandleLike,
    options: DisconnectOptions = {},
  ): OverlappedFuture<void> {
    return this.#parts.sockets.disconnect(socket, options);
  }

  /**
   * Puts a handle on the port, as the first operation on it would.
   *
   * @param handle A handle opened for overlapped I/O, or its owner.
   * @throws {TypeError} when it is neither a bigint nor an owner of a handle.
   * @throws {Deno.errors.BadResource} when it is closed or no handle.
   * @throws {WindowsError} when it is on another port, or not overlapped.
   */
  register(handle: HandleLike): void {
    this.#parts.core.ownerOf(handle, "register handle");
  }

  /**
   * Describes the proactor for messages.
   *
   * @returns `<IocpProactor overlapped#=2 result#=0>`: the futures that are
   * pending, and the results that wait for `select`.
   */
  toString(): string {
    return describe(this.constructor.name, [
      `overlapped#=${this.#parts.core.pendingFutures}`,
      `result#=${this.#parts.core.keptResults}`,
      this.closed ? "closed" : "",
    ]);
  }

  /**
   * Closes a handle and forgets it. What is pending on it is cancelled, and
   * waits for it are.
   *
   * @param handle A raw handle that was used with this proactor.
   * @throws {TypeError} when it is not a bigint.
   * @throws {Deno.errors.BadResource} when Windows does not know the handle.
   */
  closeHandle(handle: Handle): void {
    this.#parts.closeHandle(handle);
  }

  /**
   * Dispatches what has completed. With a time-out it blocks this thread until
   * something has. For hosts that drive the port themselves.
   *
   * @param timeout Milliseconds, rounded up; 0 by default.
   * @returns The number of packets; 0 when called from within a callback.
   * @throws {RangeError} when `timeout` is negative, not a number or too big.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  poll(timeout = 0): number {
    return this.#parts.core.poll(timeout);
  }

  /**
   * Reads the counters: what is pending, slots, memory, packets, and how often
   * something had to wait. To count is an addition, and for each batch of packets
   * a look at the clock before and behind it.
   *
   * @example Usage
   * ```ts
   * import { IocpProactor } from "@iocp/proactor";
   *
   * await using proactor = new IocpProactor();
   * const { pendingByKind, packetsPerBatch, starvedTurns } = proactor.metrics();
   * console.log(pendingByKind, packetsPerBatch, starvedTurns);
   * ```
   *
   * @returns A snapshot.
   */
  metrics(): PortMetrics {
    return this.#parts.core.port.metrics();
  }

  /**
   * Records the last events: starts and ends of operations, callbacks, batches,
   * waits. It takes effect at once, for all that uses this proactor, and until
   * the recorder is stopped.
   *
   * @example A trace for chrome://tracing or ui.perfetto.dev
   * ```ts
   * import { IocpProactor } from "@iocp/proactor";
   *
   * await using proactor = new IocpProactor();
   * using recorder = proactor.record({ events: 4096 });
   * // ... what is to be looked at
   * const trace = JSON.stringify(recorder.trace());
   * console.log(`${trace.length} characters for trace.json`);
   * ```
   *
   * @param options How many events are kept.
   * @returns The recorder, which replaces one that records already.
   * @throws {RangeError} when `events` is not an integer from 256 to 1,048,576.
   */
  record(options: RecordOptions = {}): FlightRecorder {
    return this.#parts.core.port.record(options);
  }

  /** True from `close` on. */
  get closed(): boolean {
    return this.#parts.core.port.closed;
  }

  /**
   * Cancels everything, dispatches what comes of it, and closes the port.
   * Calling it again waits for the same end.
   *
   * @param options The deadline.
   * @returns How many operations Windows had not given back at the deadline;
   * their memory is never used again.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  async close(options: CloseOptions = {}): Promise<number> {
    return await this.#parts.close(options);
  }

  /** Closes the proactor with the default deadline. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
