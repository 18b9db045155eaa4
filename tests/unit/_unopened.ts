/**
 * Ends of streams of every kind that wait to be given to a protocol.
 *
 * @module
 */

import { DatagramChannelTransport } from "../../src/net/udp/datagram_channel_transport.ts";
import type { DatagramProtocol } from "../../src/net/udp/datagram_protocol.ts";
import { openTransport } from "../../src/net/socket/socket_transport.ts";
import type { TcpAddr } from "../../src/net/tcp/tcp_socket.ts";
import { createPipePair } from "../../src/pipe/anonymous_pipe.ts";
import { pipeIo } from "../../src/pipe/pipe_io.ts";
import { ChildTransport } from "../../src/process/child_transport.ts";
import type { SubprocessProtocol } from "../../src/process/subprocess_protocol.ts";
import { ownerOf } from "../../src/proactor/proactor_parts.ts";
import { ChannelTransport } from "../../src/stream/channel_transport.ts";
import type { Protocol } from "../../src/stream/protocol.ts";
import { type World, wrong } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import {
  addressOf,
  bound,
  connectedSockets,
  datagramHandle,
} from "./_sockets.ts";

/** A protocol for any kind of stream. */
export type AnyProtocol =
  & Omit<Protocol, "connectionMade">
  & Omit<DatagramProtocol, "connectionMade">
  & Omit<SubprocessProtocol, "connectionMade">
  & { connectionMade?(): void };

/** What a test needs of a transport. */
export interface Opened {
  abort(): void;
  readonly finished: Promise<void>;
}

/** A stream that waits to be given to a protocol. */
export interface Unopened {
  /** Makes the transport. */
  open(protocol: AnyProtocol): Opened;
  /** Sends the greeting, and ends the stream where it has an end. */
  greet(): void;
  /** Closes what the test has left. */
  close(): void;
}

/** Makes such an end. */
export type Kind = (world: World) => Unopened | Promise<Unopened>;

/** An end of a pipe. */
function pipeEnd(type: "byte" | "message", end: "server" | "client"): Kind {
  return (world) => {
    const { server, client } = world.pair({ type });
    const [own, peer] = end === "client" ? [client, server] : [server, client];
    const messages = type === "message";
    const handle = world.port.associate(own, { warnings: messages });
    return {
      open: (protocol) =>
        new ChannelTransport(world.port, handle, {
          name: 'pipe "x"',
          readable: true,
          writable: true,
          messages,
          ...pipeIo(world.port, handle, messages),
          extra: {},
          protocol,
        }),
      greet: () => void world.proactor.send(peer, bytes("hello")),
      close: () => world.close(peer),
    };
  };
}

/** An end of a TCP connection. */
export function socketEnd(end: "server" | "client"): Kind {
  return async (world) => {
    const [client, server] = await connectedSockets(world);
    const [own, peer] = end === "client" ? [client, server] : [server, client];
    const addr: TcpAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
    const { sockets } = world.sim;
    const traits = { sockets, local: addr, remote: addr };
    const handle = ownerOf(world.port, own, "connect");
    const opened = { port: world.port, handle, traits };
    return {
      open: (protocol) =>
        openTransport(opened, () => protocol, "peer")[0] as ChannelTransport,
      greet: () => void world.proactor.send(peer, bytes("hello")),
      close: () => world.close(peer),
    };
  };
}

function datagramEnd(world: World): Unopened {
  const own = datagramHandle(world);
  const peer = bound(world, "datagram");
  const { proactor } = world;
  const to = addressOf(world, own.handle.handle);
  return {
    open: (protocol) => new DatagramChannelTransport(own, wrong(protocol)),
    greet: () => void proactor.sendTo(peer, bytes("hello"), to),
    close: () => world.close(peer),
  };
}

const NEVER = new Promise<never>(() => {});

/** The standard output of a child. */
function childEnd(world: World): Unopened {
  const { path, server, client } = createPipePair(world.sim, { duplex: true });
  const handle = world.port.associate(server, { warnings: false });
  const ends = [null, { path, handle }, null] as const;
  const child = {
    pid: 1,
    status: null,
    exited: NEVER,
    kill() {},
    destroy() {},
  };
  return {
    open(protocol) {
      const transport = new ChildTransport(
        world.port,
        { child, ends },
        wrong(protocol),
      );
      const pipe = transport.getPipeTransport(1) as ChannelTransport;
      return { abort: () => transport.close(), finished: pipe.finished };
    },
    greet: () => void world.proactor.send(client, bytes("hello")),
    close: () => world.close(client),
  };
}

/** Every kind. */
export const KINDS: Record<string, Kind> = {
  "a byte pipe's client": pipeEnd("byte", "client"),
  "a byte pipe's server": pipeEnd("byte", "server"),
  "a message pipe's client": pipeEnd("message", "client"),
  "a message pipe's server": pipeEnd("message", "server"),
  "a TCP client": socketEnd("client"),
  "a TCP server": socketEnd("server"),
  "a datagram endpoint": datagramEnd,
  "a child's output": childEnd,
};
