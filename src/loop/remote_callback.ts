/**
 * Callbacks of a loop that other threads can call.
 *
 * @module
 */

import { ERROR_INVALID_HANDLE } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { NativeWin32 } from "../ffi/native_win32.ts";
import type { Win32Api } from "../ffi/win32_api.ts";
import { assertInteger, MAX_DWORD } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import { postCall } from "../proactor/packet_queue.ts";

/** Places in `RemoteToken.shared`. */
const WAKE_PENDING = 0;
const LATEST_VALUE = 1;

/** Names a callback of a loop to another thread; `postMessage` carries it. */
export interface RemoteToken {
  /** The completion port of the loop. */
  readonly port: bigint;
  /** The callback. */
  readonly id: number;
  /** Eight bytes that the threads share, for a callback that coalesces. */
  readonly shared: SharedArrayBuffer | null;
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
  coalesce?: boolean;
}

/** A function that other threads can call, with a u32. */
export type RemoteFunction = (value: number) => unknown;

/** What a callback needs of its loop. */
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
 * ```ts ignore
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * using progress = loop.exportCallback((value) => console.log(value));
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
  readonly #words: Int32Array | null;
  #referenced = false;
  #closed = false;

  /**
   * Made by `exportCallback`.
   *
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
    this.#words = token.shared && new Int32Array(token.shared);
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

  /** Drops calls that have not run, and those that still come. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.unref();
    this.#closed = true;
    this.#onClose();
  }

  /** Closes the callback. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Runs the function with what a thread has posted. For the loop.
   *
   * @param posted The value in the packet.
   * @returns What the function returns.
   */
  run(posted: number): unknown {
    if (this.#closed) return undefined;
    if (this.#words === null) return this.#callback(posted);
    // Before the value is read: a later call must post again.
    Atomics.store(this.#words, WAKE_PENDING, 0);
    return this.#callback(Atomics.load(this.#words, LATEST_VALUE) >>> 0);
  }
}

/** The exported callbacks of a loop. */
export class RemoteCallbacks {
  readonly #host: RemoteHost;
  readonly #callbacks = new Map<number, RemoteCallback>();

  /** @param host The loop; from now on its port tells of calls. */
  constructor(host: RemoteHost) {
    this.#host = host;
    host.port.onCall = (id, value) => this.#dispatch(id, value);
  }

  /**
   * Lets other threads call a function.
   *
   * @param callback The function.
   * @param options Whether calls coalesce.
   * @returns The open callback.
   */
  open(
    callback: RemoteFunction,
    options: ExportCallbackOptions,
  ): RemoteCallback {
    const { port } = this.#host;
    const id = this.#newId();
    const shared = options.coalesce ? new SharedArrayBuffer(8) : null;
    const onClose = () => void this.#callbacks.delete(id);
    const token = { port: port.handle, id, shared };
    const remote = new RemoteCallback(callback, token, { port, onClose });
    this.#callbacks.set(id, remote);
    return remote;
  }

  /** Closes all of them. */
  close(): void {
    for (const remote of [...this.#callbacks.values()]) remote.close();
    this.#host.port.onCall = undefined;
  }

  /** A call of a closed callback may still come; it is dropped. */
  #dispatch(id: number, value: number): void {
    const remote = this.#callbacks.get(id);
    if (remote) this.#host.schedule(() => remote.run(value));
  }

  /**
   * Windows reuses handles: a stale token must not meet a callback of another
   * port, so ids are random.
   */
  #newId(): number {
    const words = new Uint32Array(1);
    do crypto.getRandomValues(words); while (this.#callbacks.has(words[0]!));
    return words[0]!;
  }
}

let native: NativeWin32 | undefined;

/**
 * Calls an exported callback from any thread of the process; it runs in the
 * next turn of its loop. The counterpart of
 * `asyncio.loop.call_soon_threadsafe` for threads other than the loop's own.
 *
 * @example Usage in a worker
 * ```ts ignore
 * import { callSoonThreadsafe, type RemoteToken } from "@iocp/proactor";
 *
 * self.addEventListener("message", (event) => {
 *   const token: RemoteToken = (event as MessageEvent).data;
 *   callSoonThreadsafe(token, 100);
 * });
 * ```
 *
 * @param token The `token` of a {@linkcode RemoteCallback}, usually from
 * `postMessage`.
 * @param value What the callback is given: an integer from 0 to 2^32 - 1.
 * @throws {TypeError} when `token` is not a token, or `value` not a number.
 * @throws {RangeError} when `value` is not an integer in the range.
 * @throws {Deno.errors.BadResource} when the loop is closed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function callSoonThreadsafe(token: RemoteToken, value = 0): void {
  assertToken(token);
  assertValue(value);
  native ??= new NativeWin32();
  postRemoteCall(native, token, value);
}

/**
 * Posts a call to the port of a token, unless one that it would coalesce with
 * waits there.
 *
 * @param api The seam of the calling thread.
 * @param token The callback.
 * @param value A u32 that goes with it.
 * @throws {Deno.errors.BadResource} when the loop is closed.
 * @throws {WindowsError} when Windows does not take the packet.
 */
export function postRemoteCall(
  api: Win32Api,
  token: RemoteToken,
  value: number,
): void {
  const words = token.shared && new Int32Array(token.shared);
  if (words) {
    Atomics.store(words, LATEST_VALUE, value | 0);
    if (Atomics.exchange(words, WAKE_PENDING, 1) === 1) return;
  }
  const code = postCall(api, token, value);
  if (code === 0) return;
  if (words) Atomics.store(words, WAKE_PENDING, 0);
  throw postError(api, code);
}

function postError(api: Win32Api, code: number): Error {
  return windowsError(api, code, {
    syscall: "PostQueuedCompletionStatus",
    action: "Cannot call back",
    ...code === ERROR_INVALID_HANDLE && { state: "the event loop is closed" },
  });
}

function assertToken(token: RemoteToken): void {
  const valid = typeof token?.port === "bigint" &&
    token.port > 0n && token.port < 2n ** 64n &&
    Number.isInteger(token.id) && token.id >= 0 && token.id <= MAX_DWORD &&
    (token.shared === null || isShared(token.shared));
  if (valid) return;
  throw new TypeError("Cannot call back: the token is malformed");
}

function isShared(value: unknown): boolean {
  return value instanceof SharedArrayBuffer && value.byteLength === 8;
}

function assertValue(value: number): void {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot call back: the value is a ${typeof value}, not a number`,
    );
  }
  assertInteger("value", value, [0, MAX_DWORD]);
}
