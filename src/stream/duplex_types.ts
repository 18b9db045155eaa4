/**
 * Types of what `node:stream` and web streams make of a connection.
 *
 * @module
 */

export type {
  DuplexConnection,
  NodeDuplexOptions,
} from "./duplex_connection.ts";
export type { NodeDuplex } from "./node_duplex.ts";
export type { StreamTarget } from "./web_streams.ts";
