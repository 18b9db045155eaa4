/**
 * `WorkerExecutor`: functions of modules, run in workers.
 *
 * @module
 */

import { assertInteger } from "../proactor/arguments.ts";
import { cancelBySignal } from "../proactor/future/cancel_by_signal.ts";
import {
  Future,
  type FutureContext,
  InvalidStateError,
} from "../proactor/future/future.ts";
import { kindOf } from "./arguments.ts";
import { PoolWorker } from "./pool_worker.ts";

/** A function that a worker runs. */
export interface WorkerCall {
  /** URL of its module: `import.meta.resolve("./work.ts")`. */
  module: string | URL;
  /**
   * The name under which the module exports it.
   *
   * @default {"default"}
   */
  name?: string | undefined;
  /**
   * Cancels the call: one that waits is not run; the worker of one that runs is
   * ended.
   */
  signal?: AbortSignal | undefined;
  /** Transferred to the worker, not copied, when the call starts. */
  transfer?: Transferable[] | undefined;
}

/** Options of {@linkcode WorkerExecutor}. */
export interface WorkerExecutorOptions {
  /**
   * The most workers at a time. Each has a thread and a heap of its own, and is
   * started when a call needs it.
   *
   * @default {navigator.hardwareConcurrency}
   */
  maxWorkers?: number | undefined;
}

/** Options of {@linkcode WorkerExecutor.shutdown}. */
export interface ExecutorShutdownOptions {
  /**
   * False does not wait for the calls, which run to their end nevertheless.
   *
   * @default {true}
   */
  wait?: boolean | undefined;
  /**
   * True cancels the calls that no worker has taken yet.
   *
   * @default {false}
   */
  cancelFutures?: boolean | undefined;
}

const MAX_WORKERS = 1024;

/** The future of a call, which waits for a worker or runs in one. */
class CallFuture<T> extends Future<T> {
  readonly call: WorkerCall;
  /** Released when a worker has taken the call. */
  args: unknown[];
  /** Takes the call from the queue, or ends its worker. */
  onCancel: (() => void) | null = null;

  constructor(call: WorkerCall, args: unknown[], context?: FutureContext) {
    super(context);
    this.call = call;
    this.args = args;
  }

  override cancel(reason?: unknown): boolean {
    if (!super.cancel(reason)) return false;
    this.onCancel?.();
    return true;
  }
}

/**
 * Runs functions of modules in a pool of workers. The counterpart of Python's
 * `concurrent.futures.ThreadPoolExecutor`.
 *
 * A worker imports the module, for which it has the permissions of the program:
 * files need `--allow-read`, other hosts than the default ones
 * `--allow-import`. Arguments and results are copied as by `structuredClone`,
 * arguments when a worker takes the call. A worker runs one call at a time.
 * Idle workers keep no process alive.
 *
 * @example Usage
 * ```ts
 * import { WorkerExecutor } from "@iocp/proactor/loop";
 * import { assertEquals } from "@std/assert";
 *
 * const module = "data:text/javascript,export const add = (a, b) => a + b";
 * await using executor = new WorkerExecutor({ maxWorkers: 2 });
 * const sum = executor.submit<number>({ module, name: "add" }, 1, 2);
 * assertEquals(await sum, 3);
 * ```
 */
export class WorkerExecutor implements AsyncDisposable {
  /** The most workers at a time. */
  readonly maxWorkers: number;
  readonly #workers = new Set<PoolWorker>();
  readonly #idle: PoolWorker[] = [];
  readonly #queue = new Set<CallFuture<unknown>>();
  readonly #running = new Set<CallFuture<unknown>>();
  readonly #ended = Promise.withResolvers<void>();
  #shutdown = false;

  /**
   * Makes an executor without workers.
   *
   * @param options The most workers.
   * @throws {RangeError} when `maxWorkers` is not an integer from 1 to 1024.
   */
  constructor(options: WorkerExecutorOptions = {}) {
    const { maxWorkers = navigator.hardwareConcurrency } = options;
    assertInteger("maxWorkers", maxWorkers, [1, MAX_WORKERS]);
    this.maxWorkers = maxWorkers;
  }

  /** True from `shutdown` on. */
  get closed(): boolean {
    return this.#shutdown;
  }

  /** The workers that there are now, idle or not. */
  get workers(): number {
    return this.#workers.size;
  }

  /** The calls that no worker has taken yet. */
  get queued(): number {
    return this.#queue.size;
  }

