/**
 * An open file or directory on the completion port: who uses its handle, and
 * when it can be closed.
 *
 * @module
 */

import { type FailedCall, windowsError } from "../ffi/errors.ts";
import type { FileApi } from "../ffi/file/api.ts";
import type { Handle } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { PortDependent } from "../proactor/port/port_life.ts";
import { fileThreads } from "../proactor/call/open_path.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { type FileBuffers, fileBuffers } from "./file_buffers.ts";

/**
 * Takes back what opening a file has made.
 *
 * @param files The file system.
 * @param handle The file, which is closed afterwards.
 */
export type UndoCall = (files: FileApi, handle: Handle) => Promise<unknown>;

/** What is known of an open file. */
export interface FileTraits {
  /** The file system. */
  files: FileApi;
  /** What messages call it: `file "C:\x"`. */
  name: string;
  /** Made before the handle is closed, unless the file is kept. */
  undo?: UndoCall | undefined;
}

/**
 * Owns a handle. It is closed when nobody uses its value any more: an
 * overlapped operation is cancelled by the close, but a call that waits for
 * its thread would work on whatever has the value by then.
 */
export class FileCore implements PortDependent {
  /** The completion port. */
  readonly port: CompletionPort;
  /** What the port knows of the handle. */
  readonly handle: PortHandle;
  /** Native buffers, until it has finished. */
  readonly buffers: FileBuffers;
  /** Bytes that the file has, as far as is known: it may have been cut off. */
  end = 0;
  readonly #traits: FileTraits;
  readonly #lanes = new Set<object>();
  readonly #finished = Promise.withResolvers<void>();
  #undo: UndoCall | undefined;
  #calls = 0;
  #closing = false;

  /**
   * @param port The completion port.
   * @param handle A handle on it; this object's from now on.
   * @param traits What is known of the file.
   */
  constructor(port: CompletionPort, handle: PortHandle, traits: FileTraits) {
    this.port = port;
    this.handle = handle;
    this.#traits = traits;
    this.#undo = traits.undo;
    this.buffers = fileBuffers(port);
    this.buffers.addFile();
    port.dependents.add(this);
  }

  /** True from `close` on. */
  get closing(): boolean {
    return this.#closing;
  }

  /** Resolves when the handle is closed and the kernel has let go. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** What messages call it. */
  get name(): string {
    return this.#traits.name;
  }

  /**
   * Takes note of who has a slot for the file.
   *
   * @param lane The lane, until `deleteLane`.
   */
  addLane(lane: object): void {
    this.#lanes.add(lane);
  }

  /** @param lane Has given its slot back. */
  deleteLane(lane: object): void {
    this.#lanes.delete(lane);
    this.#review();
  }

  /**
   * Makes a call on another thread, for which the handle stays open.
   *
   * @typeParam T What it brings.
   * @param action The beginning of an error's message: `"flush"`.
   * @param call Given the file system and the handle.
   * @returns What the call has brought.
   * @throws {Deno.errors.BadResource} when the file is closed.
   */
  async call<T>(
    action: string,
    call: (files: FileApi, handle: Handle) => Promise<T>,
  ): Promise<T> {
    this.assertOpen(action);
    return await this.#onThread(call);
  }

  /**
   * Keeps the handle open for a call on another thread.
   *
   * @returns Called when the call needs it no more, which may be more than once.
   */
  enter(): () => void {
    let inside = true;
    this.#calls++;
    return () => {
      if (!inside) return;
      inside = false;
      this.#calls--;
      if (this.#closing) this.#closeHandle();
    };
  }

  /**
   * Makes a call on another thread, for which the caller has entered.
   *
   * @typeParam T What it brings.
   * @param call Given the file system and the handle.
   * @returns What the call has brought.
   */
  run<T>(call: (files: FileApi, handle: Handle) => Promise<T>): Promise<T> {
    const { handle } = this.handle;
    return fileThreads.run(() => call(this.#traits.files, handle));
  }

  /** What was made stays from now on, also when the file is closed. */
  keep(): void {
    this.#undo = undefined;
  }

  /**
   * Cancels what is pending and closes the handle: now, or when the calls on
   * other threads have returned. Idempotent.
   */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#undo !== undefined) this.#onThread(this.#undo).catch(() => {});
    if (this.#calls > 0) this.handle.cancel(0n);
    this.#closeHandle();
  }

  /** Called when the port closes. */
  destroy(): void {
    this.close();
  }

  /**
   * Refuses to work on a closed file.
   *
   * @param action The beginning of the message: `"read from"`.
   * @throws {Deno.errors.BadResource} when it is closed.
   */
  assertOpen(action: string): void {
    if (!this.#closing) return;
    throw new Deno.errors.BadResource(
      `Cannot ${action} ${this.name}: it is closed`,
    );
  }

  /**
   * Makes the error of a call.
   *
   * @param code The Win32 code.
   * @param call The function, and what was tried: `"read from"`.
   * @returns The error.
   */
  error(code: number, call: FailedCall): Error {
    return windowsError(this.port.api, code, {
      ...call,
      action: `Cannot ${call.action} ${this.name}`,
    });
  }

  /**
   * Makes the error of a read.
   *
   * @param code The Win32 code.
   * @returns The error.
   */
  readError(code: number): Error {
    return this.error(code, { syscall: "ReadFile", action: "read from" });
  }

  /**
   * Makes the error of a write.
   *
   * @param code The Win32 code.
   * @returns The error.
   */
  writeError(code: number): Error {
    return this.error(code, { syscall: "WriteFile", action: "write to" });
  }

  async #onThread<T>(
    call: (files: FileApi, handle: Handle) => Promise<T>,
  ): Promise<T> {
    const leave = this.enter();
    try {
      return await this.run(call);
    } finally {
      leave();
    }
  }

  #closeHandle(): void {
    if (this.#calls > 0) return;
    this.port.dependents.delete(this);
    this.port.closeHandle(this.handle);
    this.#review();
  }

  #review(): void {
    if (!this.handle.closed || this.#lanes.size > 0) return;
    this.buffers.deleteFile();
    this.#finished.resolve();
  }
}
