/**
 * Stream sockets that are known by a path, where Windows has them: from
 * Windows 10, version 1803, on.
 *
 * @module
 */

import { NativeSocketFile } from "../../ffi/socket_file/native.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  SOCKADDR_UN_SIZE,
  type UnixAddress,
} from "../../ffi/socket/sockaddr.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import {
  AF_UNIX,
  SOCK_STREAM,
  WSAEACCES,
  WSAEAFNOSUPPORT,
  WSAENETDOWN,
} from "../../ffi/socket/constants.ts";
import type { SocketFileApi } from "../../ffi/socket_file/api.ts";
import { type SocketKind, UNIX_DENIED } from "../socket/socket_kind.ts";

/** The address of one end of a connection by path, as Deno has it. */
export interface UnixAddr {
  /** Always `"unix"`. */
  transport: "unix";
  /** The path of the socket; `""` for an end without one, as clients are. */
  path: string;
}

/** Sockets with a path. */
export const UNIX: SocketKind<UnixAddr> = {
  parameters: { family: AF_UNIX, type: SOCK_STREAM, protocol: 0 },
  addressLength: SOCKADDR_UN_SIZE + 2, // so that addresses are aligned
  errors: {
    [WSAEACCES]: UNIX_DENIED,
    [WSAENETDOWN]: {
      errorClass: Deno.errors.NotFound,
      state: "no such folder",
    },
    [WSAEAFNOSUPPORT]: {
      state: "this Windows has no sockets with a path",
    },
  },
  decode: unixAddr,
  text: unixText,
};

/**
 * The public form of an address.
 *
 * @param bytes A `sockaddr_un`; anything else is an end without a path.
 * @returns The address.
 */
export function unixAddr(bytes: Bytes): UnixAddr {
  if (bytes[0] !== AF_UNIX) return { transport: "unix", path: "" };
  const { path } = decodeSocketAddress(bytes) as UnixAddress;
  return { transport: "unix", path };
}

/**
 * An address as messages have it.
 *
 * @param address The address.
 * @returns `unix socket "C:\x.sock"`.
 */
export function unixText({ path }: Pick<UnixAddr, "path">): string {
  return `unix socket "${path}"`;
}

/**
 * Checks a path.
 *
 * @param path The path of a socket.
 * @returns Its address.
 * @throws {TypeError} when it is no text, empty, or holds a NUL.
 * @throws {RangeError} when it has more than 107 bytes of UTF-8.
 */
export function parseUnixPath(path: string): UnixAddress {
  if (typeof path !== "string") {
    throw new TypeError(`Cannot use path: it is a ${typeof path}, not a text`);
  }
  const address = { family: "Unix", path } as const;
  encodeSocketAddress(address);
  return address;
}

let files: SocketFileApi | undefined;

/**
 * The files of sockets, loaded on first use.
 *
 * @returns The shared API.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function socketFiles(): SocketFileApi {
  return files ??= new NativeSocketFile();
}
