/**
 * Winsock on the simulated kernel: streams and datagrams of one computer.
 *
 * @module
 */

import {
  decodeSocketAddress,
  encodeSocketAddress,
  type SocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import type {
  AcceptBuffer,
  AddressPair,
  Bytes,
  Socket,
  SocketApi,
  SocketOption,
  SocketParameters,
  TransmitParameters,
} from "../../src/ffi/socket/api.ts";
import {
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SIO_UDP_CONNRESET,
  SO_LINGER,
  SO_PROTOCOL_INFOW,
  SO_TYPE,
  SO_UPDATE_ACCEPT_CONTEXT,
  SO_UPDATE_CONNECT_CONTEXT,
  SOCK_DGRAM,
  SOL_SOCKET,
  STATUS_CONNECTION_RESET,
  TF_REUSE_SOCKET,
  WSAEACCES,
  WSAECONNREFUSED,
  WSAECONNRESET,
  WSAEINVAL,
  WSAENOPROTOOPT,
  WSAENOTCONN,
  WSAENOTSOCK,
  XP1_IFS_HANDLES,
} from "../../src/ffi/socket/constants.ts";
import { WSABUF_SIZE } from "../../src/ffi/socket/structs.ts";
import { OVERLAPPED_OFFSET } from "../../src/ffi/structs.ts";
import type { Address } from "../../src/ffi/win32_api.ts";
import {
  bindRefused,
  destinationRefused,
  portOf,
  rebindRefused,
  SHARING,
} from "./socket_rules.ts";
import type { Kernel } from "./kernel.ts";
import type { OperationKind } from "./operation.ts";
import {
  type SimulatedDatagram,
  type SimulatedNetwork,
  SimulatedSocket,
  type SocketDetail,
} from "./simulated_socket.ts";
import { toDosError } from "./status.ts";

const FIRST_PORT = 49_152;

/** A call that can be made to fail. */
export type SocketCall = {
  [K in keyof SocketApi]: SocketApi[K] extends (...args: never[]) => number ? K
    : never;
}[keyof SocketApi];

interface Start {
  kind: OperationKind;
  overlapped: Address;
  detail: SocketDetail;
  buffer?: Address;
  length?: number;
}

/** The simulated Winsock. */
export class SimulatedSockets implements SocketApi, SimulatedNetwork {
  lastError = 0;
  transferred = 0;
  readonly receivedFlags = 0;
  readonly extensions = true;
  /** The files that `transmitFile` knows, by handle. */
  readonly files = new Map<bigint, Uint8Array>();
  readonly #kernel: Kernel;
  readonly #bound = new Set<SimulatedSocket>();
  /** Connections on ports that were bound for their listener alone. */
  readonly #exclusive = new Set<SimulatedSocket>();
  readonly #failures = new Map<string, number[]>();
  /** Ports that Windows has reserved: binds are denied. */
  readonly excludedPorts = new Set<number>();
  #nextPort = FIRST_PORT;

  /** @param kernel Where operations and handles live. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  get memory() {
    return this.#kernel.guard;
  }

  get clock() {
    return this.#kernel.clock;
  }

  get settings() {
    return this.#kernel.settings;
  }

  settle(): void {
    this.#kernel.settle();
  }

  accepted(socket: SimulatedSocket, listener: SimulatedSocket): void {
    if (listener.sharing === "exclusive") this.#exclusive.add(socket);
  }

  disconnected(socket: SimulatedSocket): void {
    this.#exclusive.delete(socket);
  }

  /**
   * Makes the next call of a function fail at once.
   *
   * @param name The function.
   * @param code The code.
   */
  fail(name: SocketCall, code: number): void {
    this.#failures.set(name, [...this.#failures.get(name) ?? [], code]);
  }

  /**
   * The socket behind a handle.
   *
   * @param socket The handle.
   * @returns The socket.
   */
  at(socket: Socket): SimulatedSocket {
    const file = this.#kernel.file(socket);
    if (file instanceof SimulatedSocket) return file;
    throw new Error(`${socket} is no socket`);
  }

  /**
   * Resets a connection, as its peer or the network does.
   *
   * @param socket The socket that is told.
   */
  reset(socket: Socket): void {
    const { incoming, outgoing } = this.at(socket);
    incoming!.reset = outgoing!.reset = true;
    this.#kernel.settle();
  }

  /**
   * Lets a datagram come.
   *
   * @param socket Who gets it.
   * @param datagram The datagram.
   */
  deliver(socket: SimulatedSocket, datagram: SimulatedDatagram): void {
    socket.datagrams.push(datagram);
    this.#kernel.settle();
  }

  find(address: SocketAddress, type: number): SimulatedSocket | undefined {
    return [...this.#bound].find(({ local, parameters }) =>
      portOf(local!) === portOf(address) && parameters.type === type
    );
  }

  // --- sockets ---------------------------------------------------------------

  createSocket(parameters: SocketParameters): Socket {
    const socket = new SimulatedSocket(parameters, this);
    return this.#kernel.handles.open(socket);
  }

  closeSocket(socket: Socket): number {
    const file = this.#kernel.file(socket);
    if (!(file instanceof SimulatedSocket)) return this.#code(WSAENOTSOCK);
    this.#bound.delete(file);
    this.#kernel.handles.close(socket);
    file.cleanup();
    this.#kernel.settle();
    return 0;
  }

  bind(socket: Socket, address: Bytes): number {
    return this.#call("bind", socket, (file) => {
      if (file.local !== null) return WSAEINVAL;
      const local = decodeSocketAddress(address);
      if ("port" in local && local.port === 0) local.port = this.#nextPort++;
      const refused = this.#bindRefused(file, local);
      if (refused !== 0) return refused;
      file.local = local;
      this.#bound.add(file);
      return 0;
    });
  }

  #bindRefused(file: SimulatedSocket, local: SocketAddress): number {
    if (this.excludedPorts.has(portOf(local))) return WSAEACCES;
    const refused = bindRefused(this.#bound, file, local);
    if (refused !== 0 || !this.settings.exclusiveConnections) return refused;
    return rebindRefused(this.#exclusive, file, local);
  }

  listen(socket: Socket, backlog: number): number {
    return this.#call("listen", socket, (file) => {
      if (file.local === null) return WSAEINVAL;
      file.listening = true;
      file.backlog = backlog;
      return 0;
    });
  }

  connect(socket: Socket, address: Bytes): number {
    return this.#call("connect", socket, (file) => {
      if (file.parameters.type !== SOCK_DGRAM) return WSAECONNREFUSED;
      const code = this.#aim(file, address);
      if (code !== 0) return code;
      file.remote = decodeSocketAddress(address);
      return 0;
    });
  }

  shutdown(socket: Socket, _how: number): number {
    return this.#call("shutdown", socket, (file) => {
      if (file.outgoing === null) return WSAENOTCONN;
      file.outgoing.ended = true;
      return 0;
    });
  }

  getSocketName(socket: Socket): Bytes | null {
    return this.#name(this.at(socket).local, WSAEINVAL);
  }

  getPeerName(socket: Socket): Bytes | null {
    return this.#name(this.at(socket).remote, WSAENOTCONN);
  }

  setSocketOption(socket: Socket, option: SocketOption, value: Bytes): number {
    return this.#call("setSocketOption", socket, (file) => {
      const { level, name } = option;
      if (level === IPPROTO_IPV6 && name === IPV6_V6ONLY) {
        if (file.local !== null) return WSAEINVAL;
        file.v6Only = value[0] !== 0;
      }
      if (level !== SOL_SOCKET) return 0;
      file.sharing = SHARING[name] ?? file.sharing;
      if (name === SO_LINGER) {
        file.resetsOnClose = value[0] === 1 && value[2] === 0;
      }
      file.updated ||= name === SO_UPDATE_ACCEPT_CONTEXT ||
        name === SO_UPDATE_CONNECT_CONTEXT;
      return 0;
    });
  }

  getSocketOption(socket: Socket, option: SocketOption, value: Bytes): number {
    return this.#call("getSocketOption", socket, ({ parameters }) => {
      const view = new DataView(value.buffer, value.byteOffset);
      if (option.name === SO_TYPE) view.setInt32(0, parameters.type, true);
      else if (option.name !== SO_PROTOCOL_INFOW) return WSAENOPROTOOPT;
      else {
        view.setUint32(0, XP1_IFS_HANDLES, true);
        view.setInt32(76, parameters.family, true);
        view.setInt32(88, parameters.type, true);
        view.setInt32(92, parameters.protocol, true);
      }
      return 0;
    });
  }

  ioctlSocket(socket: Socket, _command: number, _argument: number): number {
    return this.#call("ioctlSocket", socket, () => 0);
  }

  wsaIoctl(socket: Socket, code: number, input: Bytes, _out: Bytes): number {
    return this.#call("wsaIoctl", socket, (file) => {
      if (code === SIO_UDP_CONNRESET) file.tellsUnreachable = input[0] !== 0;
      return 0;
    });
  }

  isIfsSocket(_socket: Socket): boolean {
    return true;
  }

  // --- overlapped calls ------------------------------------------------------

  acceptEx(
    listener: Socket,
    socket: Socket,
    { address, addressSize }: AcceptBuffer,
    overlapped: Address,
  ): number {
    const detail = { socket: this.at(socket), addressSize };
    return this.#start("acceptEx", listener, {
      kind: "read",
      overlapped,
      detail: { call: "accept", ...detail },
      buffer: address,
      length: addressSize * 2,
    });
  }

  getAcceptExAddresses(
    { address, addressSize }: AcceptBuffer,
  ): AddressPair {
    return {
      local: this.#addressAt(address),
      remote: this.#addressAt(address + BigInt(addressSize)),
    };
  }

  connectEx(socket: Socket, address: Bytes, overlapped: Address): number {
    const to = decodeSocketAddress(address);
    const detail = { call: "connect", to } as const;
    const start: Start = { kind: "connect", overlapped, detail };
    return this.#start("connectEx", socket, start, address);
  }

  disconnectEx(socket: Socket, flags: number, overlapped: Address): number {
    const reuse = (flags & TF_REUSE_SOCKET) !== 0;
    const detail = { call: "disconnect", reuse } as const;
    return this.#start("disconnectEx", socket, {
      kind: "wait",
      overlapped,
      detail,
    });
  }

  transmitFile(
    socket: Socket,
    parameters: TransmitParameters,
    overlapped: Address,
  ): number {
    const file = this.files.get(parameters.file);
    if (file === undefined) return this.#code(6);
    const bytes = new Uint8Array(8);
    const at = overlapped + BigInt(OVERLAPPED_OFFSET);
    this.memory.memory.read(bytes, at);
    const offset = Number(new DataView(bytes.buffer).getBigInt64(0, true));
    const part = { file, offset, count: parameters.length };
    return this.#start("transmitFile", socket, {
      kind: "write",
      overlapped,
      detail: { call: "transmit", ...part },
    });
  }

  wsaRecv(
    socket: Socket,
    buffers: Bytes,
    _flags: number,
    overlapped: Address,
  ): number {
    const detail = { call: "receive" } as const;
    const range = rangeOf(buffers);
    return this.#start("wsaRecv", socket, {
      kind: "read",
      overlapped,
      detail,
      ...range,
    });
  }

  wsaSend(
    socket: Socket,
    buffers: Bytes,
    _flags: number,
    overlapped: Address,
  ): number {
    const detail = { call: "send" } as const;
    const range = rangeOf(buffers);
    return this.#start("wsaSend", socket, {
      kind: "write",
      overlapped,
      detail,
      ...range,
    });
  }

  wsaRecvFrom(
    socket: Socket,
    buffers: Bytes,
    _flags: number,
    from: Address,
    overlapped: Address,
  ): number {
    const detail = { call: "receive", from } as const;
    const range = rangeOf(buffers);
    return this.#start("wsaRecvFrom", socket, {
      kind: "read",
      overlapped,
      detail,
      ...range,
    });
  }

  wsaSendTo(
    socket: Socket,
    buffers: Bytes,
    _flags: number,
    to: Bytes,
    overlapped: Address,
  ): number {
    const detail = { call: "send", to: decodeSocketAddress(to) } as const;
    const range = rangeOf(buffers);
    const start: Start = { kind: "write", overlapped, detail, ...range };
    return this.#start("wsaSendTo", socket, start, to);
  }

  wsaRecvMsg(): number {
    throw new Error("WSARecvMsg is not simulated");
  }

  wsaSendMsg(): number {
    throw new Error("WSASendMsg is not simulated");
  }

  // --- parts -----------------------------------------------------------------

  #call(
    name: SocketCall,
    socket: Socket,
    call: (file: SimulatedSocket) => number,
  ): number {
    const failure = this.#failures.get(name)?.shift();
    if (failure !== undefined) return this.#code(failure);
    const file = this.#kernel.file(socket);
    if (!(file instanceof SimulatedSocket)) return this.#code(WSAENOTSOCK);
    const code = call(file);
    this.#kernel.settle();
    return this.#code(code);
  }

  /** Datagram sockets are bound by their first send or connect. */
  #aim(file: SimulatedSocket, to: Bytes): number {
    const code = destinationRefused(file, to);
    const isBound = file.local !== null || file.parameters.type !== SOCK_DGRAM;
    if (code !== 0 || isBound) return code;
    const local = decodeSocketAddress(to);
    if ("port" in local) local.port = this.#nextPort++;
    file.local = local;
    this.#bound.add(file);
    return 0;
  }

  #start(
    name: SocketCall,
    socket: Socket,
    start: Start,
    to?: Bytes,
  ): number {
    return this.#call(name, socket, (file) => {
      const code = to === undefined ? 0 : this.#aim(file, to);
      if (code !== 0) return code;
      const { call } = start.detail;
      const isStream = file.parameters.type !== SOCK_DGRAM;
      const moves = call !== "accept" && call !== "connect";
      if (isStream && moves && file.incoming === null) return WSAENOTCONN;
      const request = { handle: socket, file, buffer: 0n, length: 0, ...start };
      const { status, bytes } = this.#kernel.submit(request);
      if (status === STATUS_CONNECTION_RESET) return WSAECONNRESET;
      const result = toDosError(status);
      if (result === 0) this.transferred = bytes;
      return result;
    });
  }

  #addressAt(at: Address): Bytes {
    const { memory } = this.memory;
    const length = new Uint8Array(1);
    memory.read(length, at);
    const address = new Uint8Array(length[0]!);
    memory.read(address, at + 1n);
    return address;
  }

  #name(address: SocketAddress | null, code: number): Bytes | null {
    if (address !== null) return encodeSocketAddress(address);
    this.lastError = code;
    return null;
  }

  #code(code: number): number {
    if (code !== 0) this.lastError = code;
    return code;
  }
}

/** The one WSABUF that the library passes. */
function rangeOf(buffers: Bytes): { buffer: Address; length: number } {
  if (buffers.length !== WSABUF_SIZE) throw new Error("Not one WSABUF");
  const view = new DataView(buffers.buffer, buffers.byteOffset);
  const length = view.getUint32(0, true);
  return { buffer: view.getBigUint64(8, true), length };
}
