/**
 * What datagram sockets are told of datagrams that have reached no one.
 *
 * @module
 */

import {
  ERROR_CONNECTION_REFUSED,
  ERROR_HOST_UNREACHABLE,
  ERROR_NETWORK_UNREACHABLE,
  ERROR_PORT_UNREACHABLE,
  ERROR_PROTOCOL_UNREACHABLE,
  WSAECONNREFUSED,
  WSAECONNRESET,
  WSAEHOSTUNREACH,
  WSAENETRESET,
  WSAENETUNREACH,
} from "./constants.ts";

/** Nobody is at the port. Calls that wait have codes of their own. */
const NO_PORT: readonly number[] = [
  WSAECONNRESET,
  ERROR_PORT_UNREACHABLE,
  ERROR_CONNECTION_REFUSED,
  WSAECONNREFUSED,
];

/** There is no way there, or it is too long. */
const NO_WAY: readonly number[] = [
  ERROR_NETWORK_UNREACHABLE,
  ERROR_HOST_UNREACHABLE,
  ERROR_PROTOCOL_UNREACHABLE,
  WSAENETUNREACH,
  WSAENETRESET,
  WSAEHOSTUNREACH,
];

/**
 * Tells whether a call on a datagram socket was failed by an ICMP message that
 * answers an earlier datagram.
 *
 * @param code The code of the call.
 * @param receiving True for a receive: what fails one is never its own.
 * @returns True when an earlier datagram has reached no one.
 */
export function isUnreachable(code: number, receiving: boolean): boolean {
  return NO_PORT.includes(code) || receiving && NO_WAY.includes(code);
}
