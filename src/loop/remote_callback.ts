/**
 * Callbacks of a loop that other threads can call: the loop's side.
 *
 * @module
 */

import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { PostGate } from "./post_gate.ts";

/** The place in the `state` of a token that is not 0 after the close. */
export const CALLBACK_CLOSED = 0;

/** The place that is not 0 while a packet of a coalescing callback is on its way. */
export const WAKE_PENDING = 1;

/** The place of what a coalescing callback will be given. */
export const LATEST_VALUE = 2;

/** Bytes of the `state` of a token. */
export const STATE_SIZE = 12;

/** Names a callback of a loop to another thread; `postMessage` carries it. */
export interface RemoteToken {
  /** The completion port of the loop. */
  readonly port: bigint;
  /** The callback. */
  readonly id: number;
  /** True when calls coalesce. */
  readonly coalesce: boolean;
  /** Keeps the port open while threads post to it; one for each loop. */
  readonly gate: SharedArrayBuffer;
  /** What the threads know of the callback. */
  readonly state: SharedArrayBuffer;
}

/** Options of `exportCallback`. */
export interface ExportCallbackOptions {
  /**
   * True makes one call of those that come before the loop gets to the
   * callback. It is given the value of the last one. However often it is
   * called, at most one packet waits on the port.
   *
   * @default {false}
   */
  coalesce?: boolean | undefined;
}

/** A function that other threads can call, with a u32. */
export type RemoteFunction = (value: number) => unknown;

/** What the exported callbacks need of their loop. */
export interface RemoteHost {
  /** The port that the calls come through. */
  readonly port: CompletionPort;
  /**
   * Runs a function in the next turn of the loop.
   *
   * @param call The function.
   */
  schedule(call: () => unknown): void;
}

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
   * @param owner The port, and who is told of the close.
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

  /** Keeps the process alive while the callback is open; so it is at first. */
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

  /** Drops the calls that have not run and refuses others. Idempotent. */
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
  readonly #host: RemoteHost;
  readonly #gate = new PostGate();
  readonly #callbacks = new Map<number, RemoteCallback>();
  #nextId = 1;

  /** @param host The loop; from now on its port tells of calls. */
  constructor(host: RemoteHost) {
    this.#host = host;
    host.port.onCall = (id, value) => this.#dispatch(id, value);
    host.port.onClose = () => this.#gate.close();
  }

  /**
   * Lets other threads call a function.
   *
   * @param callback The function.
   * @param options Whether calls coalesce.
   * @returns The open callback.
   * @throws {Deno.errors.BadResource} when the proactor is closed.
   */
  open(
    callback: RemoteFunction,
    options: ExportCallbackOptions,
  ): RemoteCallback {
    const { port } = this.#host;
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

  /** A call that was on its way when its callback was closed is dropped. */
  #dispatch(id: number, value: number): void {
    const remote = this.#callbacks.get(id);
    if (remote) this.#host.schedule(() => remote.run(value));
  }
}
