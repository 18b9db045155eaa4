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

/**
 * Runs functions in workers; the default executor is made on first use. The
 * methods are documented on the page of {@linkcode ProactorEventLoop}.
 */
export class DefaultExecutor {
  readonly #host: LoopHost;
  #executor: WorkerExecutor | undefined;
  #shutdown = false;

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  runInExecutor<T>(
    executor: WorkerExecutor | null,
    call: WorkerCall,
    args: unknown[],
  ): Future<T> {
    this.#host.assertOpen("run in executor");
    const workers = executor ?? this.#get();
    return workers.submitIn<T>(this.#host.context, call, args);
  }

  setDefaultExecutor(executor: WorkerExecutor): void {
    if (!(executor instanceof WorkerExecutor)) {
      throw new TypeError(
        `Cannot set the default executor: ${
          kindOf(executor)
        } is no WorkerExecutor`,
      );
    }
    this.#executor = executor;
  }

  async shutdownDefaultExecutor(
    options: ShutdownDefaultExecutorOptions,
  ): Promise<void> {
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
