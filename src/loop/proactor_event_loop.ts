/**
 * `ProactorEventLoop`: asyncio's event loop over an `IocpProactor`.
 *
 * @module
 */

import { describe, inspectAsText } from "../ffi/describe.ts";
import { copyGiven } from "./arguments.ts";
import { portOf } from "../proactor/default_port.ts";
import type { SocketAddress } from "../ffi/socket/sockaddr.ts";
import type {
  AddressInfo,
  GetAddressInfoOptions,
  GetNameInfoOptions,
  NameInfo,
} from "../net/names/address_info.ts";
import type { ServicePort } from "../net/names/service.ts";
import type { ReadinessTarget } from "../net/readiness/readiness_source.ts";
import type { ServerHost } from "../net/tcp/server_addresses.ts";
import type { Socket } from "../net/socket/socket.ts";
import type { TcpAddr } from "../net/tcp/tcp_socket.ts";
import type { DatagramEndpointOptions } from "../net/udp/datagram_endpoint.ts";
import type {
  DatagramProtocol,
  DatagramTransport,
} from "../net/udp/datagram_protocol.ts";
import type { UnixAddr } from "../net/unix/unix_socket.ts";
import type { PipeHandle } from "../pipe/pipe_handle.ts";
import type { PipeServer } from "../pipe/pipe_server.ts";
import type {
  SubprocessExecOptions,
  SubprocessOptions,
} from "../process/subprocess_options.ts";
import type {
  SubprocessProtocol,
  SubprocessProtocolFactory,
  SubprocessTransport,
} from "../process/subprocess_protocol.ts";
import type { Future } from "../proactor/future/future.ts";
import { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  CloseOptions,
  HandleLike,
  OperationOptions,
  ReceivedFrom,
  ReceivedFromInto,
  ReceiveOptions,
  WaitHandleOptions,
} from "../proactor/proactor_options.ts";
import { measureCalls, type SlowCalls } from "../proactor/port/slow_calls.ts";
import type { WaitHandleFuture } from "../proactor/wait/wait_handle_future.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
import type {
  Protocol,
  ProtocolFactory,
  Transport,
} from "../stream/protocol.ts";
import type { Connections } from "./connections.ts";
import { debugByDefault } from "./debug_mode.ts";
import { DefaultExecutor } from "./default_executor.ts";
import {
  type ExceptionContext,
  ExceptionReporter,
  logException,
} from "./exception_handler.ts";
import type { Callback, Handle, Schedulable, TimerHandle } from "./handles.ts";
import type { LoopHost } from "./host.ts";
import { Lifecycle } from "./lifecycle.ts";
import { LoopContext } from "./loop_context.ts";
import type {
  ConnectAcceptedSocketOptions,
  CreateConnectionOptions,
  CreatePipeConnectionOptions,
  CreateServerOptions,
  CreateUnixConnectionOptions,
  CreateUnixServerOptions,
  LoopMetrics,
  LoopOptions,
  ProactorEventLoopOptions,
  ShutdownDefaultExecutorOptions,
  SockAccepted,
  SockRecvFromIntoOptions,
  StartServingPipeOptions,
  StartTlsProtocolOptions,
} from "./loop_options.ts";
import { Readers } from "./readers.ts";
import { LoopRegistry } from "./registry.ts";
import {
  type ExportCallbackOptions,
  type RemoteCallback,
  RemoteCallbacks,
  type RemoteFunction,
} from "./remote_callback.ts";
import { Scheduling } from "./scheduling.ts";
import type { Server } from "./server.ts";
import type { Servers } from "./servers.ts";
import { SignalHandlers } from "./signal_handlers.ts";
import { SockCalls } from "./sock_calls.ts";
import type { Subprocesses } from "./subprocesses.ts";
import type { Task, TaskFunction, TaskOptions } from "./task.ts";
import { type TaskFactory, Tasks } from "./tasks.ts";
import { Transports } from "./transports.ts";
import type { WorkerCall, WorkerExecutor } from "./worker_executor.ts";

/** Takes exceptions that have no caller. */
export type ExceptionHandler = (
  loop: ProactorEventLoop,
  context: ExceptionContext,
) => unknown;

/** The loops of this thread. */
export const loops = new LoopRegistry<ProactorEventLoop>();

/** The signal handlers of a loop, for `Runner`. */
export let signalsOf: (loop: ProactorEventLoop) => SignalHandlers;

/**
 * An event loop with asyncio's contract, driven by Deno's event loop. The
 * counterpart of `asyncio.ProactorEventLoop`.
 *
 * I/O is dispatched whenever Deno's event loop turns, also while this loop does
 * not run: promises of I/O resolve then. Callbacks of the scheduling methods,
 * and done callbacks of the loop's futures, run only while the loop runs. While
 * it runs it keeps the process alive.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 * import { assertEquals } from "@std/assert";
 *
 * await using loop = new ProactorEventLoop();
 * const greeting = loop.createFuture<string>();
 * loop.callLater(10, () => greeting.setResult("hello"));
 * assertEquals(await loop.runUntilComplete(greeting), "hello");
 * ```
 */
export class ProactorEventLoop implements AsyncDisposable {
  static {
    signalsOf = (loop) => loop.#signals;
    inspectAsText(this);
  }

  /** Milliseconds from which on debug mode warns of a callback. */
  slowCallbackDuration: number;
  readonly #proactor: IocpProactor;
  readonly #scheduling: Scheduling = new Scheduling(this);
  readonly #reporter = new ExceptionReporter<ProactorEventLoop>(this);
  readonly #lifecycle: Lifecycle<ProactorEventLoop>;
  readonly #tasks: Tasks;
  readonly #remotes: RemoteCallbacks;
  readonly #executor: DefaultExecutor;
  readonly #transports: Transports;
  readonly #sock: SockCalls;
  readonly #readers: Readers;
  readonly #signals: SignalHandlers;
  readonly #host: LoopHost;
  #debug = false;

