/**
 * `UnixConnection`: a connection by path in the shape of `Deno.UnixConn`.
 *
 * @module
 */

import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { StreamConnection } from "../../stream/stream_connection.ts";
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
export class UnixConnection extends StreamConnection {
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
    super(port, handle, socketStream(handle, traits, unixName(traits)));
    this.#traits = traits;
  }

  /** The address of this end. */
  get localAddr(): UnixAddr {
    return { ...this.#traits.local };
  }

  /** The address of the other end. */
  get remoteAddr(): UnixAddr {
    return { ...this.#traits.remote };
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
