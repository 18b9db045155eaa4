/**
 * Errors of datagram sockets.
 *
 * @module
 */

import { windowsError } from "../../ffi/errors.ts";
import { isUnreachable } from "../../ffi/socket/unreachable.ts";
import type { DatagramHandle } from "./datagram_channel.ts";

/** The most bytes of a datagram: 65535 without the headers. */
const MAX_DATAGRAM = { IPv4: 65507, IPv6: 65527 };

/**
 * Makes the error of a receive.
 *
 * @param socket The socket.
 * @param code The Win32 code.
 * @returns The error.
 */
export function receiveError(socket: DatagramHandle, code: number): Error {
  const state = "an earlier datagram has found no one at its port";
  return windowsError(socket.port.api, code, {
    syscall: "WSARecvFrom",
    action: "Cannot receive",
    ...(isUnreachable(code, true)
      ? { errorClass: Deno.errors.ConnectionReset, state }
      : {}),
  });
}

/**
 * Makes the error of a send.
 *
 * @param socket The socket.
 * @param code The Win32 code.
 * @returns The error.
 */
export function sendError(socket: DatagramHandle, code: number): Error {
  return windowsError(socket.port.api, code, {
    syscall: socket.remote && !socket.remoteName ? "WSASend" : "WSASendTo",
    action: "Cannot send",
  });
}

/**
 * Refuses what is too long for any datagram.
 *
 * @param socket The socket.
 * @param length Bytes.
 * @throws {RangeError} when there are too many.
 */
export function assertDatagram(
  socket: DatagramHandle,
  length: number,
): void {
  const most = MAX_DATAGRAM[socket.rules.family];
  if (length <= most) return;
  throw new RangeError(
    `Cannot send ${length} bytes: ` +
      `a datagram of ${socket.rules.family} has ${most} at most`,
  );
}

/**
 * Tells that receiving has ended because the socket was closed.
 *
 * @param error What a receive has rejected with.
 * @returns True when it has.
 */
export function isReceiveEnd(error: unknown): boolean {
  return error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.BadResource;
}

/**
 * Makes the error of receives on a socket that is closed already.
 *
 * @returns The error.
 */
export function receiveRefused(): Error {
  return new Deno.errors.BadResource("Cannot receive: the socket is closed");
}

/**
 * Makes the error of receives whose socket is closed.
 *
 * @returns The error.
 */
export function receiveInterrupted(): Error {
  return new Deno.errors.Interrupted("Cannot receive: operation canceled");
}
