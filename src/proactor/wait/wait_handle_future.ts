/**
 * `WaitHandleFuture`: the future of a wait for a kernel object.
 *
 * @module
 */

import { ERROR_OPERATION_ABORTED } from "../../ffi/constants.ts";
import type { Handle } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import type { FutureContext } from "../future/future.ts";
import { type HandleWait, WAIT_CANCELLED } from "./handle_wait.ts";
import type { Operation, OperationKind } from "../port/operation.ts";
import { OverlappedFuture } from "../future/overlapped_future.ts";

/**
 * The future of a wait for a process, event, semaphore or another object: true
 * when it was signalled, false when the time was over. The counterpart of
 * asyncio's `_WaitHandleFuture`, which tests the object again to tell one from
 * the other; here the wait itself says what ended it, so that an auto-reset
 * event is consumed once.
 *
 * Cancelling is a request to Windows: a wait that has ended before it is not
 * cancelled, but has its result. Whether a signal is consumed that an
 * auto-reset event or a semaphore gets while Windows unregisters the wait is
 * not documented (Wine loses some). Where each signal counts, use a time-out
 * instead of a cancellation: a wait that times out consumes nothing.
 *
 * @example Usage
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 *
 * const { CreateEventW } = Deno.dlopen("kernel32.dll", {
 *   CreateEventW: {
 *     parameters: ["pointer", "i32", "i32", "pointer"],
 *     result: "usize",
 *   },
 * }).symbols;
 * const event = CreateEventW(null, 1, 0, null);
 * await using proactor = new IocpProactor();
 * const wait = proactor.waitForHandle(event, { timeout: 500 });
 * console.log(await wait ? "signalled" : "timed out"); // timed out
 * ```
 */
export class WaitHandleFuture extends OverlappedFuture<boolean> {
  readonly #port: CompletionPort;
  readonly #wait: HandleWait;

  /**
   * Made by the proactor; not to be called by others.
   *
   * @ignore
   * @param port The completion port.
   * @param wait The wait.
   * @param context How callbacks run.
   */
  constructor(
    port: CompletionPort,
    wait: HandleWait,
    context?: FutureContext,
  ) {
    super(port, wait, context);
    this.#port = port;
    this.#wait = wait;
  }

  /** The handle that is waited for. */
  get handle(): Handle {
    return this.#wait.owner.handle;
  }

  /** Keeps the process alive while the wait is pending; so it is at first. */
  ref(): void {
    this.#port.setReferenced(this.#wait.owner, true);
  }

  /** Lets the process end although the wait is pending. */
  unref(): void {
    this.#port.setReferenced(this.#wait.owner, false);
  }

  /**
   * What it does, in a word.
   *
   * @ignore
   */
  override get kind(): OperationKind {
    return "wait";
  }

  /**
   * Called by the dispatch.
   *
   * @ignore
   * @param operation The slot; pending when no packet came before the close.
   * @param code 0, or ERROR_OPERATION_ABORTED when no packet came.
   * @param bytes What ended the wait.
   */
  override onCompletion(
    operation: Operation,
    code: number,
    bytes: number,
  ): void {
    if (operation.pending) this.#wait.abandon();
    else this.#wait.end();
    const cancelled = bytes === WAIT_CANCELLED;
    const end = cancelled ? ERROR_OPERATION_ABORTED : code;
    super.onCompletion(operation, end, bytes);
  }

  /**
   * The parts of the description.
   *
   * @ignore
   * @returns The state, the handle, and the end.
   */
  protected override describe(): string[] {
    const handle = `handle=0x${this.handle.toString(16)}`;
    return super.describe(this.done() ? [handle] : [handle, "waiting"]);
  }
}
