/**
 * `TcpConnection`: a TCP connection in the shape of `Deno.TcpConn`.
 *
 * @module
 */

import { encodeDword } from "../../ffi/socket/structs.ts";
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
import { CallGate } from "../socket/call_gate.ts";
import type { SocketConnection } from "../socket/socket_connection.ts";
import { socketStream } from "../socket/socket_io.ts";
import type { SocketTraits } from "../socket/socket_kind.ts";
import { addressText, TCP_FLAGS, type TcpAddr } from "./tcp_socket.ts";

/** What the library knows of a TCP connection. */
export type TcpTraits = SocketTraits<TcpAddr>;

/**
 * One end of a TCP connection, with the members of `Deno.TcpConn`.
 *
 * @example Usage
 * ```ts
 * import { connectTcp } from "@iocp/proactor/net";
 *
 * using connection = await connectTcp({ hostname: "127.0.0.1", port: 7 });
 * await connection.write(new TextEncoder().encode("hello"));
 * const buffer = new Uint8Array(1024);
 * const count = await connection.read(buffer);
 * console.log(buffer.subarray(0, count ?? 0));
 * ```
 */
export class TcpConnection implements SocketConnection<TcpAddr> {
  readonly #front: ConnectionFront;
  readonly #traits: TcpTraits;

  /**
   * Made by {@linkcode TcpListener} and {@linkcode connectTcp}.
   *
   * @ignore
   * @param port The completion port.
   * @param handle A connected socket on it.
   * @param traits What is known of the connection.
   */
  constructor(port: CompletionPort, handle: PortHandle, traits: TcpTraits) {
    const stream = socketStream(handle, traits, tcpName(traits));
    this.#front = new ConnectionFront(this, { port, handle }, stream);
    this.#traits = traits;
  }

  get localAddr(): TcpAddr {
    return { ...this.#traits.local };
  }

  get remoteAddr(): TcpAddr {
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

  // --- TCP ---------------------------------------------------------------

  /**
   * Says whether small writes are sent at once, which is the default.
   *
   * @param noDelay False lets TCP gather them (Nagle's algorithm).
   * @throws {Deno.errors.BadResource} when the connection is closed.
   */
  setNoDelay(noDelay = true): void {
    this.#set("noDelay", noDelay);
  }

  /**
   * Says whether TCP probes the other end when the connection is idle.
   *
   * @param keepAlive False, the default of a connection, sends no probes.
   * @throws {Deno.errors.BadResource} when the connection is closed.
   */
  setKeepAlive(keepAlive = true): void {
    this.#set("keepAlive", keepAlive);
  }

  /**
   * For what stands on the connection.
   *
   * @ignore
   */
  get [FRONT](): ConnectionFront {
    return this.#front;
  }

  #set(name: keyof typeof TCP_FLAGS, value: boolean): void {
    const { port, handle: { handle, closed } } = this.#front;
    if (closed) {
      throw new Deno.errors.BadResource(
        `Cannot set ${name}: the connection is closed`,
      );
    }
    const option = TCP_FLAGS[name];
    const { sockets } = this.#traits;
    const gate = new CallGate(port.api, `Cannot set ${name}`);
    const code = sockets.setSocketOption(handle, option, encodeDword(value));
    gate.check("setsockopt", code);
  }
}

/**
 * What messages call a connection.
 *
 * @param traits What is known of it.
 * @returns `TCP peer 127.0.0.1:80`
 */
export function tcpName(traits: TcpTraits): string {
  return `TCP peer ${addressText(traits.remote)}`;
}
