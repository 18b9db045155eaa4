/**
 * `TcpConnection`: a TCP connection in the shape of `Deno.TcpConn`.
 *
 * @module
 */

import { encodeDword } from "../../ffi/socket/structs.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { StreamConnection } from "../../stream/stream_connection.ts";
import { CallGate } from "../socket/call_gate.ts";
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
export class TcpConnection extends StreamConnection {
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
    super(port, handle, socketStream(handle, traits, tcpName(traits)));
    this.#traits = traits;
  }

  /** The address of this end. */
  get localAddr(): TcpAddr {
    return { ...this.#traits.local };
  }

  /** The address of the other end. */
  get remoteAddr(): TcpAddr {
    return { ...this.#traits.remote };
  }

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

  #set(name: keyof typeof TCP_FLAGS, value: boolean): void {
    const { handle, closed } = this.handle;
    if (closed) {
      throw new Deno.errors.BadResource(
        `Cannot set ${name}: the connection is closed`,
      );
    }
    const option = TCP_FLAGS[name];
    const { sockets } = this.#traits;
    const gate = new CallGate(this.port.api, `Cannot set ${name}`);
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
