/**
 * The default executor of a loop.
 *
 * @module
 */

import { INFINITE } from "../ffi/constants.ts";
import { timerDelay, waitMilliseconds } from "../proactor/arguments.ts";
import { type Future, InvalidStateError } from "../proactor/future/future.ts";
import { kindOf } from "./arguments.ts";
import type { LoopHost } from "./host.ts";
import type { ShutdownDefaultExecutorOptions } from "./loop_options.ts";
import { type WorkerCall, WorkerExecutor } from "./worker_executor.ts";

/** Runs functions in workers; those of a default executor are made on use. */
export class DefaultExecutor {
  readonly #host: LoopHost;
  #executor: WorkerExecutor | undefined;
  #shutdown = false;

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  /**
   * Calls a function of a module in a worker.
   *
   * @typeParam T The type of the result.
   * @param executor The workers, or `null` for those of the default executor.
   * @param call The function, and a signal that cancels.
   * @param args What it is called with.
   * @returns Its result, as a future of the loop.
   * @throws {TypeError} when the call is malformed.
   * @throws {InvalidStateError} when the loop is closed or the executor is
   * shut down.
   */
  run<T>(
    executor: WorkerExecutor | null,
    call: WorkerCall,
    args: unknown[],
  ): Future<T> {
    this.#host.assertOpen("run in executor");
    const workers = executor ?? this.#get();
    return workers.submitIn<T>(this.#host.context, call, args);
  }

  /**
   * Sets the default executor.
   *
   * @param executor The executor; the one before is not shut down.
   * @throws {TypeError} when it is something else.
   */
  set(executor: WorkerExecutor): void {
    if (!(executor instanceof WorkerExecutor)) {
      throw new TypeError(
        `Cannot set the default executor: ${
          kindOf(executor)
        } is no WorkerExecutor`,
      );
    }
    this.#executor = executor;
  }

  /**
   * Waits for the calls of the default executor, then ends its workers.
   *
   * @param options How long to wait.
   * @throws {RangeError} when the time-out is negative, not a number or too
   * big.
   */
  async shutdown(options: ShutdownDefaultExecutorOptions): Promise<void> {
    const milliseconds = waitMilliseconds(options.timeout);
    this.#shutdown = true;
    const executor = this.#executor;
    if (executor === undefined) return;
    const timer = milliseconds === INFINITE
      ? undefined
      : setTimeout(() => void executor.terminate(), timerDelay(milliseconds));
    await executor.shutdown().finally(() => clearTimeout(timer));
  }

  /** Shuts the default executor down without waiting. */
  close(): void {
    this.#shutdown = true;
    void this.#executor?.shutdown({ wait: false });
  }

  #get(): WorkerExecutor {
    if (this.#shutdown) {
      throw new InvalidStateError(
        "Cannot run in executor: the default executor is shut down",
      );
    }
    return this.#executor ??= new WorkerExecutor();
  }
}
