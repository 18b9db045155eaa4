/**
 * `IocpProactor`: overlapped operations on one completion port, as futures.
 *
 * @module
 */

import {
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  SECURITY_IDENTIFICATION,
  SECURITY_SQOS_PRESENT,
} from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { NativeWin32 } from "../ffi/native_win32.ts";
import { assertPipeName } from "../ffi/pipe_name.ts";
import type { Handle } from "../ffi/win32_api.ts";
import {
  assertArray,
  assertBytes,
  assertHandle,
  assertInteger,
  cancelBySignal,
  MAX_DWORD,
  place,
  waitMilliseconds,
} from "./arguments.ts";
import { CompletionPort } from "./completion_port.ts";
import { Future, type FutureContext } from "./future.ts";
import { FutureTracker } from "./future_tracker.ts";
import { HandleRegistry } from "./handle_registry.ts";
import { acceptCall, readCall, writeCall } from "./overlapped_calls.ts";
import { type OverlappedCall, OverlappedFuture } from "./overlapped_future.ts";
import { PipeDialer } from "./pipe_dialer.ts";
import type { PortHandle } from "./port_handle.ts";
import type { PortMetrics } from "./port_options.ts";
import type {
  CloseOptions,
  ConnectOptions,
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
} from "./proactor_options.ts";

const DEFAULT_DEADLINE = 5000;

/**
 * Drives overlapped operations on one I/O completion port. The counterpart of
 * asyncio's `IocpProactor`.
 *
 * Completions are dispatched by Deno's event loop whenever something is
 * outstanding; an idle proactor keeps no process alive.
 *
 * @example Usage
 * ```ts ignore
 * import { IocpProactor } from "@iocp/proactor";
 *
 * await using proactor = new IocpProactor();
 * const handle = await proactor.connectPipe("\\\\.\\pipe\\echo");
 * await proactor.send(handle, new TextEncoder().encode("hello"));
 * console.log(await proactor.recv(handle, 1024));
 * proactor.closeHandle(handle);
 * ```
 */
export class IocpProactor implements AsyncDisposable {
  readonly #port: CompletionPort;
  readonly #dialer: PipeDialer;
  readonly #handles: HandleRegistry;
  readonly #futures = new FutureTracker();
  readonly #notServed = new WeakSet<PortHandle>();
  #context: FutureContext | undefined;

