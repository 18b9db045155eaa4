/**
 * What differs between the kinds of stream sockets.
 *
 * @module
 */

import type {
  Bytes,
  Socket,
  SocketApi,
  SocketOption,
  SocketParameters,
} from "../../ffi/socket/api.ts";
import type { DeadlineOptions } from "../../stream/close_deadline.ts";
import type { CallGate, KnownErrors } from "./call_gate.ts";

/**
 * TCP over IPv4 or IPv6, or sockets with a path.
 *
 * @typeParam A The addresses, as users see them.
 */
export interface SocketKind<A> {
  /** What `WSASocketW` makes. */
  readonly parameters: SocketParameters;
  /** Bytes of the longest `sockaddr`. */
  readonly addressLength: number;
  /** Codes that mean something else than usual. */
  readonly errors: KnownErrors;
  /**
   * Decodes an address.
   *
   * @param bytes A `sockaddr`.
   * @returns The address.
   */
  decode(bytes: Bytes): A;
  /**
   * An address as messages have it.
   *
   * @param address The address.
   * @returns Such as `127.0.0.1:80`.
   */
  text(address: A): string;
}

/** A denied bind to a path; for internet addresses it means something else. */
export const UNIX_DENIED: KnownErrors[number] = {
  errorClass: Deno.errors.PermissionDenied,
  state: "access is denied",
};

/** A flag of a socket. */
export interface SocketFlag {
  /** Which one. */
  option: SocketOption;
  /** Its value. */
  value: boolean;
}

/**
 * What the library knows of a connected socket.
 *
 * @typeParam A Its addresses.
 */
export interface SocketTraits<A> extends DeadlineOptions {
  /** Winsock. */
  sockets: SocketApi;
  /** This end. */
  local: A;
  /** The other end. */
  remote: A;
}

/**
 * Makes a socket.
 *
 * @typeParam A Its addresses.
 * @param sockets Winsock.
 * @param kind What to make.
 * @param gate Throws when Windows refuses.
 * @returns The socket.
 */
export function createSocket<A>(
  sockets: SocketApi,
  kind: SocketKind<A>,
  gate: CallGate,
): Socket {
  const socket = sockets.createSocket(kind.parameters);
  return gate.socket("WSASocketW", sockets, socket);
}
