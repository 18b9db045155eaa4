/**
 * A listening socket with accepts that wait for clients.
 *
 * A listener outlives its clients: whatever happens to one of them, as many
 * accepts as were asked for are armed again, and before a connection is handed
 * out its successor is.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../ffi/constants.ts";
import type { NativeBuffer } from "../ffi/memory.ts";
import { encodeSocketAddress } from "../ffi/sockaddr.ts";
import type { AcceptBuffer, Socket, SocketApi } from "../ffi/socket_api.ts";
import {
  ERROR_NETNAME_DELETED,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SO_EXCLUSIVEADDRUSE,
  SO_UPDATE_ACCEPT_CONTEXT,
  SOL_SOCKET,
  WSAECONNABORTED,
  WSAECONNRESET,
} from "../ffi/socket_constants.ts";
import {
  ACCEPT_EXTRA,
  ADDRESS_AREA_LENGTH,
  encodeDword,
  encodeHandle,
} from "../ffi/socket_structs.ts";
import type { CompletionPort } from "../proactor/completion_port.ts";
import type { PortDependent } from "../proactor/dependents.ts";
import type { CompletionListener, Operation } from "../proactor/operation.ts";
import type { PortHandle } from "../proactor/port_handle.ts";
import { associateSocket } from "./socket_io.ts";
import type { TcpTraits } from "./tcp_connection.ts";
import {
  addressText,
  CallGate,
  createTcpSocket,
  type IpAddress,
  publicAddr,
  type TcpAddr,
  tcpAddr,
} from "./tcp_socket.ts";

/** The pauses after a failure to accept, in milliseconds. */
const FIRST_BACK_OFF = 10;
const LAST_BACK_OFF = 1000;

const ADDRESS_SIZE = ADDRESS_AREA_LENGTH + ACCEPT_EXTRA;

const ERROR_UNEXP_NET_ERR = 59;
const ERROR_CONNECTION_ABORTED = 1236;

/** A client that left before it was accepted: no reason to wait. */
const CLIENT_LEFT: readonly number[] = [
  ERROR_UNEXP_NET_ERR,
  ERROR_NETNAME_DELETED,
  ERROR_CONNECTION_ABORTED,
  WSAECONNABORTED,
  WSAECONNRESET,
];

/** What a listener needs of the options. */
export interface SocketListenerOptions {
  /** Where to listen. */
  address: IpAddress;
  /** Connections that Windows keeps until they are accepted. */
  backlog: number;
  /** Accepts that are armed at any time. */
  accepts: number;
  /** False takes IPv4 clients too, on an IPv6 address. */
  ipv6Only: boolean;
}

/** What a listener tells. */
export interface SocketListenerEvents {
  /** A client has connected; the handle is the receiver's now. */
  onConnected(handle: PortHandle, traits: TcpTraits): void;
  /** Something failed; the listener goes on. */
  onError(error: Error): void;
  /** How many more clients there is room for. */
  room(): number;
  /** After `close`: the kernel has nothing of the listener any more. */
  onReleased(): void;
}

interface Accept {
  /** The socket that will be connected. */
  socket: Socket;
  /** Its place in the block of addresses. */
  place: number;
}

/** Keeps accepts waiting on one socket. */
export class SocketListener implements CompletionListener, PortDependent {
  readonly #port: CompletionPort;
  readonly #sockets: SocketApi;
  readonly #options: SocketListenerOptions;
  readonly #events: SocketListenerEvents;
  readonly #gate: CallGate;
  readonly #armed = new Map<Operation, Accept>();
  readonly #places: number[];
  readonly #handle: PortHandle;
  readonly #block: NativeBuffer;
  readonly #addr: TcpAddr;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #backOff = FIRST_BACK_OFF;
  #listening = false;
  #closed = false;
  #released = false;
  #abandoned = false;
  #handingOut = 0;

