/**
 * `HandleStream`: a handle that somebody else has opened, as a stream.
 *
 * @module
 */

import type { Handle } from "../ffi/win32_api.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { DeadlineOptions } from "../stream/close_deadline.ts";
import { ConnectionFront, FRONT } from "../stream/connection_front.ts";
import type { SendFileOptions, SendFileSource } from "../stream/file_mover.ts";
import type { StreamConnection } from "../stream/stream_connection.ts";
import { FileIo } from "../stream/stream_io.ts";
import { FILE_SYSCALLS, type ReadOptions } from "../stream/stream_traits.ts";
import { ThreadIo } from "../stream/thread_io.ts";
import type { ShutdownOptions, WaitOptions } from "../stream/wait_options.ts";
import type { HandleKind, HandleTraits } from "./handle_kind.ts";

/** What is known of an adopted handle. */
export interface Adoption extends HandleTraits, DeadlineOptions {
  /** What messages call it. */
  name: string;
  /** What it is used for. */
  direction: "in" | "out" | "duplex";
  /** How bytes move. */
  io: FileIo | ThreadIo;
}

/**
 * A stream over a handle that somebody else has opened, such as a standard
 * stream that a parent gave us.
 *
 * @example Usage
 * ```ts
 * import { type HandleStream, openStdin } from "@iocp/proactor/process";
 *
 * using input: HandleStream = await openStdin();
 * console.log(input.kind, input.driver);
 * for await (const chunk of input.readable) console.log(chunk.length);
 * ```
 */
export class HandleStream implements StreamConnection {
  readonly #front: ConnectionFront;
  readonly #adoption: Adoption;

  /**
   * Made by {@linkcode adoptHandle} and the functions that open the standard
   * streams.
   *
   * @ignore
   * @param port The completion port.
   * @param handle The handle.
   * @param adoption What is known of it.
   */
  constructor(port: CompletionPort, handle: Handle, adoption: Adoption) {
    const { io, kind, direction, messageType } = adoption;
    const registered = io instanceof ThreadIo
      ? io.owner
      : port.associate(handle, { warnings: messageType });
    this.#front = new ConnectionFront(this, { port, handle: registered }, {
      io,
      emptyIsEnd: kind !== "pipe" || messageType,
      probe: kind === "pipe" && !messageType && io instanceof FileIo,
      name: adoption.name,
      readable: direction !== "out",
      writable: direction !== "in",
      messages: messageType,
      syscalls: FILE_SYSCALLS,
      deadline: adoption.deadline,
    });
    this.#adoption = adoption;
  }

  /** What the handle refers to. */
  get kind(): HandleKind {
    return this.#adoption.kind;
  }

  /**
   * What drives it: the completion port; or a thread for each read or write
   * that is pending, where the handle was not opened for overlapped I/O.
   */
  get driver(): "port" | "thread" {
    return this.#adoption.io instanceof FileIo ? "port" : "thread";
  }

  get finished(): Promise<void> {
    return this.#front.finished;
  }

  get bufferedAmount(): number {
    return this.#front.bufferedAmount;
  }

  get deadline(): number | undefined {
    return this.#front.deadline;
  }

  get canCloseWrite(): boolean {
    return this.#front.canCloseWrite;
  }

  // --- reading ----------------------------------------------------------------

  read(target: Uint8Array, options?: ReadOptions): Promise<number | null> {
    return this.#front.read(target, options);
  }

  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#front.readable;
  }

  // --- writing ----------------------------------------------------------------

  write(data: Uint8Array, options?: WaitOptions): Promise<number> {
    return this.#front.write(data, options);
  }

  sendFile(file: SendFileSource, options?: SendFileOptions): Promise<number> {
    return this.#front.sendFile(file, options);
  }

  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#front.writable;
  }

  closeWrite(options?: WaitOptions): Promise<void> {
    return this.#front.closeWrite(options);
  }

  // --- end --------------------------------------------------------------------

  close(options?: DeadlineOptions): void {
    this.#front.close(options);
  }

  abort(): void {
    this.#front.abort();
  }

  shutdown(options?: ShutdownOptions): Promise<void> {
    return this.#front.shutdown(options);
  }

  ref(): void {
    this.#front.ref();
  }

  unref(): void {
    this.#front.unref();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /**
   * For what stands on the connection.
   *
   * @ignore
   */
  get [FRONT](): ConnectionFront {
    return this.#front;
  }
}
