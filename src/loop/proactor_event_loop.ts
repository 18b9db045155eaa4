/**
 * `ProactorEventLoop`: asyncio's event loop over an `IocpProactor`.
 *
 * @module
 */

import { waitMilliseconds } from "../proactor/arguments.ts";
import { Future, InvalidStateError } from "../proactor/future/future.ts";
import { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { CloseOptions } from "../proactor/proactor_options.ts";
import { assertFunction, isThenable, kindOf } from "./arguments.ts";
import type { BaseEventLoopOptions } from "./base_event_loop.ts";
import {
  type ExceptionContext,
  type ExceptionHandler,
  ExceptionReporter,
  logException,
} from "./exception_handler.ts";
import { loopOf } from "./loop_context.ts";
import { ProcessEventLoop } from "./process_event_loop.ts";
import {
  type ExportCallbackOptions,
  type RemoteCallback,
  RemoteCallbacks,
  type RemoteFunction,
} from "./remote_callback.ts";
import {
  loopDriving,
  runningLoop,
  setLoopDriving,
  setRunningLoop,
} from "./registry.ts";

/** Options of {@linkcode ProactorEventLoop}. */
export interface ProactorEventLoopOptions extends BaseEventLoopOptions {
  /** The proactor to drive, which the loop closes: one of its own by default. */
  proactor?: IocpProactor | undefined;
}

const DEFAULT_DEADLINE = 5000;

/**
 * An event loop with asyncio's contract, driven by Deno's event loop. The
 * counterpart of `asyncio.ProactorEventLoop`.
 *
 * I/O is dispatched whenever Deno's event loop turns, and whatever awaits it
 * goes on, also while the loop does not run. Callbacks of the scheduling
 * methods, and done callbacks of the loop's futures, run only while it runs.
 * While it runs it keeps the process alive.
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
export class ProactorEventLoop extends ProcessEventLoop
  implements AsyncDisposable {
  readonly #proactor: IocpProactor;
  readonly #reporter = new ExceptionReporter(this);
  readonly #remotes: RemoteCallbacks;
  #closing: Promise<void> | undefined;

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
    super(options);
    const { proactor = new IocpProactor() } = options;
    assertFree(proactor);
    setLoopDriving(proactor, this);
    this.#proactor = proactor;
    proactor.setLoop(this.context);
    this.#remotes = new RemoteCallbacks({
      port: proactor.port,
      schedule: (call) => void this.callSoonThreadsafe(call),
    });
  }

  /** The proactor that the loop drives. */
  override get proactor(): IocpProactor {
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
  async runForever(): Promise<void> {
    this.#assertCanRun();
    setRunningLoop(this);
    try {
      await this.#run();
    } finally {
      setRunningLoop(undefined);
    }
  }

  /**
   * Runs the loop until a future is done.
   *
   * @typeParam T The type of the result.
   * @param awaitable A future, a task, or a promise, which becomes a task.
   * @returns The result of the future.
   * @throws {InvalidStateError} when the loop cannot run (see `runForever`),
   * or was stopped before the future was done.
   * @throws {TypeError} when the future belongs to another loop, or `awaitable`
   * is neither a future nor a promise.
   */
  async runUntilComplete<T>(awaitable: PromiseLike<T>): Promise<T> {
    this.#assertCanRun();
    const future = this.#ensureFuture(awaitable);
    let running = true;
    const stop = () => running && this.stop();
    future.addDoneCallback(stop);
    await this.runForever();
    future.removeDoneCallback(stop);
    running = false; // the callback may be scheduled already
    if (future.done()) return future.result();
    throw new InvalidStateError(
      "Cannot run until complete: the event loop stopped before the future was done",
    );
  }

  /**
   * Tells whether the loop runs.
   *
   * @returns True until the promise of `runForever` resolves.
   */
  isRunning(): boolean {
    return runningLoop() === this;
  }

  /**
   * Drops what is scheduled and closes the proactor: operations are cancelled
   * and given back. Closing again does nothing. Operations that Windows keeps
   * beyond the deadline are reported to the exception handler.
   *
   * @param options The deadline of the proactor's close.
   * @throws {InvalidStateError} when the loop runs.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const { deadline = DEFAULT_DEADLINE } = options;
    waitMilliseconds(deadline);
    if (this.isRunning()) {
      throw new InvalidStateError("Cannot close the event loop: it is running");
    }
    await (this.#closing ??= this.#close(deadline));
  }

  /** Closes the loop with the default deadline. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // --- other threads -------------------------------------------------------

  /**
   * Lets other threads of the process call a function of the loop: with its
   * token they call the function `callSoonThreadsafe` that this module exports.
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
    assertFunction("export callback", callback);
    this.assertOpen("export callback");
    return this.#remotes.open(callback, options);
  }

  // --- exceptions ----------------------------------------------------------

  /**
   * Sets who takes exceptions that have no caller. When the handler fails
   * itself, the default one takes both.
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
   * Gives an exception to the handler. Never throws.
   *
   * @param context What happened.
   */
  override callExceptionHandler(context: ExceptionContext): void {
    this.#reporter.report(context);
  }

  /**
   * The default handler: writes the context to `console.error`.
   *
   * @param context What happened.
   */
  defaultExceptionHandler(context: ExceptionContext): void {
    logException(context);
  }

  // --- parts ---------------------------------------------------------------

  /** Holds the port while turns run, so that the process stays alive. */
  async #run(): Promise<void> {
    const { port } = this.#proactor;
    port.hold();
    await this.runTurns();
    port.unhold();
    await port.settled();
  }

  #ensureFuture<T>(awaitable: PromiseLike<T>): Future<T> {
    if (!isThenable(awaitable)) {
      throw new TypeError(
        `Cannot run until complete: ${kindOf(awaitable)} is not awaitable`,
      );
    }
    if (!(awaitable instanceof Future)) return this.createTask(awaitable);
    if ((loopOf(awaitable) ?? this) === this) return awaitable;
    throw new TypeError(
      "Cannot run until complete: the future belongs to another event loop",
    );
  }

  #assertCanRun(): void {
    this.assertOpen("run the event loop");
    const running = runningLoop();
    const obstacle = running === this
      ? "it is already running"
      : running !== undefined
      ? "another event loop is running"
      : this.#proactor.closed
      ? "its proactor is closed"
      : "";
    if (obstacle === "") return;
    throw new InvalidStateError(`Cannot run the event loop: ${obstacle}`);
  }

  async #close(deadline: number): Promise<void> {
    this.endScheduling();
    this.#remotes.close();
    const operations = await this.#proactor.close({ deadline });
    if (operations === 0) return;
    this.callExceptionHandler({
      message: "Operations did not end before the event loop was closed",
      operations,
    });
  }
}

function assertFree(proactor: IocpProactor): void {
  proactor.port.assertOpen("create event loop");
  if (loopDriving(proactor) === undefined) return;
  throw new InvalidStateError(
    "Cannot create event loop: the proactor has one already",
  );
}
