/**
 * `TransportSocket`: a socket that belongs to a server or a transport.
 *
 * @module
 */

import { copyBytes, isBytes } from "../../ffi/bytes.ts";
import { windowsError } from "../../ffi/errors.ts";
import { NativeWin32 } from "../../ffi/native_win32.ts";
import { encodeDword } from "../../ffi/socket/structs.ts";
import {
  decodeSocketAddress,
  type SocketAddress,
} from "../../ffi/socket/sockaddr.ts";
import type { SocketApi } from "../../ffi/socket/api.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import type { Handle } from "../../ffi/win32_api.ts";
import type { SocketType } from "../names/address_info.ts";
import { bytesOption, numberOption, typeOf } from "./socket_options.ts";

/**
 * A socket that belongs to a server: it can be asked and set, but neither read,
 * written nor closed. The counterpart of `asyncio.trsock.TransportSocket`.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * const server = await loop.createServer(() => ({}), "127.0.0.1", 0);
 * const [socket] = server.sockets;
 * console.log(socket!.type, socket!.localAddr); // stream { family: ... }
 * ```
 */
export class TransportSocket {
  readonly #sockets: SocketApi;
  readonly #owner: PortHandle;

  /**
   * Made by a server.
   *
   * @ignore
   * @param sockets Winsock.
   * @param owner The socket on its port.
   */
  constructor(sockets: SocketApi, owner: PortHandle) {
    this.#sockets = sockets;
    this.#owner = owner;
  }

  /** The SOCKET, or `null` when it is closed. */
  get handle(): Handle | null {
    return this.#owner.closed ? null : this.#owner.handle;
  }

  /**
   * What it carries; `null` when that is neither a stream nor datagrams.
   *
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  get type(): SocketType | null {
    return typeOf(this.#sockets, this.fileno());
  }

  /**
   * Where it is bound.
   *
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  get localAddr(): SocketAddress {
    const name = this.#sockets.getSocketName(this.fileno());
    if (name !== null) return decodeSocketAddress(name);
    throw this.#error("getsockname", this.#sockets.lastError);
  }

  /**
   * The SOCKET.
   *
   * @returns The handle, which stays the server's.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  fileno(): Handle {
    const { handle } = this;
    if (handle !== null) return handle;
    throw new Deno.errors.BadResource("Cannot use socket: it is closed");
  }

  /**
   * Asks for an option that is a number.
   *
   * @param level Such as 0xffff (`SOL_SOCKET`).
   * @param name The option's number on that level.
   * @returns Its value.
   * @throws {Deno.errors.NotSupported} when there is no such option.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  getOption(level: number, name: number): number;
  /**
   * Asks for the bytes of an option.
   *
   * @param level Such as 0xffff (`SOL_SOCKET`).
   * @param name The option's number on that level.
   * @param length How many bytes it has.
   * @returns The bytes.
   * @throws {RangeError} when the length is not 1 to 4096.
   * @throws {Deno.errors.NotSupported} when there is no such option.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  getOption(
    level: number,
    name: number,
    length: number,
  ): Uint8Array<ArrayBuffer>;
  getOption(
    level: number,
    name: number,
    length?: number,
  ): number | Uint8Array<ArrayBuffer> {
    const sockets = this.#sockets;
    const query = { sockets, socket: this.fileno(), level, name };
    return length === undefined
      ? numberOption(query)
      : bytesOption(query, length);
  }

  /**
   * Sets an option.
   *
   * @param level Such as 0xffff (`SOL_SOCKET`).
   * @param name The option's number on that level.
   * @param value A number or flag, as most options want it; or its bytes.
   * @throws {Deno.errors.NotSupported} when there is no such option.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  setOption(
    level: number,
    name: number,
    value: number | boolean | Uint8Array,
  ): void {
    const bytes = isBytes(value) ? copyBytes(value) : encodeDword(value);
    const option = { level, name };
    const code = this.#sockets.setSocketOption(this.fileno(), option, bytes);
    if (code !== 0) throw this.#error("setsockopt", code);
  }

  #error(syscall: string, code: number): Error {
    const action = "Cannot use socket";
    return windowsError(new NativeWin32(), code, { syscall, action });
  }
}