  /**
   * Creates a loop that does not run yet.
   *
   * @param options The proactor and the debug mode.
   * @throws {InvalidStateError} when the proactor has a loop already.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(options: ProactorEventLoopOptions = {}) {
    const { proactor = new IocpProactor() } = options;
    loops.register(this, proactor);
    this.#proactor = proactor;

    this.slowCallbackDuration = options.slowCallbackDuration ?? 100;
    const host = this.#makeHost();
    this.#host = host;
    proactor.setLoop(host.context);
    this.#tasks = new Tasks(host, () => this.isRunning());
    this.#remotes = new RemoteCallbacks(host);
    this.#executor = new DefaultExecutor(host);
    this.#transports = new Transports(host);
    this.#sock = new SockCalls(host);
    this.#readers = new Readers(host);
    this.#signals = new SignalHandlers(host);
    this.#lifecycle = this.#makeLifecycle(host);
    this.setDebug(options.debug ?? debugByDefault());
  }

  /**
   * Describes the loop for messages.
   *
   * @returns `<ProactorEventLoop running=false closed=false debug=false>`.
   */
  toString(): string {
    return describe(this.constructor.name, [
      `running=${this.isRunning()}`,
      `closed=${this.isClosed()}`,
      `debug=${this.getDebug()}`,
    ]);
  }

  /** The proactor that the loop drives. */
  get proactor(): IocpProactor {
    return this.#proactor;
  }

  // --- running -------------------------------------------------------------

  /**
   * Runs the loop until {@linkcode stop} is called.
   *
   * @returns A promise that resolves when the loop has stopped.
   * @throws {InvalidStateError} when this or another loop of the thread runs,
   * or when the loop or its proactor is closed.
   */
  runForever(): Promise<void> {
    return this.#lifecycle.runForever();
  }

  /**
   * Runs the loop until a future is done.
   *
   * @typeParam T The type of the result.
   * @param awaitable A future, a task, or a promise, which becomes a task.
   * @returns The result of the future.
   * @throws {InvalidStateError} when the loop cannot run (see
   * {@linkcode runForever}), or was stopped before the future was done.
   * @throws {TypeError} when the future belongs to another loop, or `awaitable`
   * is neither a future nor a promise.
   */
  runUntilComplete<T>(awaitable: PromiseLike<T>): Promise<T> {
    return this.#lifecycle.runUntilComplete(awaitable);
  }

  /**
   * Stops the loop after the callbacks that are ready now. When the loop does
   * not run, its next run makes one pass only: I/O that has completed, timers
   * that are due, callbacks that are ready.
   */
  stop(): void {
    this.#scheduling.stop();
  }

  /**
   * Tells whether the loop runs.
   *
   * @returns True until the promise of {@linkcode runForever} resolves.
   */
  isRunning(): boolean {
    return this.#lifecycle.isRunning();
  }

  /**
   * Reads the counters of the loop and its proactor. Counting costs nothing
   * that can be measured.
   *
   * @example Usage
   * ```ts
   * import { ProactorEventLoop } from "@iocp/proactor";
   *
   * const loop = new ProactorEventLoop();
   * await loop.runUntilComplete(loop.createTask(async () => {}));
   * const { turns, longestTurn, longestQueueTime, proactor } = loop.metrics();
   * console.log(turns, longestTurn, longestQueueTime, proactor.packets);
   * await loop.close();
   * ```
   *
   * @returns A snapshot.
   */
  metrics(): LoopMetrics {
    return {
      ...this.#scheduling.metrics(),
      tasks: this.#tasks.allTasks().size,
      proactor: this.#proactor.metrics(),
    };
  }

  /**
   * Tells whether the loop is closed.
   *
   * @returns True from {@linkcode close} on.
   */
  isClosed(): boolean {
    return this.#scheduling.closed;
  }

  /**
   * Drops what is scheduled and closes the proactor, which cancels pending
   * operations and waits for their completion. Operations that Windows has not
   * completed by the deadline are reported to the exception handler. A second
   * call waits for the same close.
   *
   * @param options The deadline of the proactor's close.
   * @throws {InvalidStateError} when the loop runs.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  close(options: CloseOptions = {}): Promise<void> {
    return this.#lifecycle.close(options);
  }

  /** Closes the loop with the default deadline. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Waits for the calls of the default executor, then ends its workers. From
   * now on there is no default executor.
   *
   * @param options How long to wait.
   * @throws {RangeError} when the time-out is negative, not a number or too
   * big.
   */
  shutdownDefaultExecutor(
    options: ShutdownDefaultExecutorOptions = {},
  ): Promise<void> {
    return this.#executor.shutdownDefaultExecutor(options);
  }

  // --- scheduling ----------------------------------------------------------

  /**
   * Calls a function in the next turn of the loop, in the order of the calls.
   * As everything that a loop calls, it runs in the async context of this call,
   * unless `callback` is an object that names another one.
   *
   * @example Usage
   * ```ts
   * import { ProactorEventLoop } from "@iocp/proactor";
   *
   * await using loop = new ProactorEventLoop();
   * loop.callSoon((name) => console.log("hello", name), "world");
   * loop.callLater(10, () => loop.stop());
   * await loop.runForever();
   * ```
   *
   * @param callback The function, or `{ callback, context }`.
   * @param args What it is called with.
   * @returns The handle, which can be cancelled.
   * @throws {TypeError} when `callback` is not a function.
   * @throws {InvalidStateError} when the loop is closed.
   */
  callSoon<A extends unknown[]>(callback: Schedulable<A>, ...args: A): Handle {
    return this.#scheduling.callSoon(callback, args);
  }

  /**
   * As {@linkcode callSoon}, for code that does not know whether the loop
   * waits. Other threads have no loop object: they call a function that
   * {@linkcode exportCallback} has exported.
   *
   * @param callback The function.
   * @param args What it is called with.
   * @returns The handle, which can be cancelled.
   * @throws {TypeError} when `callback` is not a function.
   * @throws {InvalidStateError} when the loop is closed.
   */
  callSoonThreadsafe<A extends unknown[]>(
    callback: Schedulable<A>,
    ...args: A
  ): Handle {
    // A ready callback arms a turn of Deno's event loop, which wakes it.
    return this.callSoon(callback, ...args);
  }

