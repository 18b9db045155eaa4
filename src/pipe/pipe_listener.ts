/**
 * Instances of a named pipe that wait for clients.
 *
 * A listener outlives its clients: whatever happens to one of them, as many
 * instances as were asked for are waiting again, and before a connected
 * instance is handed out its successor is armed.
 *
 * It owns the name for as long as it lives: one instance more, to which nobody
 * can connect, is there from the beginning to the end. Otherwise anybody could
 * create the name when the last client has left, and would get the next ones.
 *
 * @module
 */

import {
  ERROR_ACCESS_DENIED,
  ERROR_IO_PENDING,
  ERROR_PIPE_BUSY,
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  SECURITY_ANONYMOUS,
  SECURITY_SQOS_PRESENT,
} from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { type Handle, INVALID_HANDLE_VALUE } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type {
  CompletionListener,
  Operation,
} from "../proactor/port/operation.ts";
import { hasClient } from "../proactor/call/overlapped_calls.ts";
import type { PortDependent } from "../proactor/port/port_life.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { thrownCall } from "../proactor/port/call_outcome.ts";
import { SecurityDescriptor } from "./security.ts";
import type { ListenerOptions } from "./server_options.ts";

/** The pauses after a failure to listen, in milliseconds. */
const FIRST_BACK_OFF = 16;
const LAST_BACK_OFF = 1000;

/** What a listener tells. */
export interface ListenerEvents {
  /** A client has connected; the handle is the receiver's now. */
  onConnected(handle: PortHandle): void;
  /** Something failed; the listener goes on. */
  onError(error: Error): void;
  /** False holds further clients back. */
  hasRoom(): boolean;
  /** After `close`: the kernel has nothing of the listener any more. */
  onReleased(): void;
}

/** Keeps instances of one pipe waiting. */
export class PipeListener implements CompletionListener, PortDependent {
  readonly #port: CompletionPort;
  readonly #options: ListenerOptions;
  readonly #events: ListenerEvents;
  readonly #armed = new Map<Operation, PortHandle>();
  readonly #descriptor: SecurityDescriptor;
  #keeper: Handle = INVALID_HANDLE_VALUE;
  #live = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #backOff = FIRST_BACK_OFF;
  #referenced = true;
  #listening = false;
  #closed = false;

  /**
   * Creates and arms the instances.
   *
   * @param port The completion port.
   * @param options The pipe.
   * @param events Who is told.
   * @throws {Deno.errors.AddrInUse} when the name is served already.
   * @throws {WindowsError} when Windows refuses for another reason.
   */
  constructor(
    port: CompletionPort,
    options: ListenerOptions,
    events: ListenerEvents,
  ) {
    this.#port = port;
    this.#options = options;
    this.#events = events;
    this.#descriptor = new SecurityDescriptor(port.api, options.security);
    try {
      this.#keepName();
      this.#fill();
      this.#listening = true;
      port.dependents.add(this);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Instances that wait for clients now. */
  get armed(): number {
    return this.#armed.size;
  }

  /**
   * Stops listening. Connected instances are not touched. Idempotent.
   */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.dependents.delete(this);
    clearTimeout(this.#timer);
    for (const handle of this.#armed.values()) this.#port.closeHandle(handle);
    if (this.#keeper !== INVALID_HANDLE_VALUE) {
      this.#port.api.closeHandle(this.#keeper);
    }
    this.#descriptor[Symbol.dispose]();
    this.#reviewRelease();
  }

  /** The port closes. */
  destroy(): void {
    this.close();
  }

  /** Called when a connected instance was closed, or taken from the backlog. */
  refill(): void {
    if (this.#closed || this.#timer !== undefined) return;
    try {
      this.#fill();
    } catch (error) {
      this.#failed(error as Error);
    }
  }

  /** Called when a connected instance was closed. */
  released(): void {
    this.#live--;
    this.refill();
  }

  /** @param referenced Whether waiting keeps the process alive. */
  setReferenced(referenced: boolean): void {
    this.#referenced = referenced;
    for (const handle of this.#armed.values()) {
      this.#port.setReferenced(handle, referenced);
    }
  }

  /** What it does, in a word. */
  get kind(): "accept" {
    return "accept";
  }

  /**
   * Called by the dispatch.
   *
   * @param operation The operation of one of our instances.
   * @param code 0 or a Win32 code.
   */
  onCompletion(operation: Operation, code: number): void {
    const handle = this.#armed.get(operation)!;
    this.#armed.delete(operation);
    this.#port.operations.release(operation);
    if (this.#port.closed) this.close();
    if (!this.#closed) return this.#ended(handle, code);
    this.#port.closeHandle(handle);
    this.#reviewRelease();
  }

  #reviewRelease(): void {
    const released = this.#listening && this.#armed.size === 0;
    if (released) this.#events.onReleased();
  }

  /** A wait has ended, at once or by its packet. */
  #ended(handle: PortHandle, code: number): void {
    if (code === 0 || hasClient(code)) return this.#connected(handle);
    this.#port.closeHandle(handle);
    this.#failed(this.#error(code));
  }

  #connected(handle: PortHandle): void {
    this.#live++;
    this.#backOff = FIRST_BACK_OFF;
    this.refill();
    // Only the wait was the listener's to unreference.
    this.#port.setReferenced(handle, true);
    this.#events.onConnected(handle);
  }

  #fill(): void {
    const { instances, maxInstances } = this.#options;
    while (
      !this.#closed && this.#armed.size < instances &&
      this.#armed.size + this.#live < maxInstances && this.#events.hasRoom()
    ) {
      this.#arm(this.#create());
    }
  }

  /** A client that is faster than us has an instance; then it is the next. */
  #keepName(): void {
    for (let instance = this.#createFirst();; instance = this.#create()) {
      const code = this.#block(instance);
      if (code === 0) return;
      this.#arm(instance);
      if (code === ERROR_ACCESS_DENIED) return;
      if (code !== ERROR_PIPE_BUSY) throw this.#createError(code, false);
    }
  }

  /** An instance whose only client, which is ours, has left is no one's. */
  #block(instance: Handle): number {
    const { api } = this.#port;
    const client = api.createFile({
      name: this.#options.path,
      access: 0,
      shareMode: 0,
      flags: (SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS) >>> 0,
    });
    if (client === INVALID_HANDLE_VALUE) return api.lastError;
    api.closeHandle(client);
    this.#keeper = instance;
    api.threadHandles?.add(instance, "CloseHandle");
    return 0;
  }

