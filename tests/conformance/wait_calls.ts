/**
 * The calls on objects to wait for that traces make.
 *
 * @module
 */

import {
  encodeWaitRecord,
  WAIT_RECORD,
} from "../../src/ffi/wait/wait_callback.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { answer, type Bench } from "./bench.ts";

/** Calls for waits. */
export class WaitCalls {
  readonly #bench: Bench;
  readonly #waits = new Map<string, Handle>();

  /** @param bench Where handles and operations are. */
  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** `CreateEventW`. */
  event(name: string, reset: "manual" | "auto"): string {
    const { system } = this.#bench;
    const handle = system.createEvent(reset === "manual");
    const close = () => void system.win32.closeHandle(handle);
    this.#bench.own(name, handle, close);
    return "ok";
  }

  /** `CreateMutexW`. */
  mutex(name: string): string {
    const { system } = this.#bench;
    const handle = system.createMutex();
    const close = () => void system.win32.closeHandle(handle);
    this.#bench.own(name, handle, close);
    return "ok";
  }

  /** `NtQueryObject`: whether it is a mutex. */
  isMutex(name: string): string {
    return `${this.#bench.system.waits.isMutex(this.#bench.handle(name))}`;
  }

  /** `SetEvent`. */
  signal(name: string): string {
    this.#bench.system.setEvent(this.#bench.handle(name));
    return "ok";
  }

  /** `WaitForSingleObject` without waiting. */
  tryWait(name: string): string {
    return `${this.#bench.system.waits.tryWait(this.#bench.handle(name))}`;
  }

  /** `RegisterWaitForSingleObject`, with the callback that posts. */
  wait(object: string, name: string, milliseconds: number): string {
    const { win32, waits } = this.#bench.system;
    const { overlapped } = this.#bench.operation(name);
    const record = encodeWaitRecord(this.#bench.port, 1);
    win32.copyIn(overlapped + WAIT_RECORD, record);
    const handle = waits.registerWait({
      object: this.#bench.handle(object),
      context: overlapped,
      milliseconds,
    });
    if (handle === 0n) return `error ${waits.lastError}`;
    this.#waits.set(name, handle);
    return "ok";
  }

  /** `UnregisterWaitEx` that does not wait. */
  unregister(name: string): string {
    const { waits } = this.#bench.system;
    const code = waits.unregisterWait(this.#waits.get(name)!);
    // The callback may not have returned yet, which is a matter of time
    return code === 997 ? "ok" : answer(code);
  }

  /** `UnregisterWaitEx` that waits for the callback. */
  async join(name: string): Promise<string> {
    const { waits } = this.#bench.system;
    const wait = this.#waits.get(name)!;
    const ok = await waits.unregisterWaitAndJoin(wait);
    return ok !== 0 ? "ok" : "failed";
  }
}