  /**
   * Lets other threads of the process call a function of the loop: they pass
   * its token to the function `callSoonThreadsafe` that this package exports.
   *
   * @param callback Called in the loop with a u32.
   * @param options Whether calls coalesce.
   * @returns The open callback, with the token for the other threads.
   * @throws {TypeError} when `callback` is not a function.
   * @throws {InvalidStateError} when the loop is closed.
   */
  exportCallback(
    callback: RemoteFunction,
    options: ExportCallbackOptions = {},
  ): RemoteCallback {
    return this.#remotes.open(callback, options);
  }

  /**
   * Calls a function after a delay, never earlier.
   *
   * @param delay Milliseconds. Timers that are due run in the order of their
   * times, so those with a negative delay run first.
   * @param callback The function.
   * @param args What it is called with.
   * @returns The handle, which can be cancelled.
   * @throws {TypeError} when `callback` is not a function, or `delay` not a
   * number.
   * @throws {RangeError} when `delay` is `NaN`.
   * @throws {InvalidStateError} when the loop is closed.
   */
  callLater<A extends unknown[]>(
    delay: number,
    callback: Schedulable<A>,
    ...args: A
  ): TimerHandle {
    return this.#scheduling.callLater(delay, callback, args);
  }

  /**
   * Calls a function at a time, never earlier.
   *
   * @param when Milliseconds on the clock of the loop, see {@linkcode time}.
   * @param callback The function.
   * @param args What it is called with.
   * @returns The handle, which can be cancelled.
   * @throws {TypeError} when `callback` is not a function, or `when` not a
   * number.
   * @throws {RangeError} when `when` is `NaN`.
   * @throws {InvalidStateError} when the loop is closed.
   */
  callAt<A extends unknown[]>(
    when: number,
    callback: Schedulable<A>,
    ...args: A
  ): TimerHandle {
    return this.#scheduling.callAt(when, callback, args);
  }

  /**
   * The clock of the loop.
   *
   * @returns Milliseconds, as `performance.now()`.
   */
  time(): number {
    return performance.now();
  }

  // --- futures and tasks ---------------------------------------------------

  /**
   * Makes a future whose done callbacks run in the loop.
   *
   * @typeParam T The type of the result.
   * @returns A pending future.
   */
  createFuture<T>(): Future<T> {
    return this.#tasks.createFuture();
  }

  /**
   * Makes a task of a function, which is called in the next turn, or of a
   * promise.
   *
   * @typeParam T The type of the result.
   * @param source The function or the promise.
   * @param options The name.
   * @returns The task.
   * @throws {TypeError} when `source` is neither a function nor a promise.
   * @throws {InvalidStateError} when the loop is closed.
   */
  createTask<T>(
    source: TaskFunction<T> | PromiseLike<T>,
    options: TaskOptions = {},
  ): Task<T> {
    return this.#tasks.createTask(source, options);
  }

  /**
   * Sets who makes the tasks of {@linkcode createTask}.
   *
   * @param factory Given a function that makes a task of the loop; or `null`,
   * for that function itself.
   * @throws {TypeError} when it is neither a function nor `null`.
   */
  setTaskFactory(factory: TaskFactory | null): void {
    this.#tasks.factory = factory;
  }

  /**
   * Tells who makes the tasks.
   *
   * @returns The factory, or `null` for the loop itself.
   */
  getTaskFactory(): TaskFactory | null {
    return this.#tasks.factory;
  }

  /**
   * The tasks of the loop that are not done.
   *
   * @returns A new set.
   */
  allTasks(): Set<Task<unknown>> {
    return this.#tasks.allTasks();
  }

  // --- workers -------------------------------------------------------------

  /**
   * Calls a function of a module in a worker.
   *
   * @typeParam T The type of the result.
   * @param executor The workers, or `null` for those of the default executor.
   * @param call The function, and a signal that cancels.
   * @param args What it is called with.
   * @returns Its result, awaited; see {@linkcode WorkerExecutor.submit}.
   * @throws {TypeError} when the module is no absolute URL, or the name no
   * string.
   * @throws {InvalidStateError} when the loop is closed or the executor is
   * shut down.
   */
  runInExecutor<T>(
    executor: WorkerExecutor | null,
    call: WorkerCall,
    ...args: unknown[]
  ): Future<T> {
    return this.#executor.runInExecutor(executor, call, args);
  }

  /**
   * Sets the executor that {@linkcode runInExecutor} uses by default. The close
   * of the loop shuts it down, without waiting.
   *
   * @param executor The executor; the one before is not shut down.
   * @throws {TypeError} when it is something else.
   */
  setDefaultExecutor(executor: WorkerExecutor): void {
    this.#executor.setDefaultExecutor(executor);
  }

  // --- names ---------------------------------------------------------------

