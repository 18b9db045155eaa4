/**
 * The {@linkcode DatagramTransport} over a channel.
 *
 * @module
 */

import { describe, inspectAsText } from "../../ffi/describe.ts";
import { channelParts } from "../../stream/describe_channel.ts";
import { ProtocolCaller } from "../../stream/protocol_caller.ts";
import { isWindowsError } from "../../ffi/windows_error.ts";
import { toError } from "../../ffi/thrown.ts";
import { isUnreachable } from "../../ffi/socket/unreachable.ts";
import {
  assertDeadline,
  type DeadlineOptions,
  type DroppedBytesError,
} from "../../stream/close_deadline.ts";
import type {
  WriteBufferLimits,
  WriteBufferOptions,
} from "../../stream/protocol.ts";
import {
  DatagramChannel,
  type DatagramConsumer,
  type DatagramHandle,
} from "./datagram_channel.ts";
import type {
  DatagramProtocol,
  DatagramTransport,
} from "./datagram_protocol.ts";
import { DatagramSender } from "./datagram_sender.ts";
import type { UdpTarget } from "./udp_address.ts";
import { assertArray } from "../../proactor/arguments.ts";
import { receiveError } from "./udp_errors.ts";
import { WriteFlow, type WriteFlowHost } from "../../stream/write_flow.ts";

/** Receives that fail one after the other before the socket is given up. */
const MAX_FAILURES = 16;

/** A transport over a datagram channel. */
export class DatagramChannelTransport
  implements DatagramTransport, DatagramConsumer, WriteFlowHost {
  static {
    inspectAsText(this);
  }

  readonly #channel: DatagramChannel;
  readonly #sender: DatagramSender;
  readonly #protocol: DatagramProtocol;
  readonly #finished = Promise.withResolvers<void>();
  readonly #caller: ProtocolCaller;
  readonly #flow = new WriteFlow(this);
  #begun = false;
  #continuing = false;
  #failures = 0;
  #lost = false;
  #overtaken = false;
  #error: Error | null = null;

  /**
   * Takes a socket and tells the protocol. Datagrams are told from the next
   * turn on: who waits for the transport has it by then.
   *
   * @param socket A socket that is bound and on the port.
   * @param protocol Told of everything that happens.
   */
  constructor(socket: DatagramHandle, protocol: DatagramProtocol) {
    this.#protocol = protocol;
    this.#caller = new ProtocolCaller(socket.port, "a UDP socket");
    this.#channel = new DatagramChannel(socket, this);
    this.#sender = new DatagramSender(this.#channel, Infinity);
    this.#error = this.#call(() => protocol.connectionMade?.(this));
    if (this.#error !== null) this.abort();
    if (!this.isClosing()) this.#channel.reader.arm();
    socket.port.defer(() => this.#begin());
  }

  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  sendTo(data: Uint8Array, addr?: UdpTarget): void {
    if (this.isClosing()) return assertArray("send", data);
    try {
      const rest = this.#sender.send(data, addr);
      rest?.catch((error) => this.#reportError(error));
    } catch (error) {
      if (!isWindowsError(error)) throw error;
      this.#reportError(error);
    }
    this.#flow.review();
  }

  close({ deadline }: DeadlineOptions = {}): void {
    assertDeadline(deadline);
    this.#channel.close(deadline);
  }

  abort(): void {
    this.#overtaken = this.#channel.closing;
    this.#channel.abort();
  }

  isClosing(): boolean {
    return this.#channel.closing;
  }

  getWriteBufferSize(): number {
    return this.#channel.writer.buffered;
  }

  setWriteBufferLimits(limits: WriteBufferOptions = {}): void {
    this.#flow.setLimits(limits);
  }

  getWriteBufferLimits(): WriteBufferLimits {
    return this.#flow.limits;
  }

  getExtraInfo(name: string): unknown {
    const { local, remote, handle } = this.#channel.socket;
    if (name === "sockname") return { ...local };
    if (name === "peername") return remote ? { ...remote } : undefined;
    return name === "socket" ? handle.handle : undefined;
  }

  /** `<DatagramChannelTransport a UDP socket fd=0x1a4>`. */
  toString(): string {
    const { socket, closing, writer } = this.#channel;
    const { handle } = socket;
    const state = { handle, closing, buffered: writer.buffered };
    return describe(this.constructor.name, channelParts("a UDP socket", state));
  }

  // --- told by the channel -------------------------------------------------

  /** There is a datagram or an error, or a receive must be started again. */
  onReadable(): void {
    if (!this.#begun) return;
    const { reader, socket } = this.#channel;
    for (let first = true; !this.isClosing(); first = false) {
      if (!first && !socket.port.calls.spend()) return this.#continueLater();
      if (!reader.arm()) return;
      if (reader.datagram !== null) this.#deliver();
      else this.#receiveFailed(reader.error);
    }
  }

  /** Less waits to be sent than before. */
  onSent(): void {
    this.#flow.review();
  }

  /** @param loss What the close has dropped; an abort was asked for. */
  onClosed(loss: DroppedBytesError | null): void {
    if (!this.#overtaken) this.#error ??= loss;
    this.#channel.socket.port.defer(() => this.#callConnectionLost());
  }

  /** The kernel has nothing of the channel any more. */
  onReleased(): void {
    this.#channel.socket.port.defer(() => this.#finished.resolve());
  }

  // --- told by the flow control --------------------------------------------

  /** @param call What the protocol is told. */
  tellFlow(call: "pauseWriting" | "resumeWriting"): void {
    this.#call(() => this.#protocol[call]?.());
  }

  // --- parts ---------------------------------------------------------------

  #begin(): void {
    this.#begun = true;
    this.onReadable();
  }

  #deliver(): void {
    const { reader } = this.#channel;
    const { data, addr } = reader.datagram!;
    reader.next();
    this.#failures = 0;
    this.#call(() => this.#protocol.datagramReceived?.(data, addr));
  }

  /** Receiving goes on, unless nothing but failures comes. */
  #receiveFailed(code: number): void {
    const { reader, socket } = this.#channel;
    reader.next();
    const error = receiveError(socket, code);
    if (!isUnreachable(code, true) && ++this.#failures === MAX_FAILURES) {
      this.#error = error;
      return this.abort();
    }
    this.#call(() => this.#protocol.errorReceived?.(error));
  }

  #continueLater(): void {
    if (this.#continuing) return;
    this.#continuing = true;
    this.#channel.socket.port.defer(() => {
      this.#continuing = false;
      this.onReadable();
    });
  }

  /** Not within `sendTo`: the protocol may send again. */
  #reportError(error: Error): void {
    this.#channel.socket.port.defer(() => {
      if (this.#lost || this.#channel.socket.handle.closed) return;
      this.#call(() => this.#protocol.errorReceived?.(error));
    });
  }

  #callConnectionLost(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#call(() => this.#protocol.connectionLost?.(this.#error));
  }

  /** A protocol that throws does not take the datagrams of others along. */
  #call(callback: () => void): Error | null {
    try {
      this.#caller.call(callback, undefined);
      return null;
    } catch (error) {
      this.#caller.report(error, "Exception in a protocol");
      return toError(error);
    }
  }
}