  /**
   * Calls a function in a worker.
   *
   * @typeParam T The type of the result.
   * @param call The function, and a signal that cancels.
   * @param args What it is called with.
   * @returns Its result, awaited. An error that it throws has the same name,
   * message and stack here. When the worker itself fails, by an uncaught error
   * or an exit, only the future of its call fails. Cancelling the future ends
   * the worker that runs the call.
   * @throws {TypeError} when the module is no absolute URL, or the name no
   * string.
   * @throws {InvalidStateError} when the executor is shut down.
   */
  submit<T>(call: WorkerCall, ...args: unknown[]): Future<T> {
    return this.submitIn(undefined, call, args);
  }

  /**
   * As `submit`, for the future of a loop.
   *
   * @ignore
   * @param context How callbacks run.
   * @param call The function, and a signal that cancels.
   * @param args What it is called with.
   * @returns Its result.
   */
  submitIn<T>(
    context: FutureContext | undefined,
    call: WorkerCall,
    args: unknown[],
  ): Future<T> {
    assertCall(call);
    this.#assertOpen();
    const future = new CallFuture<T>(call, args, context);
    if (cancelBySignal(future, call.signal)) return future;
    const waiting = future as CallFuture<unknown>;
    this.#queue.add(waiting);
    waiting.onCancel = () => this.#queue.delete(waiting);
    this.#startNext();
    return future;
  }

  /**
   * Refuses further calls, and ends the workers when the submitted calls are
   * done. A second call may still cancel, or wait.
   *
   * @param options Whether to wait, and whether to cancel calls that wait for a
   * worker.
   */
  async shutdown(options: ExecutorShutdownOptions = {}): Promise<void> {
    const { wait = true, cancelFutures = false } = options;
    this.#shutdown = true;
    if (cancelFutures) { for (const future of this.#queue) future.cancel(); }
    this.#endIfDone();
    if (wait) await this.#ended.promise;
  }

  /**
   * Ends the workers now, and cancels all calls.
   *
   * @ignore
   */
  async terminate(): Promise<void> {
    const ended = this.shutdown({ cancelFutures: true });
    for (const future of this.#running) future.cancel();
    await ended;
  }

  /** Shuts the executor down and waits. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #startNext(): void {
    for (const future of this.#queue) {
      const worker = this.#idle.pop() ?? this.#newWorker();
      if (worker === undefined) return;
      this.#queue.delete(future);
      this.#run(worker, future);
    }
  }

  #newWorker(): PoolWorker | undefined {
    if (this.#workers.size >= this.maxWorkers) return undefined;
    const worker = new PoolWorker({
      onIdle: (worker) => this.#release(worker),
      onGone: (worker) => this.#forget(worker),
    });
    this.#workers.add(worker);
    return worker;
  }

  #run(worker: PoolWorker, future: CallFuture<unknown>): void {
    const { module, name = "default", transfer = [] } = future.call;
    const request = { module: `${module}`, name, args: future.args };
    future.args = [];
    this.#running.add(future);
    future.onCancel = () => {
      this.#running.delete(future);
      void worker.terminate();
    };
    const end = (finish: () => void) => {
      future.onCancel = null;
      this.#running.delete(future);
      if (!future.done()) finish();
    };
    worker.run(request, transfer, {
      onResult: (value) => end(() => future.setResult(value)),
      onError: (error) => end(() => future.setException(error)),
    });
  }

  #release(worker: PoolWorker): void {
    this.#idle.push(worker);
    this.#startNext();
    this.#endIfDone();
  }

  #forget(worker: PoolWorker): void {
    this.#workers.delete(worker);
    const index = this.#idle.indexOf(worker);
    if (index >= 0) this.#idle.splice(index, 1);
    // The call of this worker must end first.
    queueMicrotask(() => {
      this.#startNext();
      this.#endIfDone();
    });
  }

  #endIfDone(): void {
    if (!this.#shutdown || this.#queue.size + this.#running.size > 0) return;
    const ends = [...this.#workers].map((worker) => worker.terminate());
    Promise.allSettled(ends).then(() => this.#ended.resolve());
  }

  #assertOpen(): void {
    if (!this.#shutdown) return;
    throw new InvalidStateError(
      "Cannot submit call: the executor is shut down",
    );
  }
}

function assertCall({ module, name = "default" }: WorkerCall): void {
  if (typeof name !== "string") {
    throw new TypeError(
      `Cannot submit call: the name is ${kindOf(name)}, not a string`,
    );
  }
  if (URL.canParse(`${module}`)) return;
  throw new TypeError(
    `Cannot submit call: "${module}" is not an absolute URL; import.meta.resolve() makes one`,
  );
}
