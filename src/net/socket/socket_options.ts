/**
 * Options of sockets: asked for, and what they tell of a socket.
 *
 * @module
 */

import { viewOf } from "../../ffi/bytes.ts";
import { windowsError } from "../../ffi/errors.ts";
import { NativeWin32 } from "../../ffi/native_win32.ts";
import { OutU32 } from "../../ffi/out_parameters.ts";
import type {
  Bytes,
  Socket as SocketHandle,
  SocketApi,
} from "../../ffi/socket/api.ts";
import {
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_TYPE,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
} from "../../ffi/socket/constants.ts";
import { assertInteger } from "../../proactor/arguments.ts";
import type { SocketType } from "../names/address_info.ts";

/** The largest value that is asked for: `WSAPROTOCOL_INFOW` has 628 bytes. */
const MAX_OPTION = 4096;

/** Which option of which socket. */
export interface OptionQuery {
  /** Winsock. */
  sockets: SocketApi;
  /** The socket. */
  socket: SocketHandle;
  /** Such as 0xffff (`SOL_SOCKET`). */
  level: number;
  /** The option's number on that level. */
  name: number;
}

/**
 * Asks for an option that is a number.
 *
 * @param query Which one.
 * @returns Its value.
 * @throws {Deno.errors.NotSupported} when there is no such option.
 */
export function numberOption(query: OptionQuery): number {
  const value = new OutU32();
  ask(query, value.bytes);
  return value.value;
}

/**
 * Asks for the bytes of an option.
 *
 * @param query Which one.
 * @param length How many bytes there are at most.
 * @returns The bytes, as many as were asked for.
 * @throws {RangeError} when the length is not 1 to 4096.
 * @throws {Deno.errors.NotSupported} when there is no such option.
 */
export function bytesOption(
  query: OptionQuery,
  length: number,
): Uint8Array<ArrayBuffer> {
  assertInteger("length", length, [1, MAX_OPTION]);
  const value = new Uint8Array(length);
  ask(query, value);
  return viewOf(value);
}

/**
 * What a socket carries.
 *
 * @param sockets Winsock.
 * @param socket The socket.
 * @returns Its type, or `null` when that is another one.
 */
export function typeOf(
  sockets: SocketApi,
  socket: SocketHandle,
): SocketType | null {
  const query = { sockets, socket, level: SOL_SOCKET, name: SO_TYPE };
  const type = numberOption(query);
  if (type === SOCK_STREAM) return "stream";
  return type === SOCK_DGRAM ? "datagram" : null;
}

/**
 * Tells whether a socket of IPv6 takes IPv4 too.
 *
 * @param sockets Winsock.
 * @param socket A socket of IPv6.
 * @returns True when it does.
 */
export function takesIpv4(sockets: SocketApi, socket: SocketHandle): boolean {
  const query = { sockets, socket, level: IPPROTO_IPV6, name: IPV6_V6ONLY };
  return numberOption(query) === 0;
}

function ask(
  { sockets, socket, level, name }: OptionQuery,
  value: Bytes,
): void {
  const code = sockets.getSocketOption(socket, { level, name }, value);
  if (code === 0) return;
  throw windowsError(new NativeWin32(), code, {
    syscall: "getsockopt",
    action: "Cannot get option",
  });
}