  /**
   * Binds, listens and arms the accepts.
   *
   * @param port The completion port.
   * @param sockets Winsock.
   * @param options Where to listen and how, and who is told.
   * @throws {Deno.errors.AddrInUse} when the address is taken.
   * @throws {WindowsError} when Windows refuses for another reason.
   */
  constructor(
    port: CompletionPort,
    sockets: SocketApi,
    options: SocketListenerOptions & { events: SocketListenerEvents },
  ) {
    this.#port = port;
    this.#sockets = sockets;
    this.#options = options;
    this.#events = options.events;
    const name = addressText(publicAddr(options.address));
    this.#gate = new CallGate(port.api, `Cannot accept on ${name}`);
    this.#places = Array.from({ length: options.accepts }, (_, i) => i);
    this.#handle = listen(port, sockets, options);
    const own = sockets.getSocketName(this.#handle.handle);
    this.#addr = own === null ? publicAddr(options.address) : tcpAddr(own);
    this.#block = this.#allocate();
    this.#start();
  }

  /** Where it listens, with the port that Windows has chosen. */
  get addr(): TcpAddr {
    return { ...this.#addr };
  }

  /** Accepts that wait for clients now. */
  get armed(): number {
    return this.#armed.size;
  }

  /** Stops listening. Connections are not touched. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.dependents.delete(this);
    clearTimeout(this.#timer);
    this.#port.closeHandle(this.#handle);
    this.#reviewRelease();
  }

  /** The port closes. */
  destroy(): void {
    this.close();
  }

  /** Called when there is room for clients again. */
  refill(): void {
    if (this.#closed || this.#timer !== undefined) return;
    try {
      this.#fill();
    } catch (error) {
      this.#failed(error as Error);
    }
  }

  /** @param referenced Whether waiting keeps the process alive. */
  setReferenced(referenced: boolean): void {
    this.#port.setReferenced(this.#handle, referenced);
  }

  /**
   * Called by the dispatch.
   *
   * @param operation The operation of one of our accepts.
   * @param code 0 or a Win32 code.
   */
  onCompletion(operation: Operation, code: number): void {
    const { socket, place } = this.#armed.get(operation)!;
    this.#armed.delete(operation);
    this.#places.push(place);
    // Told of its end, but still the kernel's: it has never come back.
    if (operation.pending) this.#abandoned = true;
    this.#port.operations.release(operation);
    if (this.#port.closed) this.close();
    if (!this.#closed) return this.#ended({ socket, place }, code);
    this.#sockets.closeSocket(socket);
    this.#reviewRelease();
  }

  /** The kernel writes to the block until the last packet has come. */
  #reviewRelease(): void {
    if (this.#armed.size > 0 || this.#released) return;
    this.#released = true;
    if (!this.#abandoned) this.#port.buffers.release(this.#block);
    if (this.#listening) this.#events.onReleased();
  }

  #allocate(): NativeBuffer {
    try {
      return this.#port.buffers.acquire(
        this.#options.accepts * ADDRESS_SIZE * 2,
      );
    } catch (error) {
      this.#port.closeHandle(this.#handle);
      throw error;
    }
  }

  #start(): void {
    try {
      this.#fill();
      this.#listening = true;
      this.#port.dependents.add(this);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** An accept has ended, at once or by its packet. */
  #ended(accept: Accept, code: number): void {
    if (code === 0) return this.#accepted(accept);
    this.#sockets.closeSocket(accept.socket);
    this.#clientFailed("AcceptEx", code);
  }

  #clientFailed(syscall: string, code: number): void {
    const error = this.#gate.error(syscall, code);
    if (!CLIENT_LEFT.includes(code)) return this.#failed(error);
    this.refill();
    this.#events.onError(error);
  }

  #accepted({ socket, place }: Accept): void {
    const traits = this.#traits(place);
    const code = this.#updateContext(socket);
    if (code !== 0) {
      this.#sockets.closeSocket(socket);
      return this.#clientFailed("setsockopt", code);
    }
    this.#backOff = FIRST_BACK_OFF;
    let handle: PortHandle;
    try {
      handle = associateSocket(this.#port, this.#sockets, socket);
    } catch (error) {
      this.#sockets.closeSocket(socket);
      return this.#failed(error as Error);
    }
    this.#handOut(handle, traits);
  }

  /** Until it is handed out, a connection takes the room of an accept. */
  #handOut(handle: PortHandle, traits: TcpTraits): void {
    this.#handingOut++;
    this.refill();
    this.#handingOut--;
    this.#events.onConnected(handle, traits);
    this.refill();
  }

  /** Before the next accept writes to the same place. */
  #traits(place: number): TcpTraits {
    const buffer = this.#buffer(place);
    const { local, remote } = this.#sockets.getAcceptExAddresses(buffer);
    const [ours, theirs] = [tcpAddr(local), tcpAddr(remote)];
    return { sockets: this.#sockets, local: ours, remote: theirs };
  }

  #updateContext(socket: Socket): number {
    const option = { level: SOL_SOCKET, name: SO_UPDATE_ACCEPT_CONTEXT };
    const value = encodeHandle(this.#handle.handle);
    return this.#sockets.setSocketOption(socket, option, value);
  }

  #fill(): void {
    const room = this.#events.room() - this.#handingOut;
    const wanted = Math.min(this.#options.accepts, room);
    while (!this.#closed && this.#armed.size < wanted) this.#arm();
  }

  #arm(): void {
    const socket = this.#create();
    const operation = this.#acquire(socket);
    const place = this.#places.pop()!;
    this.#armed.set(operation, { socket, place });
    this.#port.begin(operation);
    const code = this.#port.settle(
      operation,
      this.#sockets.acceptEx(
        this.#handle.handle,
        socket,
        this.#buffer(place),
        operation.address,
      ),
    );
    if (code !== ERROR_IO_PENDING) this.#endedAtOnce(operation, code);
  }

  /** A client was faster than us. It is handed out in the next turn. */
  #endedAtOnce(operation: Operation, code: number): void {
    this.#port.defer(() => this.onCompletion(operation, code));
  }

