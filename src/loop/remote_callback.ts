/**
 * Callbacks of a loop that other threads can call: the side of the loop.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import { type AsyncContext, currentContext } from "../ffi/async_context.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { assertFunction } from "./arguments.ts";
import type { LoopHost } from "./host.ts";
import { PostGate } from "./post_gate.ts";

/** Index in the `state` of a token: not 0 once the callback is closed. */
export const CALLBACK_CLOSED = 0;

/** Index: not 0 while a packet of a coalescing callback is posted. */
export const WAKE_PENDING = 1;

/** Index of the value that a coalescing callback will be given. */
export const LATEST_VALUE = 2;

/** Bytes of the `state` of a token. */
export const STATE_SIZE = 12;

/** Identifies a callback for other threads; `postMessage` can send it. */
export interface RemoteToken {
  /** The completion port of the loop. */
  readonly port: bigint;
  /** The callback. */
  readonly id: number;
  /** True when calls coalesce. */
  readonly coalesce: boolean;
  /** Keeps the port open while threads post to it. Each loop has one. */
  readonly gate: SharedArrayBuffer;
  /** The state of the callback, which the threads share. */
  readonly state: SharedArrayBuffer;
}

/** Options of `exportCallback`. */
export interface ExportCallbackOptions {
  /**
   * True coalesces calls: those that come before the callback runs become one,
   * with the value of the last. However often the callback is called, at most
   * one packet of it waits on the port.
   *
   * @default {false}
   */
  coalesce?: boolean | undefined;
}

/** A function that other threads can call, with a u32. */
export type RemoteFunction = (value: number) => unknown;

/**
 * A callback of a loop that other threads can call, made by
 * {@linkcode ProactorEventLoop.exportCallback}. While it is open it keeps the
 * process alive, unless `unref` was called.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * using progress = loop.exportCallback((percent) => {
 *   console.log(percent);
 *   if (percent === 100) loop.stop();
 * });
 * const worker = new Worker(import.meta.resolve("./worker.ts"), {
 *   type: "module",
 * });
 * worker.postMessage(progress.token);
 * await loop.runForever();
 * ```
 */
export class RemoteCallback implements Disposable {
  /** What the other threads need. */
  readonly token: RemoteToken;
  readonly #callback: RemoteFunction;
  readonly #context = currentContext();
  readonly #port: CompletionPort;
  readonly #onClose: () => void;
  readonly #state: Int32Array;
  #referenced = false;
  #closed = false;

  /**
   * Made by `exportCallback`.
   *
   * @ignore
   * @param callback The function.
   * @param token What the other threads need.
   * @param owner The port, and a function to call at the close.
   */
  constructor(
    callback: RemoteFunction,
    token: RemoteToken,
    owner: { port: CompletionPort; onClose: () => void },
  ) {
    this.#callback = callback;
    this.token = token;
    this.#port = owner.port;
    this.#onClose = owner.onClose;
    this.#state = new Int32Array(token.state);
    this.ref();
  }

  /** True from `close` on. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Keeps the process alive while the callback is open (the default). */
  ref(): void {
    if (this.#referenced || this.#closed) return;
    this.#referenced = true;
    this.#port.hold();
  }

  /** Lets the process end although the callback is open. */
  unref(): void {
    if (!this.#referenced) return;
    this.#referenced = false;
    this.#port.unhold();
  }

  /** Drops calls that have not run, and refuses further ones. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.unref();
    this.#closed = true;
    Atomics.store(this.#state, CALLBACK_CLOSED, 1);
    this.#onClose();
  }

  /** Closes the callback. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * The async context in which the function was exported. For the loop.
   *
   * @ignore
   */
  get context(): AsyncContext {
    return this.#context;
  }

  /**
   * The function. For the loop.
   *
   * @ignore
   */
  get callback(): RemoteFunction {
    return this.#callback;
  }

  /**
   * Runs the function with what a thread has posted. For the loop.
   *
   * @ignore
   * @param posted The value in the packet.
   * @returns What the function returns.
   */
  run(posted: number): unknown {
    if (this.#closed) return undefined;
    if (!this.token.coalesce) return this.#callback(posted);
    // Before the value is read: a later call must post again.
    Atomics.store(this.#state, WAKE_PENDING, 0);
    return this.#callback(Atomics.load(this.#state, LATEST_VALUE) >>> 0);
  }
}

/** The exported callbacks of a loop. */
export class RemoteCallbacks {
  readonly #host: LoopHost;
  readonly #gate = new PostGate();
  readonly #callbacks = new Map<number, RemoteCallback>();
  #nextId = 1;

  /** @param host The loop, whose port dispatches the calls from now on. */
  constructor(host: LoopHost) {
    this.#host = host;
    const port = portOf(host.proactor);
    port.onCall = (id, value) => this.#dispatch(id, value);
    port.onClose = () => this.#gate.close();
  }

  /**
   * Lets other threads call a function.
   *
   * @param callback The function.
   * @param options Whether calls coalesce.
   * @returns The open callback.
   * @throws {TypeError} when `callback` is not a function.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  open(
    callback: RemoteFunction,
    options: ExportCallbackOptions,
  ): RemoteCallback {
    assertFunction("export callback", callback);
    this.#host.assertOpen("export callback");
    const port = portOf(this.#host.proactor);
    port.assertOpen("export callback");
    const id = this.#nextId++;
    const remote = new RemoteCallback(callback, {
      port: port.handle,
      id,
      coalesce: options.coalesce ?? false,
      gate: this.#gate.buffer,
      state: new SharedArrayBuffer(STATE_SIZE),
    }, { port, onClose: () => void this.#callbacks.delete(id) });
    this.#callbacks.set(id, remote);
    return remote;
  }

  /** Closes all of them. */
  close(): void {
    for (const remote of [...this.#callbacks.values()]) remote.close();
  }

  /** A call that was posted before the close of its callback is dropped. */
  #dispatch(id: number, value: number): void {
    const remote = this.#callbacks.get(id);
    if (remote === undefined) return;
    const { context, callback } = remote;
    this.#host.callSoon(() => remote.run(value), context, callback);
  }
}
