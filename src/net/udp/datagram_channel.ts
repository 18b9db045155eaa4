/**
 * Both sides of a datagram socket, and how it ends.
 *
 * @module
 */

import {
  ERROR_HANDLES_CLOSED,
  ERROR_OPERATION_ABORTED,
  ERROR_TIMEOUT,
} from "../../ffi/constants.ts";
import type { Bytes, SocketApi } from "../../ffi/socket/api.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { PortDependent } from "../../proactor/port/port_life.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import {
  type ChannelEnd,
  closeError,
  CloseTimer,
  type DroppedBytesError,
} from "../../stream/close_deadline.ts";
import { DatagramReader } from "./datagram_reader.ts";
import { DatagramWriter } from "./datagram_writer.ts";
import type { AddressRules } from "./udp_address.ts";

/** A datagram socket that is bound and on a port. */
export interface DatagramHandle {
  /** The completion port. */
  port: CompletionPort;
  /** Winsock. */
  sockets: SocketApi;
  /** The socket. */
  handle: PortHandle;
  /** What it can send to. */
  rules: AddressRules;
  /** Where it is bound. */
  local: Deno.NetAddr;
  /** Where datagrams go that have no address. */
  remote: Deno.NetAddr | null;
  /** The same as a `sockaddr`; `null` when the socket itself knows its peer. */
  remoteName: Bytes | null;
  /** Receives tell that an earlier datagram has reached no one. */
  reportUnreachable: boolean;
  /** Milliseconds without progress after which a close drops the rest. */
  deadline: number | undefined;
}

/** Who uses a channel. */
export interface DatagramConsumer {
  /** There is a datagram or an error, or a receive must be started again. */
  onReadable(): void;
  /** Less is queued than before; perhaps nothing. */
  onSent(): void;
  /**
   * The socket is closed; its last packets may still be under way.
   *
   * @param loss What was dropped, unless an abort has asked for that.
   */
  onClosed(loss: DroppedBytesError | null): void;
  /** The kernel has nothing of the channel any more: the last call. */
  onReleased(): void;
}

/** A datagram socket on the port, its receiving side and its sending side. */
export class DatagramChannel implements PortDependent {
  /** The socket. */
  readonly socket: DatagramHandle;
  /** The receiving side. */
  readonly reader: DatagramReader;
  /** The sending side. */
  readonly writer: DatagramWriter;
  readonly #consumer: DatagramConsumer;
  readonly #timer: CloseTimer;
  #closing = false;
  #sides = 2;

  /**
   * @param socket The socket; the channel's from now on.
   * @param consumer Told of everything that happens.
   */
  constructor(socket: DatagramHandle, consumer: DatagramConsumer) {
    this.socket = socket;
    this.#consumer = consumer;
    const expired = () => this.#close(ERROR_TIMEOUT);
    this.#timer = new CloseTimer(socket.deadline, expired);
    const { port, handle, sockets, reportUnreachable } = socket;
    try {
      this.reader = new DatagramReader(port, handle, {
        sockets,
        reportUnreachable,
        consumer: this,
      });
      this.writer = this.#makeWriter();
    } catch (error) {
      port.closeHandle(handle);
      throw error;
    }
    port.dependents.add(this);
  }

  /** @param referenced Whether what is pending keeps the process alive. */
  setReferenced(referenced: boolean): void {
    const { port, handle } = this.socket;
    port.setReferenced(handle, referenced);
  }

  /** True from `close` on. */
  get closing(): boolean {
    return this.#closing;
  }

  /**
   * Closes the socket when everything was sent, or nothing was for too long.
   *
   * @param deadline Milliseconds, or `Infinity`; by default that of the socket.
   */
  close(deadline?: number): void {
    this.#closing = true;
    if (this.writer.idle) this.#close(0);
    else if (!this.socket.handle.closed) this.#timer.start(deadline);
  }

  /** Closes the socket now; what waits to be sent is dropped. */
  abort(): void {
    this.#close(this.#closing ? ERROR_OPERATION_ABORTED : 0);
  }

  /** The port closes. */
  destroy(): void {
    this.#close(ERROR_HANDLES_CLOSED);
  }

  #close(code: number): void {
    this.#closing = true;
    this.#timer.stop();
    const { port, handle } = this.socket;
    if (handle.closed) return;
    const loss = code === 0 || this.writer.taken ? null : this.#loss(code);
    port.dependents.delete(this);
    port.closeHandle(handle);
    this.#consumer.onClosed(loss);
    this.reader.dispose();
    this.writer.dispose(code === 0 ? ERROR_OPERATION_ABORTED : code);
  }

  #loss(code: number): DroppedBytesError {
    const { port, local } = this.socket;
    const { delay: deadline } = this.#timer;
    const end: ChannelEnd = {
      code,
      bytesDropped: this.writer.bytes,
      deadline,
    };
    const name = `the peers of UDP port ${local.port}`;
    return closeError(port.api, end, { name, syscall: "WSASendTo" });
  }

  #makeWriter(): DatagramWriter {
    const { port, handle, sockets } = this.socket;
    try {
      return new DatagramWriter(port, handle, { sockets, consumer: this });
    } catch (error) {
      this.reader.dispose();
      throw error;
    }
  }

  /** Called by the receiving side. */
  onReadable(): void {
    if (!this.#closing) this.#consumer.onReadable();
  }

  /** Called by the sending side. */
  onSent(): void {
    this.#timer.progress();
    if (!this.#closing) this.#consumer.onSent();
    else if (this.writer.idle) this.#close(0);
  }

  /** Called by the receiving side. */
  onReadReleased(): void {
    this.#released();
  }

  /** Called by the sending side. */
  onWriteReleased(): void {
    this.#released();
  }

  #released(): void {
    if (--this.#sides === 0) this.#consumer.onReleased();
  }
}
