/**
 * `BaseProactor`: what all operations of a proactor have in common.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import { NativeWin32 } from "../ffi/native_win32.ts";
import type { SocketApi } from "../ffi/socket/api.ts";
import { logError } from "../ffi/thrown.ts";
import type { Handle } from "../ffi/win32_api.ts";
import {
  assertHandle,
  assertInteger,
  cancelBySignal,
  MAX_DWORD,
  waitMilliseconds,
} from "./arguments.ts";
import { CompletionPort } from "./port/completion_port.ts";
import type { FutureContext } from "./future/future.ts";
import { FutureTracker, MAX_RESULTS } from "./future/future_tracker.ts";
import { HandleRegistry } from "./port/handle_registry.ts";
import { SocketDetector, type SocketInfo } from "./call/socket_association.ts";
import {
  type OverlappedCall,
  OverlappedFuture,
} from "./future/overlapped_future.ts";
import type { PortHandle } from "./port/port_handle.ts";
import type { PortMetrics } from "./port/port_options.ts";
import type {
  CloseOptions,
  HandleLike,
  IocpProactorOptions,
  OperationOptions,
} from "./proactor_options.ts";

/** Milliseconds that a close takes at most. */
export const DEFAULT_DEADLINE = 5000;

/**
 * The handles of a completion port, its polling and its close; see
 * {@linkcode IocpProactor} for the proactor to use.
 *
 * @example Usage
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
export abstract class BaseProactor implements AsyncDisposable {
  readonly #port: CompletionPort;
  readonly #handles: HandleRegistry;
  readonly #detector: SocketDetector;
  readonly #futures: FutureTracker;
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
    const { concurrency = MAX_DWORD, skipCompletionPortOnSuccess = true } =
      options;
    assertInteger("concurrency", concurrency, [0, MAX_DWORD]);
    this.#port = new CompletionPort(options.api ?? new NativeWin32(), {
      concurrency,
      skipOnSuccess: skipCompletionPortOnSuccess,
      report: (error, message) => logError(message, error),
    });
    this.#detector = new SocketDetector(this.#port.api, options);
    this.#handles = new HandleRegistry(this.#port, this.#detector);
    this.#futures = new FutureTracker(() => {
      const error = new Error(`Cannot keep results: ${MAX_RESULTS} wait`);
      this.#port.report(error, "Nobody calls select() any more");
    });
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
      : (error, message) => logError(message, error);
  }

  /**
   * The loop that drives the proactor, where its futures run callbacks; for
   * the other rooms of the library.
   *
   * @ignore
   */
  get context(): FutureContext | undefined {
    return this.#context;
  }

  /**
   * The port's view of a handle, which it puts on the port when it is new; for
   * the other rooms of the library.
   *
   * @ignore
   * @param handle The handle, or its owner.
   * @param action The beginning of an error's message.
   * @returns What the port knows of it.
   * @throws {TypeError} when it is neither a bigint nor an owner of a handle.
   * @throws {Deno.errors.BadResource} when it, or the proactor, is closed.
   */
  ownerOf(handle: HandleLike, action: string): PortHandle {
    return this.#handles.get(handle, action);
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
    const sockets = registered
      ? this.#handles.socketOf(registered)?.sockets
      : this.#detector.closerOf(handle);
    const code = registered
      ? this.#port.closeHandle(registered)
      : sockets?.closeSocket(handle) ?? this.#port.api.closeHandle(handle);
    if (code === 0) return;
    throw windowsError(this.#port.api, code, {
      syscall: sockets ? "closesocket" : "CloseHandle",
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

  // --- polling -------------------------------------------------------------

  /**
   * Waits until operations have ended, without blocking the thread. From the
   * first call on, the results are collected for the next one: 65,536 of them;
   * further ones are dropped, and that is reported.
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
    return this.#port.poll(milliseconds);
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

  /**
   * What is known of a handle as a socket.
   *
   * @param owner The handle.
   * @returns Nothing for a pipe or a file.
   *
   * @ignore
   */
  protected socketOf(owner: PortHandle): SocketInfo | undefined {
    return this.#handles.socketOf(owner);
  }

  /**
   * Opens Winsock, where there is one.
   *
   * @returns Its functions.
   * @throws {Deno.errors.NotCapable} when the grant is without ws2_32.dll.
   *
   * @ignore
   */
  protected openSockets(): SocketApi {
    return this.#detector.sockets();
  }

  /**
   * Refuses to accept on a handle after `stopServing`.
   *
   * @param owner The handle.
   * @throws {Deno.errors.BadResource} when serving was stopped.
   *
   * @ignore
   */
  protected assertServed(owner: PortHandle): void {
    if (!this.#notServed.has(owner)) return;
    throw new Deno.errors.BadResource("Cannot accept: serving was stopped");
  }

  /**
   * Starts an operation.
   *
   * @typeParam T Its result.
   * @param owner The handle it works on.
   * @param call How it starts, and what its end means.
   * @param options A signal that cancels.
   * @returns Its future.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   *
   * @ignore
   */
  protected start<T>(
    owner: PortHandle,
    call: OverlappedCall<T>,
    options: OperationOptions,
  ): OverlappedFuture<T> {
    const future = new OverlappedFuture<T>(this.#port, call, this.#context);
    if (cancelBySignal(future, options.signal)) return future;
    future.start(owner);
    this.track(owner, future);
    return future;
  }

  /**
   * Takes note of an operation that was started, for `select` and `close`.
   *
   * @typeParam T Its result.
   * @param owner The handle it works on.
   * @param future Its future.
   *
   * @ignore
   */
  protected track<T>(owner: PortHandle, future: OverlappedFuture<T>): void {
    this.#futures.add(owner, future as OverlappedFuture<unknown>);
  }

  /** Ends the futures of a handle that we close ourselves. */
  #interrupt(owner: PortHandle): void {
    const reason = new Deno.errors.Interrupted(
      "Cannot finish operation: the handle was closed",
    );
    this.#futures.cancel({ owner, reason });
  }
}
