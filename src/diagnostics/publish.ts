/**
 * `publishDiagnostics`: events in the channels of `node:diagnostics_channel`.
 *
 * @module
 */

import { channel } from "node:diagnostics_channel";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  ObservedConnection,
  PeerAddress,
} from "../proactor/port/port_observer.ts";
import { peerOf } from "./addresses.ts";
import { type Outcome, type Side, watch } from "./observers.ts";

/** Published in `iocp.proactor:connect.start`. */
export interface ConnectStartEvent {
  /** Where to, as the program names it. */
  address: PeerAddress;
}

/** Published in `iocp.proactor:connect`. */
export interface ConnectEvent extends ConnectStartEvent {
  /** The connection, or the transport. */
  connection: ObservedConnection;
  /** How long it took. */
  milliseconds: number;
}

/** Published in `iocp.proactor:connect.error`. */
export interface ConnectErrorEvent extends ConnectStartEvent {
  /** Why there is no connection. */
  error: unknown;
  /** How long it took. */
  milliseconds: number;
}

/** Published in `iocp.proactor:accept`. */
export interface AcceptEvent {
  /** The client; of a pipe its path. */
  address: PeerAddress | undefined;
  /** The connection, or the transport. */
  connection: ObservedConnection;
}

/** Published in `iocp.proactor:close`. */
export interface CloseEvent {
  /** The other end; of a pipe its path. */
  address: PeerAddress | undefined;
  /** Whose end was closed. */
  side: Side;
  /** How long the connection was there. */
  milliseconds: number;
}

/** Published in `iocp.proactor:error`. */
export interface ErrorEvent {
  /** What has failed that ends no call. */
  error: unknown;
  /** Where. */
  message: string;
}

const PREFIX = "iocp.proactor:";

/**
 * Publishes what happens on a port in channels of `node:diagnostics_channel`,
 * whose names begin with `iocp.proactor:`. A channel without a subscriber costs
 * a look at it.
 *
 * | channel         | published when                                          | message                        |
 * | --------------- | ------------------------------------------------------- | ------------------------------ |
 * | `connect.start` | a client begins to connect                              | {@linkcode ConnectStartEvent}  |
 * | `connect`       | it is connected                                         | {@linkcode ConnectEvent}       |
 * | `connect.error` | it is not                                               | {@linkcode ConnectErrorEvent}  |
 * | `accept`        | a server has accepted a client                          | {@linkcode AcceptEvent}        |
 * | `close`         | a connection is closed                                  | {@linkcode CloseEvent}         |
 * | `error`         | something has failed that ends no call                  | {@linkcode ErrorEvent}         |
 * | `starvation`    | no thread of Deno's pool has begun the port's wait in time | `{}`                        |
 *
 * @example Who connects?
 * ```ts
 * import { subscribe } from "node:diagnostics_channel";
 * import { connectPipe, PipeServer } from "@iocp/proactor";
 * import { publishDiagnostics } from "@iocp/proactor/diagnostics";
 *
 * using _published = publishDiagnostics();
 * subscribe("iocp.proactor:connect", (event) => {
 *   const { address } = event as { address: { transport: string } };
 *   console.log("connected by", address.transport); // connected by pipe
 * });
 * const path = `\\\\.\\pipe\\${crypto.randomUUID()}`;
 * using _server = PipeServer.listen(path);
 * using _client = await connectPipe(path);
 * ```
 *
 * @param proactor Whose port; the shared one if none is given.
 * @returns Ends it.
 * @throws {TypeError} when it is no `IocpProactor`.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function publishDiagnostics(proactor?: IocpProactor): Disposable {
  return watch(proactor, { connecting, opened, failed, starved });
}

function publisher<E extends object>(name: string): (event: () => E) => void {
  const published = channel(`${PREFIX}${name}`);
  return (event) => {
    if (published.hasSubscribers) published.publish(event());
  };
}

const publish = {
  start: publisher<ConnectStartEvent>("connect.start"),
  connect: publisher<ConnectEvent>("connect"),
  refused: publisher<ConnectErrorEvent>("connect.error"),
  accept: publisher<AcceptEvent>("accept"),
  close: publisher<CloseEvent>("close"),
  error: publisher<ErrorEvent>("error"),
  starvation: publisher("starvation"),
};

function connecting(address: PeerAddress): (outcome: Outcome) => void {
  publish.start(() => ({ address }));
  const since = performance.now();
  return (outcome) => {
    const milliseconds = performance.now() - since;
    if ("error" in outcome) {
      const { error } = outcome;
      publish.refused(() => ({ address, error, milliseconds }));
    } else {
      const { connection } = outcome;
      publish.connect(() => ({ address, connection, milliseconds }));
    }
  };
}

function opened(side: Side, connection: ObservedConnection): () => void {
  const since = performance.now();
  const address = peerOf(connection);
  if (side === "server") publish.accept(() => ({ address, connection }));
  return () => {
    const milliseconds = performance.now() - since;
    publish.close(() => ({ address, side, milliseconds }));
  };
}

function failed(error: unknown, message: string): void {
  publish.error(() => ({ error, message }));
}

function starved(): void {
  publish.starvation(() => ({}));
}
