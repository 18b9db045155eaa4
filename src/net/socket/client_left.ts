/**
 * Clients that leave before they are accepted.
 *
 * @module
 */

import {
  ERROR_NETNAME_DELETED,
  WSAECONNABORTED,
  WSAECONNRESET,
} from "../../ffi/socket/constants.ts";

const ERROR_UNEXP_NET_ERR = 59;
const ERROR_CONNECTION_ABORTED = 1236;

const CODES: readonly number[] = [
  ERROR_UNEXP_NET_ERR,
  ERROR_NETNAME_DELETED,
  ERROR_CONNECTION_ABORTED,
  WSAECONNABORTED,
  WSAECONNRESET,
];

/**
 * Tells whether an accept has failed because its client is gone, which is no
 * reason to wait before the next one.
 *
 * @param code The Win32 or Winsock code of `AcceptEx`, or of what follows it.
 * @returns True when the listener itself is well.
 */
export function clientLeft(code: number): boolean {
  return CODES.includes(code);
}
