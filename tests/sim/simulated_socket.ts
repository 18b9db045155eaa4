/**
 * Sockets of the simulated kernel.
 *
 * @module
 */

import { STATUS_CANCELLED, STATUS_SUCCESS } from "../../src/ffi/constants.ts";
import {
  encodeSocketAddress,
  type SocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import type { SocketParameters } from "../../src/ffi/socket/api.ts";
import {
  SOCK_DGRAM,
  STATUS_CONNECTION_REFUSED,
  STATUS_CONNECTION_RESET,
} from "../../src/ffi/socket/constants.ts";
import { OVERLAPPED_SIZE } from "../../src/ffi/structs.ts";
import type { Address } from "../../src/ffi/win32_api.ts";
import { STATUS_END_OF_FILE } from "./disk_file.ts";
import type { SimulatedClock } from "./clock.ts";
import type { MemoryGuard } from "./guard.ts";
import {
  type Operation,
  type Outcome,
  type Request,
  SimulatedFile,
} from "./operation.ts";
import type { Settings } from "./options.ts";
import { queueLength, type RuledSocket, type Sharing } from "./socket_rules.ts";
import { STATUS_PENDING } from "./status.ts";

/** The status that becomes ERROR_NETNAME_DELETED. */
const STATUS_REMOTE_DISCONNECT = 0xc000_013c;
/** The status that becomes ERROR_PORT_UNREACHABLE. */
const STATUS_PORT_UNREACHABLE = 0xc000_023f;

/** One direction of a connection. */
export class Direction {
  /** Bytes that were not received yet. */
  data: number[] = [];
  /** The sender sends no more. */
  ended = false;
  /** The connection was reset. */
  reset = false;
  /** Bytes from which on sends wait. */
  capacity = 65_536;
}

/** A client that waits to be accepted. */
export interface PendingClient {
  /** What the accepted socket receives. */
  incoming: Direction;
  /** What it sends. */
  outgoing: Direction;
  /** The client's address. */
  remote: SocketAddress;
}

/** A datagram on its way. */
export interface SimulatedDatagram {
  /** Its bytes. */
  data: Uint8Array;
  /** Who has sent it. */
  from: SocketAddress;
}

/** What an operation on a socket does. */
export type SocketDetail =
  | { call: "receive"; from?: Address }
  | { call: "send"; to?: SocketAddress }
  | { call: "transmit"; file: Uint8Array; offset: number; count: number }
  | { call: "accept"; socket: SimulatedSocket; addressSize: number }
  | { call: "connect"; to: SocketAddress }
  | { call: "disconnect"; reuse: boolean };

/** A request with what only sockets need. */
export interface SocketRequest extends Request {
  /** What to do. */
  readonly detail: SocketDetail;
}

/** What sockets know of each other. */
export interface SimulatedNetwork {
  /** Memory of operations. */
  readonly memory: MemoryGuard;
  /** The time. */
  readonly clock: SimulatedClock;
  /** Which rules hold. */
  readonly settings: Settings;
  /** Lets operations end that can. */
  settle(): void;
  /**
   * Notes that a socket is connected to a port that is served.
   *
   * @param socket The socket that was accepted.
   * @param listener By whom.
   */
  accepted(socket: SimulatedSocket, listener: SimulatedSocket): void;
  /**
   * Notes that a socket is connected no more.
   *
   * @param socket The socket.
   */
  disconnected(socket: SimulatedSocket): void;
  /**
   * Finds a socket.
   *
   * @param address Where it is bound.
   * @param type Its type.
   * @returns The socket, if there is one.
   */
  find(address: SocketAddress, type: number): SimulatedSocket | undefined;
}

/** A stream socket, a listening one, or one for datagrams. */
export class SimulatedSocket extends SimulatedFile implements RuledSocket {
  /** How it was made. */
  readonly parameters: SocketParameters;
  /** Where it is bound. */
  local: SocketAddress | null = null;
  /** Where it is connected to. */
  remote: SocketAddress | null = null;
  /** What it receives, when it is connected. */
  incoming: Direction | null = null;
  /** What it sends, when it is connected. */
  outgoing: Direction | null = null;
  /** Whether it listens. */
  listening = false;
  /** What `listen` was given. */
  backlog = 0;
  /** Whether `SO_UPDATE_ACCEPT_CONTEXT` or its counterpart was set. */
  updated = false;
  /** How it shares its address. */
  sharing: Sharing = "default";
  /** Whether it has no part in IPv4. */
  v6Only = true;
  /** Whether receives are told of datagrams that have found no one. */
  tellsUnreachable = true;
  /** What they are told. */
  unreachableStatus = STATUS_PORT_UNREACHABLE;
  /** `SO_LINGER` with no time to linger. */
  resetsOnClose = false;
  /** Clients that wait to be accepted. */
  readonly clients: PendingClient[] = [];
  /** Datagrams that were not received yet. */
  readonly datagrams: SimulatedDatagram[] = [];
  /** Whether the last datagram has found no one. */
  unreachable = false;
  readonly #network: SimulatedNetwork;
  readonly #operations = new Set<Operation>();

  /**
   * @param parameters How it was made.
   * @param network The others.
   */
  constructor(parameters: SocketParameters, network: SimulatedNetwork) {
    super(true);
    this.parameters = parameters;
    this.#network = network;
  }

  override start(operation: Operation): number {
    this.#operations.add(operation);
    const { detail } = operation.request as SocketRequest;
    if (detail.call === "disconnect" && detail.reuse) this.#leaveFor(operation);
    return STATUS_PENDING;
  }

  override canComplete(operation: Operation): boolean {
    if (operation !== this.#first(operation)) return false;
    const { detail } = operation.request as SocketRequest;
    switch (detail.call) {
      case "receive":
        return this.#canReceive();
      case "send":
      case "transmit":
        return this.#canSend();
      case "accept":
        return this.clients.length > 0;
      case "disconnect":
        return !detail.reuse || operation.signalled;
      default:
        return true;
    }
  }

  override canCancel(_operation: Operation): boolean {
    return true;
  }

  override complete(operation: Operation): Outcome {
    this.#operations.delete(operation);
    const { detail } = operation.request as SocketRequest;
    switch (detail.call) {
      case "receive":
        return this.#receive(operation, detail.from);
      case "send":
        return this.#send(this.#bytesOf(operation), detail.to);
      case "transmit":
        return this.#transmit(detail);
      case "accept":
        return this.#accept(operation, detail);
      case "connect":
        return this.#connect(detail.to);
      case "disconnect":
        return this.#disconnect(detail.reuse);
    }
  }

  override remove(operation: Operation): void {
    this.#operations.delete(operation);
  }

  override cleanup(): void {
    for (const operation of this.#operations) {
      operation.forced = STATUS_CANCELLED;
    }
    if (this.outgoing !== null) this.#leave(this.incoming!, this.outgoing);
    for (const { incoming, outgoing } of this.clients) {
      incoming.reset = outgoing.reset = true;
    }
    this.listening = false;
    this.local = null;
    this.#network.disconnected(this);
  }

  /** The peer is told by a reset of bytes that are dropped or were not read. */
  #leave(incoming: Direction, outgoing: Direction): void {
    if (this.resetsOnClose) outgoing.data.length = 0;
    if (this.resetsOnClose || incoming.data.length > 0) outgoing.reset = true;
    outgoing.ended = true;
    incoming.reset = true;
  }

  /** The oldest operation of the same direction. */
  #first(operation: Operation): Operation | undefined {
    const { kind } = operation.request;
    for (const other of this.#operations) {
      if (other.request.kind === kind) return other;
    }
    return undefined;
  }

  #canReceive(): boolean {
    if (this.parameters.type === SOCK_DGRAM) {
      return this.datagrams.length > 0 || this.unreachable;
    }
    const { data, ended, reset } = this.incoming!;
    return data.length > 0 || ended || reset;
  }

  #canSend(): boolean {
    if (this.parameters.type === SOCK_DGRAM) return true;
    const { data, reset, capacity } = this.outgoing!;
    return reset || data.length < capacity;
  }

  #receive(operation: Operation, from: Address | undefined): Outcome {
    if (this.parameters.type === SOCK_DGRAM) {
      return this.#receiveDatagram(operation, from);
    }
    const { data, reset } = this.incoming!;
    if (reset) return { status: STATUS_CONNECTION_RESET, bytes: 0 };
    const bytes = data.splice(0, operation.request.length);
    this.#network.memory.write(operation, 0, Uint8Array.from(bytes));
    return { status: STATUS_SUCCESS, bytes: bytes.length };
  }

  #receiveDatagram(operation: Operation, from: Address | undefined): Outcome {
    if (this.unreachable) {
      this.unreachable = false;
      return { status: this.unreachableStatus, bytes: 0 };
    }
    const { memory } = this.#network;
    const datagram = this.datagrams.shift()!;
    memory.write(operation, 0, datagram.data);
    if (from !== undefined) {
      memory.touch(operation, from, OVERLAPPED_SIZE);
      memory.memory.write(from, encodeSocketAddress(datagram.from));
    }
    return { status: STATUS_SUCCESS, bytes: datagram.data.length };
  }

  #bytesOf(operation: Operation): Uint8Array {
    const { length } = operation.request;
    return this.#network.memory.read(operation, 0, length);
  }

  #send(bytes: Uint8Array, to: SocketAddress | undefined): Outcome {
    if (this.parameters.type === SOCK_DGRAM) {
      return this.#sendDatagram(bytes, to ?? this.remote!);
    }
    const { data, reset } = this.outgoing!;
    if (reset) return { status: STATUS_CONNECTION_RESET, bytes: 0 };
    for (const byte of bytes) data.push(byte);
    return { status: STATUS_SUCCESS, bytes: bytes.length };
  }

  #sendDatagram(data: Uint8Array, to: SocketAddress): Outcome {
    const target = this.#network.find(to, SOCK_DGRAM);
    if (target === undefined) this.unreachable = this.tellsUnreachable;
    else target.datagrams.push({ data, from: this.local! });
    return { status: STATUS_SUCCESS, bytes: data.length };
  }

  #transmit(
    { file, offset, count }: SocketDetail & { call: "transmit" },
  ): Outcome {
    const end = count === 0 ? file.length : offset + count;
    if (end > file.length) return { status: STATUS_END_OF_FILE, bytes: 0 };
    return this.#send(file.subarray(offset, end), undefined);
  }

  #accept(
    operation: Operation,
    { socket, addressSize }: SocketDetail & { call: "accept" },
  ): Outcome {
    const { incoming, outgoing, remote } = this.clients.shift()!;
    if (incoming.reset) return { status: STATUS_REMOTE_DISCONNECT, bytes: 0 };
    Object.assign(socket, { incoming, outgoing, remote, local: this.local });
    this.#network.accepted(socket, this);
    this.#writeAddress(operation, 0, this.local!);
    this.#writeAddress(operation, addressSize, remote);
    return { status: STATUS_SUCCESS, bytes: 0 };
  }

  /** Its length, then the address. */
  #writeAddress(operation: Operation, at: number, address: SocketAddress) {
    const bytes = encodeSocketAddress(address);
    const area = Uint8Array.of(bytes.length, ...bytes);
    this.#network.memory.write(operation, at, area);
  }

  #connect(to: SocketAddress): Outcome {
    const listener = this.#network.find(to, this.parameters.type);
    if (!listener?.listening || listener.#isFull()) {
      return { status: STATUS_CONNECTION_REFUSED, bytes: 0 };
    }
    const [there, back] = [new Direction(), new Direction()];
    const remote = this.local!;
    listener.clients.push({ incoming: there, outgoing: back, remote });
    Object.assign(this, { incoming: back, outgoing: there, remote: to });
    return { status: STATUS_SUCCESS, bytes: 0 };
  }

  /**
   * Clients beyond the queue are answered by a reset: Microsoft's documentation
   * of `listen`, and OpenJDK's pull request 25819. An accept that waits takes
   * its client out of the queue at once.
   */
  #isFull(): boolean {
    if (this.#network.settings.fullBacklog === "wait") return false;
    const room = queueLength(this.backlog) + this.#waitingAccepts();
    return this.clients.length >= room;
  }

  #waitingAccepts(): number {
    let count = 0;
    for (const { request } of this.#operations) {
      if ((request as SocketRequest).detail.call === "accept") count++;
    }
    return count;
  }

  /**
   * The end that leaves first is in TIME_WAIT, and its socket is not free
   * before that is over: Microsoft's documentation of `DisconnectEx`.
   */
  #leaveFor(operation: Operation): void {
    const { clock, settings } = this.#network;
    const { ended, reset } = this.incoming!;
    this.outgoing!.ended = true;
    operation.signalled = ended || reset || settings.timeWait === 0;
    if (operation.signalled) return;
    operation.timer = clock.schedule(settings.timeWait, () => {
      operation.signalled = true;
      this.#network.settle();
    });
  }

  #disconnect(reuse: boolean): Outcome {
    this.outgoing!.ended = true;
    if (reuse) {
      this.incoming = this.outgoing = this.remote = null;
      this.#network.disconnected(this);
    }
    return { status: STATUS_SUCCESS, bytes: 0 };
  }
}