  /**
   * Looks up the addresses of a host, without blocking the loop.
   *
   * @param host A name or numeric text; `null` is this computer.
   * @param port 0 to 65535, or a service's name; `null` leaves it 0.
   * @param options Which addresses, and a signal that abandons the lookup.
   * @returns The addresses, in the order in which to try them; one at least.
   * @throws {TypeError} when both are `null` or empty, a name holds a NUL, or
   * an option has no such value.
   * @throws {RangeError} when the port is out of range, or a name is too long.
   * @throws {Deno.errors.NotFound} when there is no such host or service.
   * @throws {Deno.errors.TimedOut} when no name server answers.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async getaddrinfo(
    host: string | null,
    port: number | string | null,
    options: GetAddressInfoOptions = {},
  ): Promise<AddressInfo[]> {
    this.#scheduling.assertOpen("look up host");
    const given = copyGiven(options);
    const { getaddrinfo } = await import("../net/names/address_info.ts");
    return await getaddrinfo(host, port, given);
  }

  /**
   * Looks up the names of an address and its port, without blocking the loop.
   *
   * @param address An internet address.
   * @param options What to look up, and a signal that abandons it.
   * @returns The names, or numeric text for what has none.
   * @throws {TypeError} when `address` is a path, or not numeric.
   * @throws {RangeError} when a number of the address is out of range.
   * @throws {Deno.errors.NotFound} when a name is required and there is none.
   * @throws {Deno.errors.TimedOut} when no name server answers.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async getnameinfo(
    address: SocketAddress,
    options: GetNameInfoOptions = {},
  ): Promise<NameInfo> {
    this.#scheduling.assertOpen("look up address");
    const [from, given] = copyGiven([address, options] as const);
    const { getnameinfo } = await import("../net/names/address_info.ts");
    return await getnameinfo(from, given);
  }

  // --- connections and servers ---------------------------------------------

  /**
   * Connects a protocol to a TCP port.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the connection is there.
   * @param host A name, or a numeric address; `null` beside a socket.
   * @param port The port, 1 to 65535, or the name of a service; 0 beside a
   * socket.
   * @param options As for `connectTcp`, TLS, and a socket that is connected.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or an address is
   * malformed.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.ConnectionRefused} when nobody listens there.
   * @throws {Deno.errors.NotFound} when there is no such host.
   * @throws {Deno.errors.TimedOut} when nobody answered in time.
   */
  async createConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    host: string | null,
    port: ServicePort,
    options: CreateConnectionOptions = {},
  ): Promise<[Transport, P]> {
    const target = copyGiven({ ...options, hostname: host, port });
    const connections = await this.#connections();
    return await connections.createConnection(protocolFactory, target);
  }

  /**
   * Serves TCP with a protocol for each client, on one socket for each address.
   *
   * With port 0, Windows chooses another port for each address. An IPv6 socket
   * does not serve IPv4, unless `ipv6Only` is false: then all interfaces are
   * one socket. Of several addresses, those that this computer does not have
   * are left out; when another one cannot be bound, none is.
   *
   * @example Usage
   * ```ts
   * import { ProactorEventLoop } from "@iocp/proactor";
   *
   * await using loop = new ProactorEventLoop();
   * const server = await loop.createServer(
   *   () => ({ connectionMade: (transport) => transport.close() }),
   *   "127.0.0.1",
   *   8000,
   * );
   * console.log(server.addrs);
   * ```
   *
   * @param protocolFactory Called for each client. If it throws, the client is
   * disconnected, and the exception handler is told.
   * @param host The name or numeric address to listen on, or several; all
   * addresses of a name are taken. `null`, `undefined` and `""` are all
   * interfaces.
   * @param port The port, or the name of a service; 0 lets Windows choose a
   * free one.
   * @param options As for `TcpListener.listen`, and TLS.
   * @returns The server; clients can connect from now on.
   * @throws {TypeError} when the factory is not a function, a host is
   * malformed, the list of hosts is empty, there are both a host and a socket,
   * or the socket is no bound TCP socket.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.AddrInUse} when an address is taken, or Windows has
   * reserved the port.
   * @throws {Deno.errors.AddrNotAvailable} when no address is this computer's.
   * @throws {Deno.errors.NotFound} when there is no such host.
   */
  async createServer(
    protocolFactory: ProtocolFactory,
    host: ServerHost,
    port: ServicePort,
    options: CreateServerOptions = {},
  ): Promise<Server<TcpAddr, ProactorEventLoop>> {
    const target = copyGiven({ ...options, host, port });
    const servers = await this.#servers();
    return await servers.createServer(protocolFactory, target);
  }

  /**
   * Connects a protocol to a unix socket by its path, which asyncio's proactor
   * loop cannot.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the connection is there.
   * @param path The path.
   * @param options As for `connectUnix`, and TLS.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or the path is
   * malformed.
   * @throws {RangeError} when the path is too long, or the time-out out of its
   * range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.ConnectionRefused} when nobody listens there,
   * or there is no such file.
   * @throws {Deno.errors.NotFound} when there is no such folder.
   * @throws {Deno.errors.NotSupported} when this Windows has no such sockets.
   */
  async createUnixConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    path: string,
    options: CreateUnixConnectionOptions = {},
  ): Promise<[Transport, P]> {
    const given = copyGiven(options);
    const connections = await this.#connections();
    return await connections.createUnixConnection(protocolFactory, path, given);
  }

  /**
   * Serves a unix socket with a protocol for each client, which asyncio's
   * proactor loop cannot.
   *
   * @param protocolFactory Called for each client. If it throws, the client is
   * disconnected, and the exception handler is told.
   * @param path The path. Its file is removed when the server is closed.
   * @param options As for `UnixListener.listen`, and TLS.
   * @returns The server; clients can connect from now on.
   * @throws {TypeError} when the factory is not a function, or the path is
   * malformed.
   * @throws {RangeError} when the path is too long, or a number out of its
   * range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.AddrInUse} when there is a file already.
   * @throws {Deno.errors.NotFound} when there is no such folder.
   * @throws {Deno.errors.NotSupported} when this Windows has no such sockets.
   */
  async createUnixServer(
    protocolFactory: ProtocolFactory,
    path: string,
    options: CreateUnixServerOptions = {},
  ): Promise<Server<UnixAddr, ProactorEventLoop>> {
    const given = copyGiven(options);
    const servers = await this.#servers();
    return await servers.createUnixServer(protocolFactory, path, given);
  }

  /**
   * Gives a connected TCP socket to a protocol.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once.
   * @param socket Of {@linkcode sockAccept}, or connected by
   * {@linkcode sockConnect}; the transport's from now on.
   * @param options The deadline of its close, and TLS, as the server's end.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function.
   * @throws {Deno.errors.NotConnected} when the socket is not connected.
   * @throws {Deno.errors.BadResource} when it is closed.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async connectAcceptedSocket<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    socket: Socket,
    options: ConnectAcceptedSocketOptions = {},
  ): Promise<[Transport, P]> {
    const given = copyGiven(options);
    const connections = await this.#connections();
    return await connections.connectAcceptedSocket(
      protocolFactory,
      socket,
      given,
    );
  }

  /**
   * Starts TLS on a transport, for the protocol that goes on with what is
   * decrypted. Whoever was the protocol is told nothing any more, and the
   * transport is TLS's. A certificate is verified as by the function
   * `startTls`; `getExtraInfo` of the new transport knows `"peercert"`,
   * `"cipher"` and `"alpn"`.
   *
   * @example Upgrade a connection
   * ```ts
   * import { ProactorEventLoop } from "@iocp/proactor";
   *
   * await using loop = new ProactorEventLoop();
   * const caCerts = [await Deno.readTextFile("ca.pem")];
   * const host = "localhost";
   * const [plain] = await loop.createConnection(() => ({}), host, 8443);
   * const protocol = { dataReceived: (data: Uint8Array) => console.log(data) };
   * const options = { hostname: host, caCerts };
   * const transport = await loop.startTls(plain, protocol, options);
   * transport.close();
   * ```
   *
   * @param transport A stream of bytes of this loop: TCP, a path, a pipe, or
   * TLS.
   * @param protocol Told of what comes from now on, but not of
   * `connectionMade`.
   * @param options Which end, whom to trust or what to show, time-outs, signal.
   * @returns The transport that encrypts, when the peers have agreed.
   * @throws {TypeError} when the transport cannot have TLS, or an option is
   * malformed.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.InvalidData} when the peers do not agree.
   * @throws {Deno.errors.UnexpectedEof} when the peer leaves.
   * @throws {Deno.errors.TimedOut} when the handshake lasts too long.
   * @throws {Deno.errors.BadResource} when the transport is closing.
   */
  startTls(
    transport: Transport,
    protocol: Protocol,
    options: StartTlsProtocolOptions = {},
  ): Promise<Transport> {
    return this.#transports.startTls(transport, protocol, options);
  }

  /**
   * Sends a file over a transport, behind what was written before. What is
   * written meanwhile goes behind the file, or between its parts on a transport
   * that encrypts. Over TCP, Windows reads the file itself (`TransmitFile`),
   * two files at a time; over other transports the library copies it.
   *
   * The file is read from `offset`, whatever its position is. Only the position
   * of a `Deno.FsFile` moves: to the end of what was read.
   *
   * @param transport The transport.
   * @param file Its path, a handle of it (however that was opened), or a
   * `Deno.FsFile`.
   * @param options Which part, and how. When it is aborted halfway, the
   * connection is lost.
   * @returns Bytes sent; fewer than `count` when the file ends before.
   * @throws {TypeError} when `file` is no regular file.
   * @throws {RangeError} when a number is not 0 or more.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {Deno.errors.NotSupported} when the transport sends datagrams or
   * messages, the path is that of a pipe or a device, or Windows cannot send
   * the file itself and `fallback` is false.
   * @throws {Deno.errors.BadResource} when the transport is closing.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sendfile(
    transport: Transport,
    file: SendFileSource,
    options: SendFileOptions = {},
  ): Promise<number> {
    return this.#transports.sendfile(transport, file, options);
  }

  // --- datagrams -----------------------------------------------------------

  /**
   * Opens a UDP socket for a protocol.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the addresses are known.
   * @param options The addresses, and how the socket behaves.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or an option is
   * malformed.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.AddrInUse} when the local address is taken, or Windows
   * has reserved the port.
   */
  async createDatagramEndpoint<P extends DatagramProtocol>(
    protocolFactory: () => P,
    options: LoopOptions<DatagramEndpointOptions> = {},
  ): Promise<[DatagramTransport, P]> {
    const given = copyGiven(options);
    const connections = await this.#connections();
    return await connections.createDatagramEndpoint(protocolFactory, given);
  }

  // --- raw sockets, of createSocket() or of another library ----------------

  /**
   * Receives from a connected socket.
   *
   * @param socket The socket.
   * @param size The most bytes. On a stream 0 waits until there are some.
   * @param options A signal that cancels. Bytes that came before the
   * cancellation took effect are still delivered.
   * @returns The bytes; none at the end of a stream.
   * @throws {RangeError} when `size` or the flags are not a DWORD.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sockRecv(
    socket: HandleLike,
    size: number,
    options: ReceiveOptions = {},
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#sock.recv(socket, size, options);
  }

  /**
   * Receives into an array, which must not be transferred until then.
   *
   * @param socket The socket.
   * @param target Where the bytes go.
   * @param options A signal that cancels.
   * @returns The number of bytes; 0 at the end of a stream.
   * @throws {TypeError} when `target` is no `Uint8Array`, or has no bytes.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sockRecvInto(
    socket: HandleLike,
    target: Uint8Array,
    options: ReceiveOptions = {},
  ): Promise<number> {
    return this.#sock.recvInto(socket, target, options);
  }

  /**
   * Receives a datagram.
   *
   * @param socket A datagram socket.
   * @param size The most bytes; the rest of the datagram is lost.
   * @param options A signal that cancels.
   * @returns The bytes, who has sent them, and whether that was all.
   * @throws {RangeError} when `size` or the flags are not a DWORD.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.ConnectionReset} when nobody received an earlier
   * datagram of this socket; the next call receives as usual.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sockRecvFrom(
    socket: HandleLike,
    size: number,
    options: ReceiveOptions = {},
  ): Promise<ReceivedFrom> {
    return this.#sock.recvFrom(socket, size, options);
  }

  /**
   * Receives a datagram into an array, which must not be transferred until
   * then.
   *
   * @param socket A datagram socket.
   * @param target Where the bytes go; what has no room is lost.
   * @param options The most bytes, and a signal that cancels.
   * @returns The number of bytes, who has sent them, and whether that was all.
   * @throws {TypeError} when `target` is no `Uint8Array`, or has no bytes.
   * @throws {RangeError} when `size` is not 1 to the length of the array.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.ConnectionReset} when nobody received an earlier
   * datagram of this socket; the next call receives as usual.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sockRecvFromInto(
    socket: HandleLike,
    target: Uint8Array,
    options: SockRecvFromIntoOptions = {},
  ): Promise<ReceivedFromInto> {
    return this.#sock.recvFromInto(socket, target, options);
  }

  /**
   * Sends all bytes.
   *
   * @param socket A connected socket.
   * @param data Copied before the call returns. Several arrays are sent as one.
   * @param options A signal that cancels. How much was sent is not known then.
   * @throws {TypeError} when `data` is no `Uint8Array`, nor an array of such.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sockSendAll(
    socket: HandleLike,
    data: Uint8Array | readonly Uint8Array[],
    options: OperationOptions = {},
  ): Promise<void> {
    return this.#sock.sendAll(socket, data, options);
  }

  /**
   * Sends a datagram.
   *
   * @param socket A datagram socket.
   * @param data Copied before the call returns.
   * @param address To whom; a name is looked up first.
   * @returns The number of bytes.
   * @throws {TypeError} when `data` is no `Uint8Array`, or `address` none.
   * @throws {RangeError} when the port is none.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.NotFound} when there is no such host.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sockSendTo(
    socket: HandleLike,
    data: Uint8Array,
    address: SocketAddress,
  ): Promise<number> {
    return this.#sock.sendTo(socket, data, address);
  }

  /**
   * Accepts a client.
   *
   * @param listener A socket that listens.
   * @param options A signal that cancels. A client that came before the
   * cancellation took effect is still delivered.
   * @returns The connected socket, and both addresses.
   * @throws {Deno.errors.BadResource} when `listener` is closed or no socket.
   * @throws {Deno.errors.ConnectionReset} when the client disconnected before
   * it was accepted; the listener goes on.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sockAccept(
    listener: HandleLike,
    options: OperationOptions = {},
  ): Promise<SockAccepted> {
    return this.#sock.accept(listener, options);
  }

  /**
   * Connects a socket. An unspecified address, such as `0.0.0.0`, is this
   * computer. When `--allow-ffi` is restricted to paths, the socket is
   * nonblocking from then on.
   *
   * @example Usage
   * ```ts
   * import { ProactorEventLoop } from "@iocp/proactor";
   * import { createSocket } from "@iocp/proactor/net";
   *
   * await using loop = new ProactorEventLoop();
   * using socket = createSocket();
   * const address = { family: "IPv4", hostname: "localhost", port: 7 } as const;
   * await loop.sockConnect(socket, address);
   * await loop.sockSendAll(socket, new TextEncoder().encode("hello"));
   * console.log(await loop.sockRecv(socket, 1024));
   * ```
   *
   * @param socket The socket; one that is not bound is bound to any address.
   * @param address Where to; a name is looked up first.
   * @param options A signal that cancels.
   * @throws {TypeError} when `address` is no internet address.
   * @throws {RangeError} when the port is none.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.ConnectionRefused} when nobody listens there.
   * @throws {Deno.errors.NotFound} when there is no such host.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sockConnect(
    socket: HandleLike,
    address: SocketAddress,
    options: OperationOptions = {},
  ): Promise<void> {
    return this.#sock.connect(socket, address, options);
  }

  /**
   * Sends a file over a socket. Do not send anything else before it has ended.
   * See {@linkcode sendfile} for files and positions.
   *
   * @param socket A connected stream socket.
   * @param file Its path, a handle of it, or a `Deno.FsFile`.
   * @param options Which part, and how. After an abort it is not known how
   * much was sent.
   * @returns Bytes sent; fewer than `count` when the file ends before.
   * @throws {TypeError} when `file` is no regular file, or `socket` no stream.
   * @throws {RangeError} when a number is not 0 or more.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {Deno.errors.NotSupported} when the path is that of a pipe or a
   * device, or Windows cannot send the file itself and `fallback` is false.
   * @throws {Deno.errors.BadResource} when the socket is closed or none.
   * @throws {Deno.errors.ConnectionReset} when the peer has gone away.
   * @throws {InvalidStateError} when the loop is closed.
   */
  sockSendfile(
    socket: HandleLike,
    file: SendFileSource,
    options: SendFileOptions = {},
  ): Promise<number> {
    return this.#sock.sendfile(socket, file, options);
  }

  // --- pipes ---------------------------------------------------------------

  /**
   * Connects a protocol to a named pipe.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once the connection is there.
   * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
   * @param options As for `connectPipe`, and TLS.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or the name or an
   * option is malformed.
   * @throws {RangeError} when the time-out is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.NotFound} when there is no such pipe.
   * @throws {Deno.errors.TimedOut} when no instance was free in time.
   */
  createPipeConnection<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    path: string,
    options: CreatePipeConnectionOptions = {},
  ): Promise<[Transport, P]> {
    return this.#transports.createPipeConnection(
      protocolFactory,
      path,
      options,
    );
  }

  /**
   * Serves a named pipe with a protocol for each client.
   *
   * @param protocolFactory Called for each client. If it throws, the client is
   * disconnected, and the exception handler is told.
   * @param path `\\.\pipe\name`, `//./pipe/name`, or `name` alone.
   * @param options As for `PipeServer.listen`, and TLS.
   * @returns The server, in a list as in asyncio; clients can connect from now
   * on.
   * @throws {TypeError} when the factory is not a function, or the name or an
   * option is malformed.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.AddrInUse} when the name is served already.
   */
  startServingPipe(
    protocolFactory: ProtocolFactory,
    path: string,
    options: StartServingPipeOptions = {},
  ): Promise<[PipeServer]> {
    return this.#transports.startServingPipe(protocolFactory, path, options);
  }

  /**
   * Gives the reading end of a pipe to a protocol.
   *
   * @example Usage
   * ```ts
   * import { ProactorEventLoop } from "@iocp/proactor";
   * import { pipe } from "@iocp/proactor/pipe";
   *
   * await using loop = new ProactorEventLoop();
   * const [reader, writer] = pipe({ proactor: loop.proactor });
   * const protocol = { dataReceived: (data: Uint8Array) => console.log(data) };
   * const [source] = await loop.connectReadPipe(() => protocol, reader);
   * const [sink] = await loop.connectWritePipe(() => ({}), writer);
   * sink.write(new TextEncoder().encode("hello"));
   * sink.close();
   * source.close();
   * ```
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once.
   * @param pipe An overlapped end, such as `pipe()` makes; the transport's from
   * now on.
   * @param options The deadline of its close.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or there is no pipe.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.BadResource} when the pipe is closed.
   */
  connectReadPipe<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    pipe: PipeHandle,
    options: DeadlineOptions = {},
  ): Promise<[Transport, P]> {
    const end = { ...options, direction: "in" } as const;
    return this.#transports.connectPipe(protocolFactory, pipe, end);
  }

  /**
   * Gives the writing end of a pipe to a protocol. See
   * {@linkcode connectReadPipe}.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called once.
   * @param pipe An overlapped end, such as `pipe()` makes; the transport's from
   * now on.
   * @param options The deadline of its close.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or there is no pipe.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.BadResource} when the pipe is closed.
   */
  connectWritePipe<P extends Protocol>(
    protocolFactory: ProtocolFactory<P>,
    pipe: PipeHandle,
    options: DeadlineOptions = {},
  ): Promise<[Transport, P]> {
    const end = { ...options, direction: "out" } as const;
    return this.#transports.connectPipe(protocolFactory, pipe, end);
  }

  // --- readers, writers and other handles ----------------------------------

  /**
   * Calls a function in the loop whenever something can be read, until
   * {@linkcode removeReader}; see `waitReadable` for what that means. What the
   * function throws goes to the exception handler, and the calls go on.
   * asyncio's proactor loop has no readers and writers.
   *
   * @example Usage
   * ```ts
   * import { ProactorEventLoop } from "@iocp/proactor";
   * import { createSocket } from "@iocp/proactor/net";
   *
   * using socket = createSocket({ type: "datagram" });
   * socket.bind({ family: "IPv4", hostname: "127.0.0.1", port: 5000 });
   * await using loop = new ProactorEventLoop();
   * loop.addReader(socket, () => loop.stop());
   * await loop.runForever();
   * loop.removeReader(socket);
   * ```
   *
   * @param target A SOCKET or the handle of a pipe, or its owner; or a
   * connection.
   * @param callback Replaces the reader that was there before.
   * @param args What it is called with.
   * @throws {TypeError} when `target` is neither a bigint nor an owner of one,
   * or `callback` is not a function.
   * @throws {Deno.errors.BadResource} when it is no socket or pipe, or closed.
   * @throws {Deno.errors.NotSupported} when it is a message-type pipe, or an
   * end that only writes.
   * @throws {InvalidStateError} when the loop is closed.
   */
  addReader<A extends unknown[]>(
    target: ReadinessTarget,
    callback: Callback<A>,
    ...args: A
  ): void {
    this.#readers.addReader(target, callback, args);
  }

  /**
   * Removes the reader of {@linkcode addReader}, which is not called again.
   *
   * @param target What was watched.
   * @returns False when there was no reader, or the loop is closed.
   * @throws {TypeError} when `target` is neither a bigint nor an owner of one.
   * @throws {Deno.errors.BadResource} when the owner is closed.
   */
  removeReader(target: ReadinessTarget): boolean {
    return this.#readers.remove("readable", target);
  }

  /**
   * Calls a function in the loop whenever a socket can be written, until
   * {@linkcode removeWriter}. What the function throws goes to the exception
   * handler, and the calls go on.
   *
   * @param socket A SOCKET, or its owner.
   * @param callback Replaces the writer that was there before.
   * @param args What it is called with.
   * @throws {TypeError} when `socket` is neither a bigint nor an owner of one,
   * or `callback` is not a function.
   * @throws {Deno.errors.BadResource} when it is no socket.
   * @throws {Deno.errors.NotSupported} when it is a pipe or a connection.
   * @throws {InvalidStateError} when the loop is closed.
   */
  addWriter<A extends unknown[]>(
    socket: HandleLike,
    callback: Callback<A>,
    ...args: A
  ): void {
    this.#readers.addWriter(socket, callback, args);
  }

  /**
   * Removes the writer of {@linkcode addWriter}, which is not called again.
   *
   * @param socket The SOCKET, or its owner.
   * @returns False when there was no writer, or the loop is closed.
   * @throws {TypeError} when `socket` is neither a bigint nor an owner of one.
   * @throws {Deno.errors.BadResource} when the owner is closed.
   */
  removeWriter(socket: HandleLike): boolean {
    return this.#readers.remove("writable", socket);
  }

  /**
   * Waits for a process, event, semaphore or another kernel object.
   *
   * @param handle The handle, or its owner.
   * @param options The time-out, and a signal that cancels.
   * @returns True when the object was signalled, false when the time-out
   * passed; see {@linkcode IocpProactor.waitForHandle}.
   * @throws {TypeError} when `handle` is not a handle.
   * @throws {RangeError} when the time-out is negative, not a number or too
   * big.
   * @throws {Deno.errors.BadResource} when the handle is closed.
   * @throws {InvalidStateError} when the loop is closed.
   */
  waitForHandle(
    handle: HandleLike,
    options: WaitHandleOptions = {},
  ): WaitHandleFuture {
    this.#scheduling.assertOpen("wait for handle");
    return this.#proactor.waitForHandle(handle, options);
  }

  // --- signals -------------------------------------------------------------

  /**
   * Calls a function in the loop whenever a signal comes, until
   * {@linkcode removeSignalHandler} or the close of the loop. It replaces the
   * system's default action. On Windows Ctrl-C is `"SIGINT"` and Ctrl-Break
   * `"SIGBREAK"`, which by default end the process. Several loops may handle
   * one signal.
   *
   * @example Usage
   * ```ts
   * import { ProactorEventLoop } from "@iocp/proactor";
   *
   * await using loop = new ProactorEventLoop();
   * loop.addSignalHandler("SIGINT", () => loop.stop());
   * await loop.runForever();
   * console.log("Ctrl-C");
   * ```
   *
   * @param signal One that `Deno.addSignalListener` takes.
   * @param callback Replaces the handler that was there before.
   * @param args What it is called with.
   * @throws {TypeError} when the system has no such signal to handle, or
   * `callback` is not a function.
   * @throws {InvalidStateError} when the loop is closed.
   */
  addSignalHandler<A extends unknown[]>(
    signal: Deno.Signal,
    callback: Callback<A>,
    ...args: A
  ): void {
    this.#signals.add(signal, callback, args);
  }

  /**
   * Removes the handler of {@linkcode addSignalHandler}, which is not called
   * again. When it was the last one, the system's default action is back.
   *
   * @param signal The signal.
   * @returns False when the loop had no handler for it.
   * @throws {TypeError} when `signal` is not a string.
   */
  removeSignalHandler(signal: Deno.Signal): boolean {
    return this.#signals.remove(signal);
  }

  // --- subprocesses --------------------------------------------------------

  /**
   * Starts a program for a protocol.
   *
   * @example Usage
   * ```ts
   * import { ProactorEventLoop } from "@iocp/proactor";
   *
   * await using loop = new ProactorEventLoop();
   * const [transport] = await loop.subprocessExec(
   *   () => ({ pipeDataReceived: (fd, data) => console.log(fd, data.length) }),
   *   "whoami.exe",
   * );
   * console.log(await transport.wait()); // 0
   * ```
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called before the program is started.
   * @param command A path or a name, as for the function `subprocessExec`.
   * @param options As for that function, but all streams are piped by default.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or something is
   * malformed.
   * @throws {RangeError} when the command line is too long.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.NotFound} when there is no such program.
   * @throws {Deno.errors.NotADirectory} when there is no such directory.
   * @throws {Deno.errors.PermissionDenied} when it may not be run.
   */
  async subprocessExec<P extends SubprocessProtocol>(
    protocolFactory: SubprocessProtocolFactory<P>,
    command: string | URL,
    options: LoopOptions<SubprocessExecOptions> = {},
  ): Promise<[SubprocessTransport, P]> {
    const given = copyGiven(options);
    const subprocesses = await this.#subprocesses();
    return await subprocesses.subprocessExec(protocolFactory, command, given);
  }

  /**
   * Starts a command line with the system's shell for a protocol.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called before the shell is started.
   * @param commandLine What `cmd.exe` runs.
   * @param options As for the function `subprocessShell`, but all streams are
   * piped by default.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or something is
   * malformed.
   * @throws {RangeError} when the command line is too long.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.NotADirectory} when there is no such directory.
   */
  async subprocessShell<P extends SubprocessProtocol>(
    protocolFactory: SubprocessProtocolFactory<P>,
    commandLine: string,
    options: LoopOptions<SubprocessOptions> = {},
  ): Promise<[SubprocessTransport, P]> {
    const given = copyGiven(options);
    const subprocesses = await this.#subprocesses();
    return await subprocesses.subprocessShell(
      protocolFactory,
      commandLine,
      given,
    );
  }

  // --- exceptions ----------------------------------------------------------

  /**
   * Sets who takes exceptions that have no caller. When the handler itself
   * fails, the default one is told of both exceptions.
   *
   * @param handler The handler, or `null` for the default one.
   * @throws {TypeError} when `handler` is neither a function nor `null`.
   */
  setExceptionHandler(handler: ExceptionHandler | null): void {
    this.#reporter.handler = handler;
  }

  /**
   * The exception handler.
   *
   * @returns The handler, or `null` for the default one.
   */
  getExceptionHandler(): ExceptionHandler | null {
    return this.#reporter.handler;
  }

  /**
   * The default handler: writes the context to `console.error`.
   *
   * @param context What happened.
   */
  defaultExceptionHandler(context: ExceptionContext): void {
    logException(context);
  }

  /**
   * Gives an exception to the handler. Never throws.
   *
   * @param context What happened.
   */
  callExceptionHandler(context: ExceptionContext): void {
    this.#reporter.report(context);
  }

  // --- debugging -----------------------------------------------------------

  /**
   * Tells whether debug mode is on.
   *
   * @returns True in debug mode.
   */
  getDebug(): boolean {
    return this.#debug;
  }

  /**
   * Switches the debug mode.
   *
   * @param enabled True warns of slow callbacks and records where handles were
   * made.
   */
  setDebug(enabled: boolean): void {
    this.#debug = enabled;
    const told: SlowCalls = (...call) => this.#scheduling.noteCall(...call);
    measureCalls(portOf(this.#proactor), enabled ? told : undefined);
  }

  // --- parts ---------------------------------------------------------------

  // What few programs need is loaded when it is first called. The caller may
  // change its options meanwhile: what was given is copied before.

  async #connections(): Promise<Connections> {
    const { Connections } = await import("./connections.ts");
    return new Connections(this.#host);
  }

  async #servers(): Promise<Servers<ProactorEventLoop>> {
    const { Servers } = await import("./servers.ts");
    return new Servers<ProactorEventLoop>(this, this.#host);
  }

  async #subprocesses(): Promise<Subprocesses> {
    const { Subprocesses } = await import("./subprocesses.ts");
    return new Subprocesses(this.#host);
  }

  #makeHost(): LoopHost {
    const parts = {
      assertOpen: (action: string) => this.#scheduling.assertOpen(action),
      callSoon: (...call: Parameters<LoopHost["callSoon"]>) =>
        this.#scheduling.schedule(...call),
      callExceptionHandler: (context: ExceptionContext) =>
        this.callExceptionHandler(context),
    };
    const isClosed = () => this.isClosed();
    const getDebug = () => this.#debug;
    const context = new LoopContext({ ...parts, isClosed, getDebug });
    return { ...parts, proactor: this.#proactor, context };
  }

  #makeLifecycle(host: LoopHost): Lifecycle<ProactorEventLoop> {
    return new Lifecycle<ProactorEventLoop>(this, host, {
      registry: loops,
      scheduling: this.#scheduling,
      tasks: this.#tasks,
      closable: [
        this.#scheduling,
        this.#signals,
        this.#executor,
        this.#remotes,
      ],
    });
  }
}
