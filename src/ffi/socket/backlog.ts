/**
 * The number that `listen` takes for a queue of clients.
 *
 * A plain number above 200 counts as 200. A longer queue is asked for by
 * `SOMAXCONN_HINT(n)`, which is `-n`: 200 to 65,535, and only for TCP.
 * https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-listen
 *
 * @module
 */

import { AF_UNIX } from "./constants.ts";

/** The longest queue that a plain number asks for. */
export const MAX_PLAIN_BACKLOG = 200;
/** The longest queue that Windows makes. */
export const MAX_BACKLOG = 0xffff;

/**
 * From the number of clients to what `listen` takes.
 *
 * @param backlog Clients to keep until they are accepted, 1 at least.
 * @param family `AF_INET`, `AF_INET6` or `AF_UNIX`, which knows no hint.
 * @returns The argument of `listen`.
 */
export function listenArgument(backlog: number, family: number): number {
  const plain = backlog <= MAX_PLAIN_BACKLOG || family === AF_UNIX;
  return plain ? backlog : -Math.min(backlog, MAX_BACKLOG);
}
