/**
 * A worker of an executor.
 *
 * @module
 */

import { logError } from "../ffi/thrown.ts";
import type {
  SHARE_ENV as ShareEnv,
  Transferable as NodeTransferable,
  Worker,
} from "node:worker_threads";
import { decodeThrown } from "./executor_error.ts";
import {
  executorWorker,
  type WorkerReply,
  type WorkerRequest,
} from "./executor_worker.ts";

/** Is told of the end of a call. */
export interface CallListener {
  /**
   * The function has returned.
   *
   * @param value Its result.
   */
  onResult(value: unknown): void;
  /**
   * The function has failed, or the worker has.
   *
   * @param error What was thrown.
   */
  onError(error: unknown): void;
}

/** Is told of a worker's state. */
export interface PoolWorkerHost {
  /**
   * The worker can take a call.
   *
   * @param worker The worker.
   */
  onIdle(worker: PoolWorker): void;
  /**
   * The worker is gone.
   *
   * @param worker The worker.
   */
  onGone(worker: PoolWorker): void;
}

/**
 * A worker that runs one call at a time. It keeps the process alive only while
 * a call runs, which needs the workers of `node:worker_threads`. Its source is
 * the text of a function, so that starting it needs no permission, no file and
 * no network, wherever the library was imported from.
 */
export class PoolWorker {
  readonly #worker: Worker;
  readonly #host: PoolWorkerHost;
  #call: CallListener | null = null;
  #gone = false;

  /** @param host Is told of its state. */
  constructor(host: PoolWorkerHost) {
    this.#host = host;
    // A copy of the environment would need --allow-env.
    // Not imported: only executors with workers need what it loads.
    const threads = globalThis.process.getBuiltinModule("node:worker_threads");
    const env: typeof ShareEnv = threads.SHARE_ENV;
    this.#worker = new threads.Worker(workerUrl(), { env });
    this.#worker.unref();
    this.#worker.on("message", (reply: WorkerReply) => this.#reply(reply));
    this.#worker.on("messageerror", (error) => this.#lose(error));
    this.#worker.on("error", (error) => this.#lose(error));
    this.#worker.on("exit", (code) => this.#lose(exitError(code)));
  }

  /**
   * Runs a call.
   *
   * @param request The function and its arguments.
   * @param transfer What is moved to the worker, not copied.
   * @param listener Told of the end, once.
   */
  run(
    request: WorkerRequest,
    transfer: Transferable[],
    listener: CallListener,
  ): void {
    try {
      this.#worker.postMessage(request, transfer as NodeTransferable[]);
    } catch (error) {
      listener.onError(error);
      return this.#host.onIdle(this);
    }
    this.#call = listener;
    this.#worker.ref();
  }

  /** Ends the worker. The listener of a call that runs is not told. */
  async terminate(): Promise<void> {
    this.#call = null;
    this.#leave();
    await this.#worker.terminate();
  }

  #reply(reply: WorkerReply): void {
    if (this.#gone) return;
    if ("crash" in reply) return this.#lose(decodeThrown(reply.crash));
    const call = this.#call;
    this.#call = null;
    this.#worker.unref();
    if ("result" in reply) call?.onResult(reply.result);
    else call?.onError(decodeThrown(reply.thrown));
    this.#host.onIdle(this);
  }

  /** The worker has failed, not the function that it was to call. */
  #lose(error: unknown): void {
    if (this.#gone) return;
    const call = this.#call;
    void this.terminate();
    if (call !== null) call.onError(error);
    else logError("Exception in an idle worker:", error);
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#worker.unref();
    this.#host.onGone(this);
  }
}

function workerUrl(): URL {
  const source = `import { parentPort } from "node:worker_threads";
(${executorWorker})(parentPort, (url) => import(url));`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

function exitError(code: number): Error {
  return new Error(`Cannot finish call: the worker has exited with ${code}`);
}
