/**
 * Streams of every kind and style whose close is tested.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { openTransport } from "../../src/net/socket/socket_transport.ts";
import { TcpConnection } from "../../src/net/tcp/tcp_connection.ts";
import { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import type {
  DeadlineOptions,
  DroppedBytesError,
} from "../../src/stream/close_deadline.ts";
import type { StreamConnection } from "../../src/stream/stream_connection.ts";
import { ownerOf } from "../../src/proactor/proactor_parts.ts";
import { outcome, PATH, type World } from "./_helpers.ts";
import { turns } from "./_turns.ts";
import { Recorder, rig } from "./_recorder.ts";
import { connectedSockets } from "./_sockets.ts";

/** The kinds of streams. */
export const KINDS = [
  "server's end of a byte pipe",
  "client's end of a byte pipe",
  "server's end of a message pipe",
  "TCP",
] as const;

/** A kind of stream. */
export type Kind = typeof KINDS[number];

/** How a stream is used. */
export type Style = "protocol" | "promise";

/** Bytes of one write. */
export const PIECE = 65_536;

/** A stream that is about to be closed. */
export interface Closing {
  /** The raw other end. */
  peer: Handle;
  /** Writes a piece; the outcome where there is one. */
  write(): Promise<string> | undefined;
  /** Closes. */
  close(options?: DeadlineOptions): void;
  /** Closes at once. */
  abort(): void;
  /** Settles when it is closed: `null`, or what it was told. */
  readonly end: Promise<Error | null>;
  /** True when it is closed. */
  closed: boolean;
}

/**
 * Makes a stream.
 *
 * @param world Where.
 * @param kind What.
 * @param options How it is used.
 * @returns The stream.
 */
export async function open(
  world: World,
  kind: Kind,
  { style, deadline }: DeadlineOptions & { style: Style },
): Promise<Closing> {
  const closing = style === "protocol"
    ? await openProtocol(world, kind, deadline)
    : await openPromises(world, kind, deadline);
  closing.end.then(() => closing.closed = true);
  return closing;
}

async function openProtocol(
  world: World,
  kind: Kind,
  deadline?: number,
): Promise<Closing> {
  const { transport, protocol, peer } = await protocolEnds(
    world,
    kind,
    deadline,
  );
  const { promise, resolve } = Promise.withResolvers<Error | null>();
  protocol.on = (name) => {
    if (name === "lost") resolve(protocol.error ?? null);
  };
  return {
    peer,
    write: () => void transport.write(new Uint8Array(PIECE)),
    close: (options) => transport.close(options),
    abort: () => transport.abort(),
    end: promise,
    closed: false,
  };
}

async function protocolEnds(world: World, kind: Kind, deadline?: number) {
  const protocol = new Recorder();
  if (kind === "TCP") {
    const [client, peer] = await connectedSockets(world);
    const { port } = world;
    const handle = ownerOf(world.port, client, "connect");
    const traits = { ...tcpTraits(world), deadline };
    const opened = { port, handle, traits };
    const [transport] = openTransport(opened, () => protocol, "TCP peer");
    return { transport, protocol, peer };
  }
  const type = kind.includes("byte") ? "byte" as const : "message" as const;
  const end = kind.includes("server") ? "server" : "client";
  return rig(world, { type, end, deadline }, protocol);
}

async function openPromises(
  world: World,
  kind: Kind,
  deadline?: number,
): Promise<Closing> {
  const [connection, peer] = await promiseEnds(world, kind, deadline);
  let end: Promise<Error | null> | undefined;
  const shutdown = (options?: DeadlineOptions) =>
    connection.shutdown(options).then(() => null, (error) => error);
  return {
    peer,
    write: () => outcome(connection.write(new Uint8Array(PIECE))),
    close: (options) => void shutdown(options),
    abort: () => connection.abort(),
    get end() {
      return end ??= connection.finished.then(() => shutdown());
    },
    closed: false,
  };
}

async function promiseEnds(
  world: World,
  kind: Kind,
  deadline?: number,
): Promise<[StreamConnection, Handle]> {
  if (kind === "TCP") {
    const [client, peer] = await connectedSockets(world);
    const owner = ownerOf(world.port, client, "connect");
    const traits = { ...tcpTraits(world), deadline };
    return [new TcpConnection(world.port, owner, traits), peer];
  }
  const messageType = kind.includes("message");
  const serverEnd = kind.includes("server");
  const { server, client } = world.pair({
    type: messageType ? "message" : "byte",
  });
  const [own, peer] = serverEnd ? [server, client] : [client, server];
  const handle = world.port.associate(own, { warnings: messageType });
  return [
    new PipeConnection(world.port, handle, {
      path: PATH,
      direction: "duplex",
      messageType,
      messageReadMode: messageType,
      serverEnd,
      deadline,
    }),
    peer,
  ];
}

function tcpTraits({ sim }: World) {
  const addr = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
  return { sockets: sim.sockets, local: addr, remote: addr };
}

/**
 * Reads a piece on the raw end, and lets turns pass.
 *
 * @param world Where.
 * @param peer The raw end.
 * @returns Its length, or the name of the error.
 */
export async function take(world: World, peer: Handle): Promise<number> {
  const data = await world.proactor.recv(peer, PIECE);
  await turns();
  return data.length;
}

/**
 * Checks what a stream with writes under way was told.
 *
 * @param error What.
 * @param Class Its class.
 * @param bytesDropped What it says is lost.
 */
export function assertDropped(
  error: Error | null,
  Class: new (message: string) => Error,
  bytesDropped: number,
): void {
  assert(error instanceof Class, String(error));
  assertEquals((error as DroppedBytesError).bytesDropped, bytesDropped);
}
