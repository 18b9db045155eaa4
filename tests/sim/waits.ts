/**
 * Registered waits of the simulated kernel: the thread that waits, the callback
 * in its single steps, and the unregistration on another thread. Sources: MS,
 * RegisterWaitForSingleObject, UnregisterWaitEx and FlushFileBuffers.
 *
 * @module
 */

import {
  ERROR_IO_PENDING,
  ERROR_NOT_FOUND,
  INFINITE,
  WAIT_OBJECT_0,
  WAIT_TIMEOUT,
} from "../../src/ffi/constants.ts";
import type { WaitApi, WaitParameters } from "../../src/ffi/wait/api.ts";
import {
  WAIT_RECORD,
  WAIT_RECORD_FIRED,
} from "../../src/ffi/wait/wait_callback.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { SimulatedTimer } from "./clock.ts";
import type { Kernel } from "./kernel.ts";
import { hex } from "./memory.ts";
import { PipeEnd } from "./pipe_end.ts";
import { Mutex, WaitableObject } from "./waitable.ts";

const ERROR_INVALID_HANDLE = 6;
const ERROR_NOT_OWNER = 288;
const SLOT = 64n;
const FIRST_WAIT = 0x2_0000n;

/**
 * How far a wait is: nobody has ended it; Windows will call the callback; it
 * has set `fired`; it has posted; it has returned.
 */
export type WaitPhase = "armed" | "due" | "fired" | "posted" | "returned";

/** What can happen to a wait next. */
export type WaitStepName =
  | "signal"
  | "fire"
  | "drop"
  | "post"
  | "return"
  | "join";

/** A step that may happen now. */
export interface WaitStep {
  /** The wait. */
  readonly wait: RegisteredWait;
  /** What would happen. */
  readonly name: WaitStepName;
}

/** A registered wait. */
export class RegisteredWait {
  /** Its number, from 1. */
  readonly id: number;
  /** The arguments. */
  readonly parameters: WaitParameters;
  /** The object. */
  readonly object: WaitableObject;
  /** How far it is. */
  phase: WaitPhase = "armed";
  /** True when the time was over first. */
  timedOut = false;
  /** Ends the unregistration on another thread, once there is one. */
  joined: ((ok: number) => void) | null = null;
  /** Its time-out. */
  timer: SimulatedTimer | null = null;

  /**
   * @param id Its number.
   * @param parameters The arguments.
   * @param object The object.
   */
  constructor(id: number, parameters: WaitParameters, object: WaitableObject) {
    this.id = id;
    this.parameters = parameters;
    this.object = object;
  }

  /** A name for messages: `wait #3`. */
  get name(): string {
    return `wait #${this.id}`;
  }
}

/** The waits of a simulated kernel. */
export class SimulatedWaits implements WaitApi {
  lastError = 0;
  /** True when only `step` lets something happen. */
  manual = false;
  /** Calls that shall fail once, and the code. */
  readonly failures = new Map<keyof WaitApi, number>();
  /** Calls so far, by name. */
  readonly calls = new Map<keyof WaitApi, number>();
  readonly #kernel: Kernel;
  readonly #waits = new Map<Handle, RegisteredWait>();
  readonly #flushes = new WeakMap<WaitableObject, () => void>();
  #lastId = 0;

  /** @param kernel The kernel. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Waits that were not unregistered. */
  get registered(): number {
    return this.#waits.size;
  }

  /** What can happen now, oldest wait first. */
  get steps(): WaitStep[] {
    return [...this.#waits.values()].flatMap((wait) =>
      stepsOf(wait).map((name) => ({ wait, name }))
    );
  }

  // --- objects -------------------------------------------------------------

  /**
   * `CreateEventW`.
   *
   * @param manualReset False for one that a wait resets.
   * @returns The handle of an event that is not signalled.
   */
  createEvent(manualReset: boolean): Handle {
    return this.#kernel.handles.open(new WaitableObject(0, manualReset));
  }

  /**
   * `CreateSemaphoreW`.
   *
   * @returns The handle of a semaphore of which none is free.
   */
  createSemaphore(): Handle {
    const semaphore = new WaitableObject(0, false, "Semaphore");
    return this.#kernel.handles.open(semaphore);
  }

  /**
   * `CreateMutexW`.
   *
   * @param owned Whether this thread owns it from the beginning.
   * @returns The handle.
   */
  createMutex(owned: boolean): Handle {
    return this.#kernel.handles.open(new Mutex(owned ? "main" : null));
  }

