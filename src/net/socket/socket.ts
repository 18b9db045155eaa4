/**
 * `Socket`: a socket with an owner, for those who work with the proactor.
 *
 * @module
 */

import { copyBytes, isBytes } from "../../ffi/bytes.ts";
import { listenArgument } from "../../ffi/socket/backlog.ts";
import { admitMapped } from "../../ffi/socket/destination.ts";
import { windowsError } from "../../ffi/errors.ts";
import { NativeWin32 } from "../../ffi/native_win32.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  type SocketAddress,
} from "../../ffi/socket/sockaddr.ts";
import type {
  Socket as SocketHandle,
  SocketApi,
} from "../../ffi/socket/api.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  AF_UNSPEC,
  SD_BOTH,
  SD_RECEIVE,
  SD_SEND,
  SOCK_DGRAM,
  SOCK_STREAM,
  WSAEACCES,
  WSAEINVAL,
} from "../../ffi/socket/constants.ts";
import { encodeDword } from "../../ffi/socket/structs.ts";
import { type Handle, INVALID_HANDLE_VALUE } from "../../ffi/win32_api.ts";
import { assertInteger } from "../../proactor/arguments.ts";
import { assertAddress } from "../../proactor/socket_arguments.ts";
import {
  closeWhenForgotten,
  type ForgottenPart,
} from "../../proactor/port/forgotten.ts";
import type { SocketType } from "../names/address_info.ts";
import { defaultSockets } from "../../ffi/socket/default.ts";
import { UNIX_DENIED } from "./socket_kind.ts";
import { bytesOption, numberOption } from "./socket_options.ts";

/** Options of {@linkcode createSocket}. */
export interface CreateSocketOptions {
  /**
   * The family of its addresses.
   *
   * @default {"IPv4"}
   */
  family?: SocketAddress["family"] | undefined;
  /**
   * What it carries.
   *
   * @default {"stream"}
   */
  type?: SocketType | undefined;
}

/** The sides that {@linkcode Socket.shutdown} ends. */
export type ShutdownSide = "receive" | "send" | "both";

/** What is closed when the owner was collected. */
class OwnedSocket implements ForgottenPart {
  readonly sockets: SocketApi;
  handle: SocketHandle | null;

  constructor(sockets: SocketApi, handle: SocketHandle) {
    this.sockets = sockets;
    this.handle = handle;
  }

  get closing(): boolean {
    return this.handle === null;
  }

  destroy(): void {
    if (this.handle !== null) this.sockets.closeSocket(this.handle);
  }
}

const FAMILIES = { IPv4: AF_INET, IPv6: AF_INET6, Unix: AF_UNIX } as const;
const TYPES = { stream: SOCK_STREAM, datagram: SOCK_DGRAM } as const;
const SIDES = { receive: SD_RECEIVE, send: SD_SEND, both: SD_BOTH } as const;

const DEFAULT_BACKLOG = 511;

let shared: NativeWin32 | undefined;

function win32(): NativeWin32 {
  return shared ??= new NativeWin32();
}

/**
 * Owns a socket: closes it once, and also when it was forgotten. What it does
 * with the network is done by {@linkcode IocpProactor} or by the `sock`
 * methods of {@linkcode ProactorEventLoop}. The counterpart of Python's
 * `socket.socket`.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 * import { createSocket } from "@iocp/proactor/net";
 *
 * await using loop = new ProactorEventLoop();
 * using listener = createSocket();
 * listener.bind({ family: "IPv4", hostname: "127.0.0.1", port: 8000 });
 * listener.listen();
 * console.log(listener.localAddr);
 * const { socket } = await loop.sockAccept(listener);
 * using client = socket;
 * console.log(await loop.sockRecv(client, 1024));
 * ```
 */
export class Socket implements Disposable {
  readonly #owned: OwnedSocket;

