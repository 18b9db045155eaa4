/**
 * A connected socket, and the other end of its connection, on a computer of its
 * own.
 *
 * @module
 */

import { AF_INET, SOCK_STREAM } from "../../src/ffi/socket/constants.ts";
import type { SocketAddress } from "../../src/ffi/socket/sockaddr.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { TcpAddr } from "../../src/net/tcp/tcp_socket.ts";
import { associateSocket } from "../../src/proactor/call/socket_association.ts";
import type { PortHandle } from "../../src/proactor/port/port_handle.ts";
import { Direction } from "../sim/simulated_socket.ts";
import type { ModelWin32 } from "./model_win32.ts";
import type { World } from "./world.ts";

/** What a stream socket is made of. */
export const STREAM_SOCKET = {
  family: AF_INET,
  type: SOCK_STREAM,
  protocol: 0,
} as const;

/** An address, as users see it. */
export const TCP_ADDRESS: TcpAddr = {
  transport: "tcp",
  hostname: "127.0.0.1",
  port: 7,
};

const ADDRESS: SocketAddress = {
  family: "IPv4",
  hostname: "127.0.0.1",
  port: 7,
};

/** The end of a connection that somebody else has. */
export class SocketPeer {
  /** Bytes that it has read. */
  readonly received: number[] = [];
  /** Bytes that it has written. */
  written = 0;
  /** True when it has read all there will be. */
  ended = false;
  /** True from `end`, `close` or `reset` on. */
  endedWriting = false;
  /** True from `close` or `reset` on. */
  closed = false;
  /** True when the other end is told that something was lost. */
  wasReset = false;
  readonly #sim: ModelWin32;
  readonly #to: Direction;
  readonly #from: Direction;

  /**
   * @param sim The kernel.
   * @param to What it writes to.
   * @param from What it reads from.
   */
  constructor(sim: ModelWin32, to: Direction, from: Direction) {
    this.#sim = sim;
    this.#to = to;
    this.#from = from;
  }

  /** @param length Bytes that it writes: they count on from one. */
  write(length: number): void {
    this.#sim.touch(this.#to);
    for (let i = 0; i < length; i++) this.#to.data.push(++this.written & 0xff);
  }

  /** @param length Bytes that it reads at most; there may be none. */
  read(length: number): void {
    this.#sim.touch(this.#from);
    const { data, ended, reset } = this.#from;
    this.received.push(...data.splice(0, length));
    if (data.length === 0 && (ended || reset)) this.ended = true;
  }

  /** True when a read would bring something. */
  get readable(): boolean {
    const { data, ended, reset } = this.#from;
    return !this.ended && (data.length > 0 || ended || reset);
  }

  /** True when the end that is tested has told it of a loss. */
  get isReset(): boolean {
    return this.#from.reset;
  }

  /** `shutdown`: it writes no more. */
  end(): void {
    this.endedWriting = true;
    this.#sim.touch(this.#to);
    this.#to.ended = true;
  }

  /** `closesocket`: what it has not read makes it a reset. */
  close(): void {
    if (this.closed) return;
    this.#touchBoth();
    this.closed = this.endedWriting = true;
    if (this.#from.data.length > 0) this.wasReset = this.#to.reset = true;
    this.#to.ended = true;
    this.#from.reset = true;
  }

  /** It is gone, or the network says so. */
  reset(): void {
    this.#touchBoth();
    this.closed = this.endedWriting = this.wasReset = true;
    this.#to.reset = this.#from.reset = true;
  }

  #touchBoth(): void {
    this.#sim.touch(this.#to);
    this.#sim.touch(this.#from);
  }
}

/** A socket on the port, and who is at the other end. */
export interface ConnectedSocket {
  /** The socket, on the port. */
  readonly handle: PortHandle;
  /** The other end. */
  readonly peer: SocketPeer;
}

/**
 * Makes a connected socket.
 *
 * @param world Where.
 * @param label What its operations are called.
 * @param capacity Bytes from which on sends wait, in each direction.
 * @returns The socket and its peer.
 */
export function connectedSocket(
  { sim, port }: World,
  label: string,
  capacity: number,
): ConnectedSocket {
  const socket: Handle = sim.sockets.createSocket(STREAM_SOCKET);
  const file = sim.sockets.at(socket);
  const [incoming, outgoing] = [new Direction(), new Direction()];
  outgoing.capacity = capacity;
  const connected = { incoming, outgoing, local: ADDRESS, remote: ADDRESS };
  Object.assign(file, connected);
  sim.label(file, label);
  const handle = associateSocket(port, sim.sockets, socket);
  return { handle, peer: new SocketPeer(sim, incoming, outgoing) };
}
