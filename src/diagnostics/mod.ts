/**
 * What happens on a completion port, for those who run programs: events of
 * `node:diagnostics_channel`, and metrics and spans of OpenTelemetry.
 *
 * A program that does not import this door loads nothing of it.
 *
 * @example Failures that end no call
 * ```ts
 * import { subscribe } from "node:diagnostics_channel";
 * import { publishDiagnostics } from "@iocp/proactor/diagnostics";
 *
 * using _published = publishDiagnostics();
 * subscribe("iocp.proactor:error", console.error);
 * ```
 *
 * @module
 */

export * from "./publish.ts";
export { observe, type ObserveOptions } from "./observe.ts";
export type * from "./telemetry_types.ts";
export type { Attributes } from "./addresses.ts";
export type {
  ObservedConnection,
  PeerAddress,
} from "../proactor/port/port_observer.ts";
export type { Side } from "./observers.ts";
