/**
 * `WaitProactor`: waits for kernel objects, on the port.
 *
 * @module
 */

import { NativeWaits } from "../ffi/wait/native.ts";
import type { WaitApi } from "../ffi/wait/api.ts";
import type { Handle } from "../ffi/win32_api.ts";
import { assertHandle, cancelBySignal, waitMilliseconds } from "./arguments.ts";
import { DEFAULT_DEADLINE } from "./base_proactor.ts";
import type { CompletionPort } from "./port/completion_port.ts";
import { HandleWait } from "./wait/handle_wait.ts";
import { HandleWaits } from "./wait/handle_waits.ts";
import type {
  CloseOptions,
  HandleLike,
  IocpProactorOptions,
  WaitHandleOptions,
} from "./proactor_options.ts";
import { SocketProactor } from "./socket_proactor.ts";
import { WaitHandleFuture } from "./wait/wait_handle_future.ts";

/**
 * Waits for processes, events and other kernel objects on a completion port;
 * see {@linkcode IocpProactor} for the proactor to use.
 *
 * @example Usage
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 * import { subprocessExec } from "@iocp/proactor/process";
 *
 * const SYNCHRONIZE = 0x0010_0000;
 * const { OpenProcess } = Deno.dlopen("kernel32.dll", {
 *   OpenProcess: { parameters: ["u32", "i32", "u32"], result: "usize" },
 * }).symbols;
 * await using child = await subprocessExec("whoami.exe", { stdout: "null" });
 * await using proactor = new IocpProactor();
 * await proactor.waitForHandle(OpenProcess(SYNCHRONIZE, 0, child.pid));
 * console.log("The process has ended"); // The process has ended
 * ```
 */
export abstract class WaitProactor extends SocketProactor {
  readonly #api: WaitApi | undefined;
  readonly #pending = new Map<Handle, Set<WaitHandleFuture>>();
  #waits: HandleWaits | undefined;

  /**
   * Creates a completion port.
   *
   * @param options Concurrency and skip mode.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   * @throws {RangeError} when the concurrency is not a DWORD.
   */
  constructor(options: IocpProactorOptions = {}) {
    super(options);
    this.#api = options.waits;
    proactors.set(this.port, this);
  }

  /**
   * Waits for a process, thread, event, semaphore, mutex, waitable timer or
   * change notification, without blocking a thread for each. There may be
   * several waits for one handle; the signal of an auto-reset event, a
   * semaphore or a synchronization timer ends one of them. The counterpart of
   * asyncio's `wait_for_handle`.
   *
   * When the object is signalled already, the future is done when the call
   * returns, but for those that end in the next turn, so that others have their
   * turn between waits that end at once. The wait holds a duplicate of the handle: closing the handle
   * elsewhere does not end it, {@linkcode BaseProactor.closeHandle} does.
   *
   * A mutex belongs to the thread that got it: to this one when it was free,
   * else to one of Windows's, which never releases it. So a wait tells when a
   * mutex has become free, but does not serve to lock it. One that its owner
   * has abandoned counts as free.
   *
   * @param handle The handle, which needs the access right SYNCHRONIZE, or its
   * owner.
   * @param options The time-out, and a signal that cancels.
   * @returns True when the object was signalled, false when the time was over.
   * @throws {TypeError} when `handle` is not a handle.
   * @throws {RangeError} when the time-out is negative, not a number or too
   * big.
   * @throws {Deno.errors.BadResource} when the handle or proactor is closed.
   * @throws {Deno.errors.PermissionDenied} when it lacks SYNCHRONIZE.
   */
  waitForHandle(
    handle: HandleLike,
    options: WaitHandleOptions = {},
  ): WaitHandleFuture {
    const milliseconds = waitMilliseconds(options.timeout);
    this.port.assertOpen("wait for handle");
    const object = openHandle(handle);
    const wait = new HandleWait(this.#handleWaits(), object, milliseconds);
    const aborted = options.signal?.aborted ?? false;
    const result = aborted ? undefined : wait.tryNow();
    const future = new WaitHandleFuture(this.port, wait, this.context);
    if (cancelBySignal(future, options.signal)) return future;
    if (result !== undefined) future.resolveAtOnce(result);
    else future.start(wait.owner);
    this.track(wait.owner, future);
    this.#note(future);
    return future;
  }

  /**
   * Closes a handle and forgets it. What is pending on it is cancelled, and
   * waits for it are.
   *
   * @param handle A raw handle that was used with this proactor.
   * @throws {TypeError} when it is not a bigint.
   * @throws {Deno.errors.BadResource} when Windows does not know the handle.
   */
  override closeHandle(handle: Handle): void {
    const reason = new Deno.errors.Interrupted(
      "Cannot wait for handle: the handle was closed",
    );
    for (const wait of this.#pending.get(handle) ?? []) wait.cancel(reason);
    super.closeHandle(handle);
  }

  /**
   * Cancels everything, dispatches what comes of it, and closes the port.
   * Calling it again gives the same promise.
   *
   * @param options The deadline.
   * @returns How many operations Windows had not given back at the deadline;
   * their memory is never used again.
   * @throws {RangeError} when the deadline is negative or not a number.
   */
  override async close(options: CloseOptions = {}): Promise<number> {
    const { deadline = DEFAULT_DEADLINE } = options;
    const end = performance.now() + deadline;
    const operations = await super.close({ deadline });
    await this.#waits?.close(Math.max(0, end - performance.now()));
    return operations;
  }

  /**
   * Waits until the other end of a pipe has read everything, or is gone. That
   * blocks a thread, which is neither this one nor one of Deno's.
   *
   * @ignore
   * @param pipe The pipe.
   * @param signal Ends the wait.
   */
  async drain(pipe: Handle, signal: AbortSignal): Promise<void> {
    const { api } = this.#handleWaits();
    const thread = api.startFlush(pipe);
    if (thread === 0n) return;
    try {
      const flushed = this.waitForHandle(thread, { signal });
      flushed.unref();
      signal.addEventListener("abort", () => flushed.ref(), { once: true });
      await flushed;
    } catch {
      api.cancelSynchronousIo(thread);
    } finally {
      this.port.api.closeHandle(thread);
    }
  }

  #handleWaits(): HandleWaits {
    return this.#waits ??= new HandleWaits(
      this.port,
      this.#api ?? new NativeWaits(this.port.api),
    );
  }

  /** Knows the waits for a handle, for its close. */
  #note(future: WaitHandleFuture): void {
    if (!future.pending) return;
    const { handle } = future;
    let futures = this.#pending.get(handle);
    if (!futures) this.#pending.set(handle, futures = new Set());
    futures.add(future);
    const { onDone } = future;
    future.onDone = () => {
      futures.delete(future);
      if (futures.size === 0) this.#pending.delete(handle);
      onDone?.();
    };
  }
}

const proactors = new WeakMap<CompletionPort, WaitProactor>();

/**
 * Waits until the other end of a pipe has read everything, or is gone.
 *
 * @param port The port of the pipe.
 * @param pipe The pipe.
 * @param signal Ends the wait.
 */
export async function drainPipe(
  port: CompletionPort,
  pipe: Handle,
  signal: AbortSignal,
): Promise<void> {
  // Without waits, or memory for one, the reader must be quick.
  await proactors.get(port)?.drain(pipe, signal).catch(() => {});
}

function openHandle(handle: HandleLike): Handle {
  const owned = typeof handle === "object" && handle !== null;
  const value = owned ? handle.handle ?? 0n : handle;
  assertHandle("wait for handle", value);
  return value;
}
