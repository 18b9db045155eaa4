/**
 * Registered waits: the native side of a `WaitHandleFuture`.
 *
 * @module
 */

import {
  ERROR_IO_PENDING,
  WAIT_OBJECT_0,
  WAIT_TIMEOUT,
} from "../../ffi/constants.ts";
import { windowsError } from "../../ffi/errors.ts";
import {
  WAIT_RECORD,
  WAIT_RECORD_FIRED,
} from "../../ffi/wait/wait_callback.ts";
import type { Address, Handle } from "../../ffi/win32_api.ts";
import type { HandleWaits } from "./handle_waits.ts";
import type { Operation } from "../port/operation.ts";
import type {
  OverlappedCall,
  OverlappedEnd,
} from "../future/overlapped_future.ts";
import { PortHandle } from "../port/port_handle.ts";
import { WaitCancelFuture } from "./wait_cancel_future.ts";

/** The byte count in the packet of a wait that was cancelled in time. */
export const WAIT_CANCELLED = 2;

/** The object is not on the port: only the packet of the wait can come. */
const MODES = { skipsOnSuccess: true, queuesWarnings: false };

/**
 * One wait: `RegisterWaitForSingleObject`, and its end.
 *
 * Each slot gets exactly one packet. The callback sets `fired` in the record,
 * then posts; it is called at most once, and touches neither the record nor
 * the slot after the post. So when its packet has been dequeued, the slot is
 * free, and `UnregisterWaitEx(NULL)` releases what Windows holds. A cancelled
 * wait is unregistered with `UnregisterWaitEx(INVALID_HANDLE_VALUE)` on another
 * thread: when that has ended, the callback has returned or will never be
 * called, and `fired` is final. If it is set, the callback's packet is on the
 * queue, and counts, because the wait has consumed the object's signal. If not,
 * no packet is there, and we post the only one.
 */
export class HandleWait implements OverlappedCall<boolean> {
  /** No buffer: the record is in the slot. */
  readonly size = 0;
  /** Represents the object at the port, although it is not on it. */
  readonly owner: PortHandle;
  readonly #waits: HandleWaits;
  readonly #milliseconds: number;
  #object: Handle = 0n;
  #registration: Handle = 0n;
  #operation: Operation | undefined;
  #state: "waiting" | "cancelling" | "ended" | "abandoned" = "waiting";
  #syscall = "RegisterWaitForSingleObject";

  /**
   * @param waits The waits of the proactor.
   * @param handle The object.
   * @param milliseconds The longest wait, or INFINITE.
   */
  constructor(waits: HandleWaits, handle: Handle, milliseconds: number) {
    this.#waits = waits;
    this.#milliseconds = milliseconds;
    this.owner = new PortHandle(handle, {
      key: waits.key,
      modes: MODES,
      control: {
        closeHandle: () => 0,
        cancelIoEx: () => this.#cancel(),
      },
    });
  }

