/**
 * A listening socket with accepts that wait for clients.
 *
 * A listener outlives its clients: whatever happens to one of them, as many
 * accepts as were asked for are armed again, and before a connection is handed
 * out its successor is.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../../ffi/constants.ts";
import type { NativeBuffer } from "../../ffi/memory.ts";
import {
  encodeSocketAddress,
  type SocketAddress,
} from "../../ffi/socket/sockaddr.ts";
import type { AcceptBuffer, Socket, SocketApi } from "../../ffi/socket/api.ts";
import { listenArgument } from "../../ffi/socket/backlog.ts";
import {
  SO_UPDATE_ACCEPT_CONTEXT,
  SOL_SOCKET,
} from "../../ffi/socket/constants.ts";
import {
  ACCEPT_EXTRA,
  encodeDword,
  encodeHandle,
} from "../../ffi/socket/structs.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortDependent } from "../../proactor/port/port_life.ts";
import type {
  CompletionListener,
  Operation,
} from "../../proactor/port/operation.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import { thrownCall } from "../../proactor/port/call_outcome.ts";
import { CallGate } from "./call_gate.ts";
import { clientLeft } from "./client_left.ts";
import {
  associateAccepted,
  associateSocket,
} from "../../proactor/call/socket_association.ts";
import {
  createSocket,
  type SocketFlag,
  type SocketKind,
  type SocketTraits,
} from "./socket_kind.ts";

/** The pauses after a failure to accept, in milliseconds. */
const FIRST_BACK_OFF = 16;
const LAST_BACK_OFF = 1000;

/**
 * Where a listener listens, and how.
 *
 * @typeParam A Its addresses.
 */
export interface SocketListenerOptions<A> {
  /** What sockets it makes. */
  kind: SocketKind<A>;
  /** Where to listen. */
  address: SocketAddress;
  /** Set before the socket is bound. */
  flags: readonly SocketFlag[];
  /** Connections that Windows keeps until they are accepted. */
  backlog: number;
  /** Accepts that are armed at any time. */
  accepts: number;
  /** Called when a socket that was bound is closed. */
  cleanUp?: (() => void) | undefined;
  /** A socket that is bound there already. */
  adopted?: PortHandle | undefined;
}

