/**
 * Addresses of connections, in the names of OpenTelemetry.
 *
 * @module
 */

import type {
  ObservedConnection,
  PeerAddress,
} from "../proactor/port/port_observer.ts";

/** Attributes of a span or a measurement. */
export type Attributes = Record<string, string | number>;

/**
 * The address of the other end of a connection.
 *
 * @param connection A connection, or a transport.
 * @returns The address, or `undefined` for something else.
 */
export function peerOf(
  connection: ObservedConnection,
): PeerAddress | undefined {
  const known = connection as Partial<Described>;
  const address = known.remoteAddr ?? known.getExtraInfo?.("peername");
  if (isAddress(address)) return address;
  const path = known.getExtraInfo?.("addr"); // of a pipe's transport
  return typeof path === "string" ? { transport: "pipe", path } : undefined;
}

/**
 * An address as attributes.
 *
 * @param address The address.
 * @returns `network.transport`, `network.peer.address`, `network.peer.port`.
 */
export function peerAttributes(address: PeerAddress | undefined): Attributes {
  if (address === undefined) return {};
  const { transport } = address;
  if (transport !== "tcp") {
    return {
      "network.transport": transport,
      "network.peer.address": address.path,
    };
  }
  const { hostname, port } = address;
  return {
    "network.transport": transport,
    "network.peer.address": hostname,
    "network.peer.port": port,
  };
}

/**
 * The kind of an error, of which there are few.
 *
 * @param error What was thrown.
 * @returns A code of Windows, such as `ERROR_PIPE_BUSY`, or else a class.
 */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return "_OTHER";
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : error.name;
}

/** What connections of one style or the other tell of themselves. */
interface Described {
  remoteAddr: unknown;
  getExtraInfo(name: string): unknown;
}

function isAddress(value: unknown): value is PeerAddress {
  return typeof value === "object" && value !== null && "transport" in value;
}
