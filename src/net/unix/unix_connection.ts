/**
 * `UnixConnection`: a connection by path in the shape of `Deno.UnixConn`.
 *
 * @module
 */

import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import type { DeadlineOptions } from "../../stream/close_deadline.ts";
import { ConnectionFront, FRONT } from "../../stream/connection_front.ts";
import type {
  SendFileOptions,
  SendFileSource,
} from "../../stream/file_mover.ts";
import type { ReadOptions } from "../../stream/stream_traits.ts";
import type {
  ShutdownOptions,
  WaitOptions,
} from "../../stream/wait_options.ts";
import type { SocketConnection } from "../socket/socket_connection.ts";
import { socketStream } from "../socket/socket_io.ts";
import type { SocketTraits } from "../socket/socket_kind.ts";
import { type UnixAddr, unixText } from "./unix_socket.ts";

/** What the library knows of a connection by path. */
export type UnixTraits = SocketTraits<UnixAddr>;

/**
 * One end of a connection by path, with the members of `Deno.UnixConn`.
 *
 * @example Usage
 * ```ts
 * import { connectUnix } from "@iocp/proactor/net";
 *
 * using connection = await connectUnix({ path: "echo.sock" });
 * await connection.write(new TextEncoder().encode("hello"));
 * const buffer = new Uint8Array(1024);
 * const count = await connection.read(buffer);
 * console.log(buffer.subarray(0, count ?? 0));
 * ```
 */
export class UnixConnection implements SocketConnection<UnixAddr> {
  readonly #front: ConnectionFront;
  readonly #traits: UnixTraits;

  /**
   * Made by {@linkcode UnixListener} and {@linkcode connectUnix}.
   *
   * @ignore
   * @param port The completion port.
   * @param handle A connected socket on it.
   * @param traits What is known of the connection.
   */
  constructor(port: CompletionPort, handle: PortHandle, traits: UnixTraits) {
    const stream = socketStream(handle, traits, unixName(traits));
    this.#front = new ConnectionFront(this, { port, handle }, stream);
    this.#traits = traits;
  }

  get localAddr(): UnixAddr {
    return { ...this.#traits.local };
  }

  get remoteAddr(): UnixAddr {
    return { ...this.#traits.remote };
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

/**
 * What messages call a connection: a client has no path of its own.
 *
 * @param traits What is known of it.
 * @returns `peer of unix socket "C:\x.sock"`
 */
export function unixName({ local, remote }: UnixTraits): string {
  return `peer of ${unixText(remote.path === "" ? local : remote)}`;
}