  /**
   * Creates a completion port.
   *
   * @param options Concurrency and skip mode.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   * @throws {RangeError} when the concurrency is not a DWORD.
   */
  constructor(options: IocpProactorOptions = {}) {
    const { concurrency = 1, skipCompletionPortOnSuccess = true } = options;
    assertInteger("concurrency", concurrency, [0, MAX_DWORD]);
    this.#port = new CompletionPort(options.api ?? new NativeWin32(), {
      concurrency,
      skipOnSuccess: skipCompletionPortOnSuccess,
      report: (error, message) => console.error(message, error),
    });
    this.#dialer = new PipeDialer(this.#port);
    this.#handles = new HandleRegistry(this.#port);
  }

  /**
   * The port below; for the other rooms of the library.
   *
   * @ignore
   */
  get port(): CompletionPort {
    return this.#port;
  }

  /** True from `close` on. */
  get closed(): boolean {
    return this.#port.closed;
  }

  /**
   * Reads the counters: operations, slots, buffers, packets.
   *
   * @returns A snapshot.
   */
  metrics(): PortMetrics {
    return this.#port.metrics();
  }

  /**
   * Lets callbacks run, and errors end, in an event loop.
   *
   * @param context The loop's, or `undefined` for none.
   */
  setLoop(context: FutureContext | undefined): void {
    this.#context = context;
    this.#port.report = context
      ? (error, message) => context.report(error, message)
      : (error, message) => console.error(message, error);
  }

  // --- handles -------------------------------------------------------------

  /**
   * Puts a handle on the port. The operations below do it by themselves.
   *
   * @param handle A handle opened for overlapped I/O, or its owner.
   * @throws {TypeError} when it is neither a bigint nor an owner of a handle.
   * @throws {Deno.errors.BadResource} when it is closed or no handle.
   * @throws {WindowsError} when it is on another port, or not overlapped.
   */
  register(handle: HandleLike): void {
    this.#handles.get(handle, "register handle");
  }

  /**
   * Closes a handle and forgets it. What is pending on it is cancelled.
   *
   * @param handle A raw handle that was used with this proactor.
   * @throws {TypeError} when it is not a bigint.
   * @throws {Deno.errors.BadResource} when Windows does not know the handle.
   */
  closeHandle(handle: Handle): void {
    assertHandle("close handle", handle);
    const registered = this.#handles.forget(handle);
    if (registered) this.#interrupt(registered);
    const code = registered
      ? this.#port.closeHandle(registered)
      : this.#port.api.closeHandle(handle);
    if (code === 0) return;
    throw windowsError(this.#port.api, code, {
      syscall: "CloseHandle",
      action: `Cannot close handle ${handle}`,
    });
  }

  /**
   * Cancels what is pending on a handle and refuses to accept on it again.
   * Other handles are not touched.
   *
   * @param handle A handle, or its owner.
   */
  stopServing(handle: HandleLike): void {
    const owner = this.#handles.get(handle, "stop serving");
    this.#notServed.add(owner);
    this.#futures.cancel({ owner });
  }

  // --- operations ----------------------------------------------------------

  /**
   * Reads from a pipe or another overlapped handle.
   *
   * @param handle The handle, or its owner.
   * @param size The most bytes to read. 0 waits until something can be read.
   * @param options A signal that cancels.
   * @returns The bytes; none at the end of the stream. When the future is
   * `partial`, the message goes on with the next read.
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
    const owner = this.#handles.get(handle, "read");
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
    const owner = this.#handles.get(handle, "read");
    const size = Math.min(target.byteLength, MAX_DWORD);
    const deliver = (data: Uint8Array) => place(data, target);
    return this.#read(owner, { size, deliver }, options);
  }

  /**
   * Writes to a pipe or another overlapped handle. On a message-type pipe one
   * call is one message, and an empty array is an empty message.
   *
   * @param handle The handle, or its owner.
   * @param data Copied before the call returns.
   * @param options A signal that cancels.
   * @returns The number of bytes written.
   * @throws {TypeError} when `handle` is not a handle or `data` no
   * `Uint8Array`.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   */
  send(
    handle: HandleLike,
    data: Uint8Array,
    options: OperationOptions = {},
  ): OverlappedFuture<number> {
    assertArray("write", data);
    const owner = this.#handles.get(handle, "write");
    const bytes = data as Uint8Array<ArrayBuffer>;
    const call = writeCall(this.#port.api, owner.handle, bytes);
    return this.#start(owner, call, options);
  }

  /**
   * Waits for a client on a server end that `CreateNamedPipeW` made.
   *
   * @param pipe The handle, or its owner.
   * @param options A signal that cancels.
   * @returns The handle, once it has a client. The future fails with
   * `Deno.errors.BrokenPipe` when the client has come and left.
   * @throws {TypeError} when `pipe` is not a handle.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed,
   * or serving was stopped.
   */
  acceptPipe(
    pipe: HandleLike,
    options: OperationOptions = {},
  ): OverlappedFuture<Handle> {
    const owner = this.#handles.get(pipe, "accept");
    if (this.#notServed.has(owner)) {
      throw new Deno.errors.BadResource("Cannot accept: serving was stopped");
    }
    const call = acceptCall(this.#port.api, owner.handle);
    return this.#start(owner, call, options);
  }

  /**
   * Connects to a named pipe. When all instances are busy it waits, without
   * polling and without a thread, until one is free.
   *
   * @param path `\\.\pipe\name`, or `\\server\pipe\name`.
   * @param options Access, security, a signal that cancels.
   * @returns The handle of the client end, which the caller must close. The
   * future fails with `Deno.errors.NotFound` when there is no such pipe.
   * @throws {TypeError} when `path` is not the name of a pipe.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  connectPipe(path: string, options: ConnectOptions = {}): Future<Handle> {
    assertPipeName(path, { remote: true });
    this.#port.assertOpen(`connect to pipe "${path}"`);
    const {
      access = GENERIC_READ | GENERIC_WRITE,
      qualityOfService = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
      waitForServer = false,
    } = options;
    const flags = (FILE_FLAG_OVERLAPPED | qualityOfService) >>> 0;
    const future = new Future<Handle>(this.#context);
    if (cancelBySignal(future, options.signal)) return future;
    this.#dialer.dial({
      parameters: { name: path, access: access >>> 0, shareMode: 0, flags },
      waitForServer,
      future,
    });
    return future;
  }

  // --- polling -------------------------------------------------------------

  /**
   * Waits until operations have ended, without blocking the thread. From the
   * first call on, the results are collected for the next one.
   *
   * @param timeout Milliseconds, rounded up. Without it there is no limit.
   * @returns The futures that have ended with a result or an exception; none
   * on time-out, or when the proactor is closed meanwhile.
   * @throws {RangeError} when `timeout` is negative, not a number or too big.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  async select(timeout?: number): Promise<OverlappedFuture<unknown>[]> {
    const milliseconds = waitMilliseconds(timeout);
    this.#port.assertOpen("select");
    return await this.#futures.results(milliseconds);
  }

  /**
   * Dispatches what has completed, and waits for it on this thread, which
   * blocks everything else. For hosts that drive the port themselves.
   *
   * @param timeout Milliseconds, rounded up; 0 by default.
   * @returns The number of packets; 0 when called from within a callback.
   * @throws {RangeError} when `timeout` is negative, not a number or too big.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  poll(timeout = 0): number {
    const milliseconds = waitMilliseconds(timeout);
    this.#port.assertOpen("poll");
    return this.#port.drain(milliseconds);
  }

  // --- close ---------------------------------------------------------------

  /**
   * Cancels everything, dispatches what comes of it, and closes the port.
   * Calling it again gives the same promise.
   *
   * @param options The deadline.
   * @returns How many operations Windows had not given back at the deadline;
   * their memory is never used again.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  async close(options: CloseOptions = {}): Promise<number> {
    const { deadline = DEFAULT_DEADLINE } = options;
    const milliseconds = waitMilliseconds(deadline);
    const closed = this.#port.close(milliseconds);
    this.#dialer.abort(
      new Deno.errors.BadResource("Cannot connect: the proactor is closed"),
    );
    this.#futures.cancel();
    const quarantined = await closed;
    this.#futures.wake();
    return quarantined;
  }

  /** Closes the proactor with the default deadline. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // --- parts ---------------------------------------------------------------

  /** Ends the futures of a handle that we close ourselves. */
  #interrupt(owner: PortHandle): void {
    const reason = new Deno.errors.Interrupted(
      "Cannot finish operation: the handle was closed",
    );
    this.#futures.cancel({ owner, reason });
  }

  #read<T>(
    owner: PortHandle,
    read: { size: number; deliver: (data: Uint8Array<ArrayBuffer>) => T },
    options: OperationOptions,
  ): OverlappedFuture<T> {
    const call = readCall(this.#port.api, owner.handle, read);
    return this.#start(owner, call, options);
  }

  #start<T>(
    owner: PortHandle,
    call: OverlappedCall<T>,
    options: OperationOptions,
  ): OverlappedFuture<T> {
    const future = new OverlappedFuture<T>(this.#port, call, this.#context);
    if (cancelBySignal(future, options.signal)) return future;
    future.start(owner);
    this.#futures.add(owner, future as OverlappedFuture<unknown>);
    return future;
  }
}