  #arm(instance: Handle): void {
    const { handle, operation } = this.#register(instance);
    this.#armed.set(operation, handle);
    this.#port.begin(operation);
    const started = this.#connect(instance, operation);
    const code = this.#port.settle(operation, started);
    if (code !== ERROR_IO_PENDING) this.#connectedAtOnce(operation, code);
  }

  #connect(instance: Handle, { address }: Operation): number {
    try {
      return this.#port.api.connectNamedPipe(instance, address);
    } catch (error) {
      return thrownCall(this.#port, error);
    }
  }

  /** A client was faster than us. It is handed out in the next turn. */
  #connectedAtOnce(operation: Operation, code: number): void {
    this.#port.defer(() => this.onCompletion(operation, code));
  }

  #register(instance: Handle): { handle: PortHandle; operation: Operation } {
    try {
      const warnings = this.#options.messageType;
      const handle = this.#port.associate(instance, { warnings });
      this.#port.setReferenced(handle, this.#referenced);
      return { handle, operation: this.#port.acquire(handle, this) };
    } catch (error) {
      this.#port.api.closeHandle(instance);
      throw error;
    }
  }

  #failed(error: Error): void {
    const temporary = this.#isTemporary(error);
    if (this.#timer === undefined) this.#refillLater();
    if (!temporary) this.#events.onError(error);
  }

  #refillLater(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.refill();
    }, this.#backOff);
    if (!this.#referenced) Deno.unrefTimer(this.#timer);
    this.#backOff = Math.min(this.#backOff * 2, LAST_BACK_OFF);
  }

  /** An instance that we have closed counts until its client closes it. */
  #isTemporary(error: Error): boolean {
    const limit = "winerror" in error && error.winerror === ERROR_PIPE_BUSY;
    return limit && (this.#live > 0 || this.#backOff < LAST_BACK_OFF);
  }

  /** Without a keeper (who may not open the pipe has none), the name may be
   * somebody else's by now. */
  #create(): Handle {
    const owned = this.#keeper !== INVALID_HANDLE_VALUE ||
      this.#armed.size + this.#live > 0;
    return owned ? this.#createInstance(0) : this.#createFirst();
  }

  #createInstance(flags: number): Handle {
    const { parameters } = this.#options;
    const { api } = this.#port;
    const handle = api.createNamedPipe({
      ...parameters,
      openMode: (parameters.openMode | flags) >>> 0,
      securityDescriptor: this.#descriptor.address,
    });
    if (handle !== INVALID_HANDLE_VALUE) return handle;
    throw this.#createError(api.lastError, flags !== 0);
  }

  /** Windows refuses a name that is served; Wine makes another instance. */
  #createFirst(): Handle {
    const handle = this.#createInstance(FILE_FLAG_FIRST_PIPE_INSTANCE);
    const info = this.#port.api.getNamedPipeInfo(handle);
    if (info === null || info.instances <= 1) return handle;
    this.#port.api.closeHandle(handle);
    throw this.#createError(ERROR_ACCESS_DENIED, true);
  }

  #createError(code: number, first: boolean): Error {
    const inUse = first &&
      (code === ERROR_ACCESS_DENIED || code === ERROR_PIPE_BUSY);
    return windowsError(this.#port.api, code, {
      syscall: "CreateNamedPipeW",
      action: `Cannot listen on pipe "${this.#options.path}"`,
      ...(inUse
        ? {
          state: "the name is served already",
          errorClass: Deno.errors.AddrInUse,
        }
        : {}),
    });
  }

  #error(code: number): Error {
    return windowsError(this.#port.api, code, {
      syscall: "ConnectNamedPipe",
      action: `Cannot accept on pipe "${this.#options.path}"`,
    });
  }
}
