/**
 * What transports say of themselves.
 *
 * @module
 */

import type { PortHandle } from "../proactor/port/port_handle.ts";

/** What is known of a transport. */
export interface TransportState {
  /** Its handle. */
  handle: PortHandle;
  /** Whether it is closing, or closed. */
  closing: boolean;
  /** Bytes that wait to be written. */
  buffered: number;
}

/**
 * Describes a transport as asyncio does.
 *
 * @param name What messages call its stream.
 * @param state How it stands.
 * @returns `closing`, the name, `fd=0x1a4`, `write_bufsize=12`.
 */
export function channelParts(name: string, state: TransportState): string[] {
  const { handle, closing, buffered } = state;
  const end = handle.closed ? "closed" : "closing";
  return [
    closing ? end : "",
    name,
    handle.closed ? "" : `fd=0x${handle.handle.toString(16)}`,
    buffered > 0 ? `write_bufsize=${buffered}` : "",
  ];
}