  /**
   * Takes a socket over; {@linkcode createSocket} makes one.
   *
   * @param handle An open socket that nobody else closes.
   */
  constructor(handle: Handle) {
    this.#owned = new OwnedSocket(defaultSockets(), handle);
    closeWhenForgotten(this, { part: this.#owned, name: `socket ${handle}` });
    win32().threadHandles?.add(handle, "closesocket");
  }

  /** The SOCKET, or `null` when it is closed. */
  get handle(): Handle | null {
    return this.#owned.handle;
  }

  /**
   * Where it is bound; `null` before that.
   *
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  get localAddr(): SocketAddress | null {
    const { sockets } = this.#owned;
    const name = sockets.getSocketName(this.#open("ask for address"));
    if (name !== null) return decodeSocketAddress(name);
    if (sockets.lastError === WSAEINVAL) return null;
    throw this.#error("Cannot ask for address", "getsockname");
  }

  /**
   * Where it is connected to.
   *
   * @throws {Deno.errors.NotConnected} when it is not connected.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  get remoteAddr(): SocketAddress {
    const name = this.#owned.sockets.getPeerName(this.#open("ask for peer"));
    if (name !== null) return decodeSocketAddress(name);
    throw this.#error("Cannot ask for peer", "getpeername");
  }

  /**
   * Gives the socket an address of this computer.
   *
   * @param address Numeric, of the socket's family; port 0 lets Windows choose.
   * @throws {TypeError} when `address` is no numeric address.
   * @throws {RangeError} when a number of it is out of range.
   * @throws {Deno.errors.AddrInUse} when the address is taken, or Windows has
   * reserved the port.
   * @throws {Deno.errors.AddrNotAvailable} when it is not this computer's.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  bind(address: SocketAddress): void {
    assertAddress("bind", address);
    const name = encodeSocketAddress(address);
    const socket = this.#open("bind");
    const { sockets } = this.#owned;
    admitMapped(sockets, socket, name);
    const code = sockets.bind(socket, name);
    if (code === WSAEACCES && address.family === "Unix") {
      const call = { syscall: "bind", action: "Cannot bind", ...UNIX_DENIED };
      throw windowsError(new NativeWin32(), code, call);
    }
    this.#check("bind", "bind", code);
  }

  /**
   * Lets clients connect.
   *
   * @param backlog Clients that Windows keeps until they are accepted: 65,535
   * at most, 200 on a path. It refuses those that come while there are as many.
   * @throws {RangeError} when `backlog` is not a positive integer.
   * @throws {WindowsError} when the socket is not bound.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  listen(backlog = DEFAULT_BACKLOG): void {
    assertInteger("backlog", backlog, [1, 0x7fff_ffff]);
    const socket = this.#open("listen");
    const argument = listenArgument(backlog, this.#family(socket));
    const code = this.#owned.sockets.listen(socket, argument);
    this.#check("listen", "listen", code);
  }

  /**
   * Ends one or both sides of a connection.
   *
   * @param side `"send"` tells the peer that nothing more will come.
   * @throws {TypeError} when there is no such side.
   * @throws {Deno.errors.NotConnected} when it is not connected.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  shutdown(side: ShutdownSide = "both"): void {
    const how = member(SIDES, side, "shut down side");
    const socket = this.#open("shut down");
    const code = this.#owned.sockets.shutdown(socket, how);
    this.#check("shut down", "shutdown", code);
  }

  /**
   * Sets an option of the socket.
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
    const { sockets } = this.#owned;
    const socket = this.#open("set option");
    const option = { level, name };
    const code = sockets.setSocketOption(socket, option, bytes);
    this.#check("set option", "setsockopt", code);
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
    const socket = this.#open("get option");
    const query = { sockets: this.#owned.sockets, socket, level, name };
    return length === undefined
      ? numberOption(query)
      : bytesOption(query, length);
  }

  /**
   * Leaves the socket to somebody else. A proactor that has used it knows it by
   * this object: to go on there with the bare handle, detach it before.
   *
   * @returns The SOCKET, which this object does not close any more.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  detach(): Handle {
    const handle = this.#open("detach");
    this.#owned.handle = null;
    win32().threadHandles?.remove(handle);
    return handle;
  }

  /**
   * Closes the socket; what is pending on it ends. The second call does
   * nothing.
   *
   * @throws {Deno.errors.BadResource} when somebody else had closed it.
   */
  close(): void {
    if (this.#owned.handle === null) return;
    const code = this.#owned.sockets.closeSocket(this.detach());
    this.#check("close", "closesocket", code);
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }

  #open(action: string): SocketHandle {
    if (this.#owned.handle !== null) return this.#owned.handle;
    throw new Deno.errors.BadResource(`Cannot ${action}: the socket is closed`);
  }

  /** Of its address; a socket without one cannot listen. */
  #family(socket: SocketHandle): number {
    return this.#owned.sockets.getSocketName(socket)?.[0] ?? AF_UNSPEC;
  }

  #check(action: string, syscall: string, code: number): void {
    if (code !== 0) throw failure(`Cannot ${action}`, syscall, code);
  }

  #error(action: string, syscall: string): Error {
    return failure(action, syscall, this.#owned.sockets.lastError);
  }
}

/**
 * Makes a socket, as Python's `socket.socket` does.
 *
 * @example Connect and send
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 * import { createSocket } from "@iocp/proactor/net";
 *
 * await using proactor = new IocpProactor();
 * using socket = createSocket({ family: "IPv6" });
 * await proactor.connect(socket, {
 *   family: "IPv6",
 *   hostname: "::1",
 *   port: 7,
 *   flowInfo: 0,
 *   scopeId: 0,
 * });
 * await proactor.send(socket, new TextEncoder().encode("hello"));
 * ```
 *
 * @param options The family and the type: TCP over IPv4 by default.
 * @returns The socket, which the caller must close.
 * @throws {TypeError} when there is no such family or type.
 * @throws {Deno.errors.NotSupported} when Windows has no such sockets, or the
 * system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function createSocket(options: CreateSocketOptions = {}): Socket {
  const { family = "IPv4", type = "stream" } = options;
  const parameters = {
    family: member(FAMILIES, family, "use family"),
    type: member(TYPES, type, "use type"),
    protocol: 0,
  };
  const sockets = defaultSockets();
  const handle = sockets.createSocket(parameters);
  if (handle !== INVALID_HANDLE_VALUE) return new Socket(handle);
  throw failure("Cannot create socket", "WSASocketW", sockets.lastError);
}

function member<K extends string>(
  values: Readonly<Record<K, number>>,
  name: K,
  action: string,
): number {
  if (Object.hasOwn(values, name)) return values[name];
  const names = Object.keys(values).map((each) => `"${each}"`).join(", ");
  throw new TypeError(
    `Cannot ${action} ${JSON.stringify(name)}: it is not one of ${names}`,
  );
}

function failure(action: string, syscall: string, code: number): Error {
  return windowsError(win32(), code, { syscall, action });
}
