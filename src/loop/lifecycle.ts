/**
 * How a loop runs, and how it is closed.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import { waitMilliseconds } from "../proactor/arguments.ts";
import { Future, InvalidStateError } from "../proactor/future/future.ts";
import type { CloseOptions } from "../proactor/proactor_options.ts";
import { isThenable, kindOf } from "./arguments.ts";
import type { LoopHost } from "./host.ts";
import { LoopContext } from "./loop_context.ts";
import type { LoopRegistry } from "./registry.ts";
import type { Scheduling } from "./scheduling.ts";
import type { Tasks } from "./tasks.ts";

const DEFAULT_DEADLINE = 5000;

/** A part of a loop that ends with it. */
export interface ClosablePart {
  /** Ends the part; without waiting. */
  close(): void;
}

/** What a {@linkcode Lifecycle} works with. */
export interface LifecycleParts<L extends object> {
  /** Knows which loop runs. */
  registry: LoopRegistry<L>;
  /** Runs the turns. */
  scheduling: Scheduling;
  /** Makes a task of a promise. */
  tasks: Tasks;
  /** Closed with the loop before its proactor, in this order. */
  closable: readonly ClosablePart[];
}

/**
 * Runs a loop, and closes it. The methods are documented on the page of
 * {@linkcode ProactorEventLoop}.
 *
 * @typeParam L The loop.
 */
export class Lifecycle<L extends object> {
  readonly #loop: L;
  readonly #host: LoopHost;
  readonly #parts: LifecycleParts<L>;
  #closing: Promise<void> | undefined;

  /**
   * @param loop The loop, as the registry knows it.
   * @param host What is needed of it.
   * @param parts Its parts.
   */
  constructor(loop: L, host: LoopHost, parts: LifecycleParts<L>) {
    this.#loop = loop;
    this.#host = host;
    this.#parts = parts;
  }

  isRunning(): boolean {
    return this.#parts.registry.running === this.#loop;
  }

  async runForever(): Promise<void> {
    const { registry } = this.#parts;
    this.#assertCanRun();
    registry.running = this.#loop;
    try {
      await this.#run();
    } finally {
      registry.running = undefined;
    }
  }

  async runUntilComplete<T>(awaitable: PromiseLike<T>): Promise<T> {
    this.#assertCanRun();
    const future = this.#ensureFuture(awaitable);
    let running = true;
    const stop = () => running && this.#parts.scheduling.stop();
    future.addDoneCallback(stop);
    await this.runForever();
    future.removeDoneCallback(stop);
    running = false; // the callback may be scheduled already
    if (future.done()) return future.result();
    throw new InvalidStateError(
      "Cannot run until complete: the event loop stopped before the future was done",
    );
  }

  async close(options: CloseOptions): Promise<void> {
    const { deadline = DEFAULT_DEADLINE } = options;
    waitMilliseconds(deadline);
    if (this.isRunning()) {
      throw new InvalidStateError("Cannot close the event loop: it is running");
    }
    await (this.#closing ??= this.#close(deadline));
  }

  /** Holds the port while turns run, so that the process stays alive. */
  async #run(): Promise<void> {
    const port = portOf(this.#host.proactor);
    port.hold();
    await this.#parts.scheduling.run();
    port.unhold();
    await port.settled();
  }

  #assertCanRun(): void {
    this.#host.assertOpen("run the event loop");
    const { running } = this.#parts.registry;
    const obstacle = running === this.#loop
      ? "it is already running"
      : running !== undefined
      ? "another event loop is running"
      : this.#host.proactor.closed
      ? "its proactor is closed"
      : "";
    if (obstacle === "") return;
    throw new InvalidStateError(`Cannot run the event loop: ${obstacle}`);
  }

  #ensureFuture<T>(awaitable: PromiseLike<T>): Future<T> {
    if (!isThenable(awaitable)) {
      throw new TypeError(
        `Cannot run until complete: ${kindOf(awaitable)} is not awaitable`,
      );
    }
    const { tasks } = this.#parts;
    if (!(awaitable instanceof Future)) return tasks.createTask(awaitable);
    const { context } = awaitable;
    const own = context === this.#host.context;
    if (own || !(context instanceof LoopContext)) return awaitable;
    throw new TypeError(
      "Cannot run until complete: the future belongs to another event loop",
    );
  }

  async #close(deadline: number): Promise<void> {
    for (const part of this.#parts.closable) part.close();
    const operations = await this.#host.proactor.close({ deadline });
    if (operations === 0) return;
    this.#host.callExceptionHandler({
      message: "Operations did not end before the event loop was closed",
      operations,
      stuck: [...portOf(this.#host.proactor).stuck],
    });
  }
}