  /**
   * Refuses a mutex: the thread whose wait has ended owns it, which is one of
   * Windows' pool, and nobody could release it.
   *
   * @throws {Deno.errors.NotSupported} when the object is a mutex.
   */
  assertNoMutex(): void {
    const { handle } = this.owner;
    if (!this.#waits.api.isMutex(handle)) return;
    throw new Deno.errors.NotSupported(
      `Cannot wait for handle ${handle}: it is a mutex, which the thread that waits would own`,
    );
  }

  /**
   * Tests the object, and consumes its signal, before a wait is registered.
   *
   * @returns The result, or `undefined` when the wait has to be registered.
   * @throws {Deno.errors.BadResource} when the handle is not open.
   * @throws {Deno.errors.PermissionDenied} when it may not be waited for.
   */
  tryNow(): boolean | undefined {
    const code = this.#waits.api.tryWait(this.owner.handle);
    if (code === WAIT_OBJECT_0) return true;
    if (code !== WAIT_TIMEOUT) throw this.#error(code, "WaitForSingleObject");
    return this.#milliseconds === 0 ? false : undefined;
  }

  /**
   * Registers the wait. It holds a duplicate of the handle, since closing a
   * handle that is waited for ends the process on some versions of Windows.
   *
   * @param operation The slot.
   * @returns 997, or the Win32 code of a failure.
   */
  start(operation: Operation): number {
    const { api, port, record } = this.#waits;
    this.#object = api.duplicateHandle(this.owner.handle);
    if (this.#object === 0n) return this.#failed("DuplicateHandle");
    port.api.copyIn(operation.address + WAIT_RECORD, record);
    this.#operation = operation;
    this.#registration = this.#register(operation.address);
    if (this.#registration === 0n) return this.#failed(this.#syscall);
    this.#note();
    this.#waits.registered++;
    return ERROR_IO_PENDING;
  }

  #register(context: Address): Handle {
    const [object, milliseconds] = [this.#object, this.#milliseconds];
    try {
      return this.#waits.api.registerWait({ object, context, milliseconds });
    } catch (error) {
      this.#waits.port.api.closeHandle(object);
      throw error;
    }
  }

  /**
   * Turns the end into a result.
   *
   * @param end The packet: its bytes tell whether the time was over.
   * @returns True when the object was signalled.
   */
  finish(end: OverlappedEnd): boolean {
    if (end.code === 0) return end.bytes === 0;
    throw this.#error(end.code, this.#syscall);
  }

  /** Called when the packet has come. */
  end(): void {
    const cancelling = this.#state === "cancelling";
    this.#state = "ended";
    if (!cancelling) this.#unregister();
  }

  /** Called when no packet came before the close: the slot stays as it is. */
  abandon(): void {
    this.#state = "abandoned";
  }

  /** The callback has posted, and touches none of our memory any more. */
  #unregister(): void {
    this.#forget();
    this.#waits.api.unregisterWait(this.#registration);
    this.#release();
  }

  /** Requests the end of the wait, once. */
  #cancel(): number {
    if (this.#state !== "waiting") return 0;
    this.#state = "cancelling";
    this.#forget();
    const joined = this.#waits.api.unregisterWaitAndJoin(this.#registration);
    const future = new WaitCancelFuture(joined);
    this.#waits.join(future, (ok) => this.#joined(ok));
    return 0;
  }

  /** On success the callback has returned or will never be called. */
  #joined(ok: boolean): void {
    if (!ok) return this.#goOn();
    this.#release();
    if (this.#state !== "cancelling" || this.#fired()) return;
    const { port, key } = this.#waits;
    const code = port.api.postQueuedCompletionStatus(
      port.handle,
      WAIT_CANCELLED,
      key,
      this.#operation!.address,
    );
    if (code !== 0) this.#report("PostQueuedCompletionStatus");
  }

  /** Windows has not unregistered the wait, so the callback will end it. */
  #goOn(): void {
    this.#report("UnregisterWaitEx");
    if (this.#state === "ended") this.#unregister();
    if (this.#state !== "cancelling") return;
    this.#state = "waiting";
    this.#note();
  }

  #fired(): boolean {
    const word = new Uint8Array(4);
    const at = this.#operation!.address + WAIT_RECORD_FIRED;
    this.#waits.port.api.copyOut(word, at);
    return word[0] !== 0;
  }

  /** In a worker the wait ends with the thread. */
  #note(): void {
    const { threadHandles } = this.#waits.port.api;
    threadHandles?.addWait(this.#registration, this.#object);
  }

  /** From now on the wait is not unregistered at the end of the thread. */
  #forget(): void {
    this.#waits.port.api.threadHandles?.remove(this.#registration);
  }

  #release(): void {
    this.#waits.port.api.closeHandle(this.#object);
    this.#waits.registered--;
  }

  #failed(syscall: string): number {
    const code = this.#waits.api.lastError;
    this.#syscall = syscall;
    if (this.#object !== 0n) this.#waits.port.api.closeHandle(this.#object);
    return code;
  }

  #report(syscall: string): void {
    const error = new Error(`Cannot cancel wait: ${syscall} failed`);
    this.#waits.port.report(error, "A wait was not cancelled");
  }

  #error(code: number, syscall: string): Error {
    const action = `Cannot wait for handle ${this.owner.handle}`;
    return windowsError(this.#waits.port.api, code, { syscall, action });
  }
}