  #create(): Socket {
    const { family } = this.#options.address;
    const socket = createTcpSocket(this.#sockets, family);
    return this.#gate.socket("WSASocketW", this.#sockets, socket);
  }

  #acquire(socket: Socket): Operation {
    try {
      return this.#port.acquire(this.#handle, this);
    } catch (error) {
      this.#sockets.closeSocket(socket);
      throw error;
    }
  }

  #buffer(place: number): AcceptBuffer {
    const offset = BigInt(place * ADDRESS_SIZE * 2);
    const address = this.#block.address + offset;
    return { address, addressSize: ADDRESS_SIZE };
  }

  #failed(error: Error): void {
    if (this.#timer === undefined) this.#refillLater();
    this.#events.onError(error);
  }

  #refillLater(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.refill();
    }, this.#backOff);
    this.#backOff = Math.min(this.#backOff * 2, LAST_BACK_OFF);
  }
}

function listen(
  port: CompletionPort,
  sockets: SocketApi,
  options: SocketListenerOptions,
): PortHandle {
  const { address } = options;
  const name = addressText(publicAddr(address));
  const gate = new CallGate(port.api, `Cannot listen on ${name}`);
  const created = createTcpSocket(sockets, address.family);
  const socket = gate.socket("WSASocketW", sockets, created);
  try {
    prepare(sockets, socket, { ...options, gate });
    return associateSocket(port, sockets, socket);
  } catch (error) {
    sockets.closeSocket(socket);
    throw error;
  }
}

function prepare(
  sockets: SocketApi,
  socket: Socket,
  options: SocketListenerOptions & { gate: CallGate },
): void {
  const { address, backlog, ipv6Only, gate } = options;
  const set = (level: number, name: number, value: boolean) =>
    gate.check(
      "setsockopt",
      sockets.setSocketOption(socket, { level, name }, encodeDword(value)),
    );
  // Else others could bind the same port and take our clients.
  set(SOL_SOCKET, SO_EXCLUSIVEADDRUSE, true);
  if (address.family === "IPv6") set(IPPROTO_IPV6, IPV6_V6ONLY, ipv6Only);
  gate.check("bind", sockets.bind(socket, encodeSocketAddress(address)));
  gate.check("listen", sockets.listen(socket, backlog));
}