/** What a listener tells. */
export interface SocketListenerEvents<A> {
  /** A client has connected; the handle is the receiver's now. */
  onConnected(handle: PortHandle, traits: SocketTraits<A>): void;
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
export class SocketListener<A extends object>
  implements CompletionListener, PortDependent {
  readonly #port: CompletionPort;
  readonly #sockets: SocketApi;
  readonly #options: SocketListenerOptions<A>;
  readonly #events: SocketListenerEvents<A>;
  readonly #name: string;
  readonly #gate: CallGate;
  readonly #armed = new Map<Operation, Accept>();
  readonly #places: number[];
  readonly #handle: PortHandle;
  readonly #addr: A;
  #block: NativeBuffer | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #backOff = FIRST_BACK_OFF;
  #closed = false;
  #released = false;
  #abandoned = false;
  #handingOut = 0;

  /**
   * Binds the socket.
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
    options: SocketListenerOptions<A> & { events: SocketListenerEvents<A> },
  ) {
    const { kind, address, accepts } = options;
    this.#port = port;
    this.#sockets = sockets;
    this.#options = options;
    this.#events = options.events;
    const wanted = kind.decode(encodeSocketAddress(address));
    this.#name = kind.text(wanted);
    this.#gate = this.#makeGate("accept");
    this.#places = Array.from({ length: accepts }, (_, i) => i);
    this.#handle = options.adopted ?? this.#bind();
    const own = sockets.getSocketName(this.#handle.handle);
    this.#addr = own === null ? wanted : kind.decode(own);
    port.dependents.add(this);
  }

  /** Where it listens, with the port that Windows has chosen. */
  get addr(): A {
    return { ...this.#addr };
  }

  /** The socket that listens. */
  get socket(): PortHandle {
    return this.#handle;
  }

  /** Accepts that wait for clients now. */
  get armed(): number {
    return this.#armed.size;
  }

  /**
   * Listens and arms the accepts, once: clients can connect from now on.
   *
   * @throws {Deno.errors.BadResource} when the listener is closed.
   * @throws {WindowsError} when Windows refuses.
   */
  listen(): void {
    if (this.#block !== undefined) return;
    if (this.#closed) {
      throw new Deno.errors.BadResource("Cannot listen: it has been closed");
    }
    const { accepts, backlog, kind } = this.#options;
    const argument = listenArgument(backlog, kind.parameters.family);
    const listened = this.#sockets.listen(this.#handle.handle, argument);
    this.#makeGate("listen").check("listen", listened);
    this.#block = this.#port.buffers.acquire(accepts * this.#placeSize);
    this.#fill();
  }

  /** Stops listening. Connections are not touched. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.dependents.delete(this);
    clearTimeout(this.#timer);
    this.#port.closeHandle(this.#handle);
    this.#options.cleanUp?.();
    this.#reviewRelease();
  }

  /** The port closes. */
  destroy(): void {
    this.close();
  }

  /** Called when there is room for clients again. */
  refill(): void {
    if (this.#block === undefined || this.#closed) return;
    if (this.#timer !== undefined) return;
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

  /** What it does, in a word. */
  get kind(): "accept" {
    return "accept";
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
    const block = this.#block;
    if (block && !this.#abandoned) this.#port.buffers.release(block);
    this.#events.onReleased();
  }

  #makeGate(action: string): CallGate {
    const { errors } = this.#options.kind;
    const text = `Cannot ${action} on ${this.#name}`;
    return new CallGate(this.#port.api, text, errors);
  }

  #bind(): PortHandle {
    const { kind, flags, address } = this.#options;
    const sockets = this.#sockets;
    const gate = this.#makeGate("listen");
    const socket = createSocket(sockets, kind, gate);
    try {
      for (const { option, value } of flags) {
        const set = sockets.setSocketOption(socket, option, encodeDword(value));
        gate.check("setsockopt", set);
      }
      const bound = sockets.bind(socket, encodeSocketAddress(address));
      gate.check("bind", bound);
    } catch (error) {
      sockets.closeSocket(socket);
      throw error;
    }
    return this.#associate(socket);
  }

  #associate(socket: Socket): PortHandle {
    try {
      return associateSocket(this.#port, this.#sockets, socket);
    } catch (error) {
      this.#sockets.closeSocket(socket);
      this.#options.cleanUp?.();
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
    if (!clientLeft(code)) return this.#failed(error);
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
      const accepted = { socket, listener: this.#handle };
      handle = associateAccepted(this.#port, this.#sockets, accepted);
    } catch (error) {
      this.#sockets.closeSocket(socket);
      return this.#failed(error as Error);
    }
    this.#handOut(handle, traits);
  }

  /** Until it is handed out, a connection takes the room of an accept. */
  #handOut(handle: PortHandle, traits: SocketTraits<A>): void {
    this.#handingOut++;
    this.refill();
    this.#handingOut--;
    this.#events.onConnected(handle, traits);
    this.refill();
  }

  /** Before the next accept writes to the same place. */
  #traits(place: number): SocketTraits<A> {
    const sockets = this.#sockets;
    const { kind } = this.#options;
    const ends = sockets.getAcceptExAddresses(this.#buffer(place));
    const [local, remote] = [kind.decode(ends.local), kind.decode(ends.remote)];
    return { sockets, local, remote };
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
    const { kind } = this.#options;
    const socket = createSocket(this.#sockets, kind, this.#gate);
    const operation = this.#acquire(socket);
    const place = this.#places.pop()!;
    this.#armed.set(operation, { socket, place });
    this.#port.begin(operation);
    const started = this.#accept(operation, { socket, place });
    const code = this.#port.settle(operation, started);
    if (code === ERROR_IO_PENDING) return;
    // A client was faster than us. It is handed out in the next turn.
    this.#port.defer(() => this.onCompletion(operation, code));
  }

  #accept({ address }: Operation, { socket, place }: Accept): number {
    const { handle } = this.#handle;
    try {
      const buffer = this.#buffer(place);
      return this.#sockets.acceptEx(handle, socket, buffer, address);
    } catch (error) {
      return thrownCall(this.#port, error);
    }
  }

  #acquire(socket: Socket): Operation {
    try {
      return this.#port.acquire(this.#handle, this);
    } catch (error) {
      this.#sockets.closeSocket(socket);
      throw error;
    }
  }

  /** Two addresses. */
  get #placeSize(): number {
    return (this.#options.kind.addressLength + ACCEPT_EXTRA) * 2;
  }

  #buffer(place: number): AcceptBuffer {
    const size = this.#placeSize;
    const address = this.#block!.address + BigInt(place * size);
    return { address, addressSize: size / 2 };
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
