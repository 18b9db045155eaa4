/**
 * The functions of Winsock that no DLL exports. They are asked for by GUID, and
 * their addresses are called through `Deno.UnsafeFnPointer`, which Deno only
 * allows with the full `--allow-ffi`. Under a scoped grant streams are connected
 * by a nonblocking `connect` and an AFD poll instead, and datagrams are received
 * by `WSARecvFrom`.
 *
 * @module
 */

import { windowsError } from "../errors.ts";
import { hasFullGrant } from "../system_folder.ts";
import { socketExtensions } from "./mswsock.ts";
import type { Bytes, Socket, SocketApi } from "./api.ts";
import { SIO_GET_EXTENSION_FUNCTION_POINTER } from "./constants.ts";
import type { Address, Win32Api } from "../win32_api.ts";

const WSAID_CONNECTEX = "25a207b9-ddf3-4660-8ee9-76e58c74063e";
const WSAID_DISCONNECTEX = "7fda2e11-8630-436f-a031-f536a6eec157";
const WSAID_WSARECVMSG = "f689d7c8-6f1f-436b-8a53-e54fe351c322";

type ExtensionFunction<K extends keyof typeof socketExtensions> =
  Deno.UnsafeFnPointer<(typeof socketExtensions)[K]>;

/** The functions, each looked up when it is first used. */
export class SocketExtensions {
  /** True when the functions can be called; asked for once. */
  readonly available: boolean = hasFullGrant();
  readonly #win32: Win32Api;
  readonly #sockets: SocketApi;
  #connectEx: ExtensionFunction<"ConnectEx"> | undefined;
  #disconnectEx: ExtensionFunction<"DisconnectEx"> | undefined;
  #wsaRecvMsg: ExtensionFunction<"WSARecvMsg"> | undefined;

  /**
   * @param win32 Gives the text of errors.
   * @param sockets Asks for the addresses.
   */
  constructor(win32: Win32Api, sockets: SocketApi) {
    this.#win32 = win32;
    this.#sockets = sockets;
  }

  /**
   * `ConnectEx`.
   *
   * @param socket Any socket of the same provider.
   * @returns The function.
   * @throws {Deno.errors.NotCapable} when the grant is scoped.
   */
  connectEx(socket: Socket): ExtensionFunction<"ConnectEx"> {
    return this.#connectEx ??= new Deno.UnsafeFnPointer(
      this.#pointer(socket, "ConnectEx", WSAID_CONNECTEX),
      socketExtensions.ConnectEx,
    );
  }

  /**
   * `DisconnectEx`.
   *
   * @param socket Any socket of the same provider.
   * @returns The function.
   * @throws {Deno.errors.NotCapable} when the grant is scoped.
   */
  disconnectEx(socket: Socket): ExtensionFunction<"DisconnectEx"> {
    return this.#disconnectEx ??= new Deno.UnsafeFnPointer(
      this.#pointer(socket, "DisconnectEx", WSAID_DISCONNECTEX),
      socketExtensions.DisconnectEx,
    );
  }

  /**
   * `WSARecvMsg`.
   *
   * @param socket Any datagram socket of the same provider.
   * @returns The function.
   * @throws {Deno.errors.NotCapable} when the grant is scoped.
   */
  wsaRecvMsg(socket: Socket): ExtensionFunction<"WSARecvMsg"> {
    return this.#wsaRecvMsg ??= new Deno.UnsafeFnPointer(
      this.#pointer(socket, "WSARecvMsg", WSAID_WSARECVMSG),
      socketExtensions.WSARecvMsg,
    );
  }

  #pointer<T>(
    socket: Socket,
    name: string,
    id: string,
  ): Deno.PointerObject<T> {
    if (!this.available) {
      throw new Deno.errors.NotCapable(
        `Cannot call ${name}: it needs the full --allow-ffi`,
      );
    }
    const address = this.#address(socket, name, id);
    return Deno.UnsafePointer.create<T>(address)!;
  }

  #address(socket: Socket, name: string, id: string): Address {
    const out = new BigUint64Array(1);
    const code = this.#sockets.wsaIoctl(
      socket,
      SIO_GET_EXTENSION_FUNCTION_POINTER,
      encodeGuid(id),
      new Uint8Array(out.buffer),
    );
    if (code === 0) return out[0]!;
    throw windowsError(this.#win32, code, {
      syscall: "WSAIoctl",
      action: `Cannot find ${name}`,
    });
  }
}

/**
 * Encodes a GUID: three little-endian numbers, then bytes as they are written.
 *
 * @param text 32 hexadecimal digits with four hyphens.
 * @returns The 16 bytes of the structure.
 */
export function encodeGuid(text: string): Bytes {
  const pairs = text.replaceAll("-", "").match(/../g)!;
  const bytes = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