  /**
   * `ReleaseMutex` on this thread.
   *
   * @param mutex The handle.
   * @returns 0, or ERROR_NOT_OWNER.
   */
  releaseMutex(mutex: Handle): number {
    const released = (this.#waitable(mutex) as Mutex).release("main");
    this.settle();
    return released ? 0 : ERROR_NOT_OWNER;
  }

  /**
   * `SetEvent`.
   *
   * @param event The handle.
   */
  setEvent(event: Handle): void {
    this.#waitable(event)!.signals = 1;
    this.settle();
  }

  /**
   * `ReleaseSemaphore`.
   *
   * @param semaphore The handle.
   * @param count How many.
   */
  releaseSemaphore(semaphore: Handle, count = 1): void {
    this.#waitable(semaphore)!.signals += count;
    this.settle();
  }

  /**
   * Tells whether a wait would end at once.
   *
   * @param handle The handle.
   * @returns True when the object is signalled.
   */
  isSignalled(handle: Handle): boolean {
    return this.#waitable(handle)!.isSignalledFor("main");
  }

  // --- the calls -----------------------------------------------------------

  isMutex(handle: Handle): boolean {
    return this.#waitable(handle) instanceof Mutex;
  }

  tryWait(handle: Handle): number {
    if (this.#fails("tryWait")) return this.lastError;
    const object = this.#waitable(handle);
    if (object === null) return this.lastError = ERROR_INVALID_HANDLE;
    if (!object.isSignalledFor("main")) return WAIT_TIMEOUT;
    object.take("main");
    return WAIT_OBJECT_0;
  }

  duplicateHandle(handle: Handle): Handle {
    if (this.#fails("duplicateHandle")) return 0n;
    const object = this.#kernel.handles.get(handle);
    if (object !== undefined) return this.#kernel.handles.open(object);
    this.lastError = ERROR_INVALID_HANDLE;
    return 0n;
  }

  registerWait(parameters: WaitParameters): Handle {
    if (this.#fails("registerWait")) return 0n;
    const object = this.#waitable(parameters.object);
    if (object === null) return this.lastError = ERROR_INVALID_HANDLE, 0n;
    const wait = new RegisteredWait(++this.#lastId, parameters, object);
    const { context, milliseconds } = parameters;
    const label = `slot of ${wait.name}`;
    const end = context + SLOT;
    const { claims } = this.#kernel.guard;
    claims.add(wait, { start: context, end, writes: true, label });
    const handle = FIRST_WAIT + BigInt(wait.id * 16);
    this.#waits.set(handle, wait);
    if (milliseconds !== INFINITE) this.#setTimer(wait, milliseconds);
    this.settle();
    return handle;
  }

  unregisterWait(handle: Handle): number {
    if (this.#fails("unregisterWait")) return this.lastError;
    const wait = this.#registeredWait(handle);
    if (wait === undefined) return this.lastError = ERROR_INVALID_HANDLE;
    if (wait.phase === "armed" || wait.phase === "due") {
      this.#violation(`${wait.name} unregistered before its packet came`);
    }
    this.#waits.delete(handle);
    return wait.phase === "returned" ? 0 : ERROR_IO_PENDING;
  }

  unregisterWaitAndJoin(handle: Handle): Promise<number> {
    if (this.#fails("unregisterWaitAndJoin")) return Promise.resolve(0);
    const wait = this.#registeredWait(handle);
    if (wait === undefined) return Promise.resolve(0);
    const { promise, resolve } = Promise.withResolvers<number>();
    wait.joined = (ok) => {
      this.#waits.delete(handle);
      resolve(ok);
    };
    // On another thread, so never before this call has returned.
    queueMicrotask(() => this.settle());
    return promise;
  }

  startFlush(file: Handle): Handle {
    if (this.#fails("startFlush")) return 0n;
    const thread = new WaitableObject(0, true, "Thread");
    const end = this.#kernel.handles.get(file);
    const ended = (): void => {
      thread.signals = Infinity;
      this.settle();
    };
    if (end instanceof PipeEnd) end.outgoing.whenEmpty(ended);
    else ended();
    this.#flushes.set(thread, ended);
    return this.#kernel.handles.open(thread);
  }

  cancelSynchronousIo(thread: Handle): number {
    if (this.#fails("cancelSynchronousIo")) return this.lastError;
    const ended = this.#flushes.get(this.#waitable(thread)!);
    if (ended === undefined) return this.lastError = ERROR_NOT_FOUND;
    ended();
    return 0;
  }

  // --- steps ---------------------------------------------------------------

  /**
   * Lets one thing happen.
   *
   * @param step One of `steps`.
   */
  step({ wait, name }: WaitStep): void {
    if (name === "signal") return this.#signal(wait);
    if (name === "fire") return this.#fire(wait);
    if (name === "drop") return this.#drop(wait);
    if (name === "post") return this.#post(wait);
    if (name === "return") wait.phase = "returned";
    else this.#join(wait);
  }

  /** Lets everything happen that can, unless the test picks. */
  settle(): void {
    if (this.manual) return;
    for (;;) {
      // Windows drops no callback that is due.
      const step = this.steps.find(({ name }) => name !== "drop");
      if (step === undefined) return;
      this.step(step);
    }
  }

  #signal(wait: RegisteredWait): void {
    const { object } = wait.parameters;
    if (this.#kernel.handles.get(object) !== wait.object) {
      this.#violation(`handle ${hex(object)} closed under ${wait.name}`);
    }
    wait.timer?.cancel();
    if (!wait.timedOut) wait.object.take("pool");
    wait.phase = "due";
  }

  #fire(wait: RegisteredWait): void {
    const { memory } = this.#kernel.guard;
    const at = wait.parameters.context + WAIT_RECORD_FIRED;
    if (this.#kernel.guard.touch(wait, at, 4)) {
      memory.write(at, new Uint8Array([1, 0, 0, 0]));
    }
    wait.phase = "fired";
  }

  #drop(wait: RegisteredWait): void {
    this.#kernel.guard.claims.release(wait);
    wait.phase = "returned";
  }

  #post(wait: RegisteredWait): void {
    const { guard, handles } = this.#kernel;
    const { context } = wait.parameters;
    const record = new BigUint64Array(2);
    guard.memory.read(new Uint8Array(record.buffer), context + WAIT_RECORD);
    guard.claims.release(wait);
    wait.phase = "posted";
    const port = this.#kernel.port(record[0]!);
    if (port === null) {
      this.#violation(`${wait.name} posted to ${hex(record[0]!)}, no port`);
    }
    if (port === null || handles.isStale(record[0]!)) return;
    const bytes = Number(wait.timedOut);
    const key = Number(record[1]);
    const packet = { key, overlapped: context, status: 0, bytes };
    const held = { port, packet: { ...packet, operation: null } };
    if (this.#kernel.holdPackets) this.#kernel.held.push(held);
    else port.push(held.packet);
  }

  #join(wait: RegisteredWait): void {
    wait.timer?.cancel();
    this.#kernel.guard.claims.release(wait);
    wait.joined!(1);
  }

  #setTimer(wait: RegisteredWait, milliseconds: number): void {
    wait.timer = this.#kernel.clock.schedule(milliseconds, () => {
      if (wait.phase === "armed") wait.timedOut = true;
      this.settle();
    });
  }

  #waitable(handle: Handle): WaitableObject | null {
    const object = this.#kernel.handles.get(handle);
    return object instanceof WaitableObject ? object : null;
  }

  #registeredWait(handle: Handle): RegisteredWait | undefined {
    const wait = this.#waits.get(handle);
    if (wait === undefined || wait.joined !== null) {
      this.#violation(`wait ${hex(handle)} unregistered twice`);
    }
    return wait;
  }

  #violation(text: string): void {
    this.#kernel.guard.violations.push(text);
  }

  #fails(name: keyof WaitApi): boolean {
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1);
    const code = this.failures.get(name);
    if (code === undefined) return false;
    this.failures.delete(name);
    this.lastError = code;
    return true;
  }
}

function stepsOf(wait: RegisteredWait): WaitStepName[] {
  const join: WaitStepName[] = wait.joined === null ? [] : ["join"];
  switch (wait.phase) {
    case "armed":
      return wait.timedOut || wait.object.isSignalledFor("pool")
        ? ["signal", ...join]
        : join;
    case "due":
      return join.length > 0 ? ["fire", "drop"] : ["fire"];
    case "fired":
      return ["post"];
    case "posted":
      return ["return"];
    case "returned":
      return join;
  }
}
