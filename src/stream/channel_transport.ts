/**
 * `ChannelTransport`: the {@linkcode Transport} of every kind of stream.
 *
 * @module
 */

import { byteLengthOf } from "../ffi/bytes.ts";
import { describe, inspectAsText } from "../ffi/describe.ts";
import { ERROR_IO_PENDING, ERROR_OPERATION_ABORTED } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { toError } from "../ffi/thrown.ts";
import { stableBytes } from "../proactor/arguments.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import type { LateReader } from "../proactor/port/late_reads.ts";
import type { PortHandle } from "../proactor/port/port_handle.ts";
import { Channel, type ChannelConsumer } from "./channel.ts";
import {
  assertDeadline,
  type ChannelEnd,
  closeError,
  type DeadlineOptions,
} from "./close_deadline.ts";
import { channelParts } from "./describe_channel.ts";
import { FinishedPromise } from "./finished_promise.ts";
import { ProtocolCaller } from "./protocol_caller.ts";
import type {
  Protocol,
  Transport,
  WriteBufferLimits,
  WriteBufferOptions,
} from "./protocol.ts";
import type { ReadOptions } from "./read_half.ts";
import type { SendFileOptions, SendFileSource } from "./file_mover.ts";
import { sendFile } from "./send_file.ts";
import { FILE_SYSCALLS, type StreamSyscalls } from "./stream_traits.ts";
import { fillBuffer } from "./fill_buffer.ts";
import { WriteFlow, type WriteFlowHost } from "./write_flow.ts";

/** What a kind of stream tells its transport. */
export interface TransportTraits extends ReadOptions, DeadlineOptions {
  /** What messages call it: `pipe "\\.\pipe\x"`. */
  name: string;
  /** This end can read. */
  readable: boolean;
  /** This end can write. */
  writable: boolean;
  /** One write is one message, and an empty one ends the write side. */
  messages: boolean;
  /** For `getExtraInfo`. */
  extra: Readonly<Record<string, unknown>>;
  /** The functions that read and write, for errors; those of files if none. */
  syscalls?: StreamSyscalls | undefined;
}

/** A transport over a channel. */
export class ChannelTransport
  implements Transport, ChannelConsumer, LateReader, WriteFlowHost {
  static {
    inspectAsText(this);
  }

  readonly #channel: Channel;
  readonly #traits: TransportTraits;
  readonly #finished = new FinishedPromise();
  readonly #caller: ProtocolCaller;
  #protocol: Protocol;
  readonly #flow = new WriteFlow(this);
  #begun = false;
  #paused = false;
  #answered = false;
  #writeEnded = false;
  #eofSeen = false;
  #lost = false;
  #error: Error | null = null;
  #continuing = false;

  /**
   * Takes a connected handle and tells the protocol. What can be read is told
   * from the next turn on: who waits for the transport has it by then.
   *
   * @param port The completion port.
   * @param handle A connected handle on it.
   * @param options The protocol and what is known of the stream.
   */
  constructor(
    port: CompletionPort,
    handle: PortHandle,
    options: TransportTraits & { protocol: Protocol },
  ) {
    this.#traits = options;
    this.#caller = new ProtocolCaller(port, options.name);
    this.#protocol = options.protocol;
    this.#channel = new Channel(port, handle, { ...options, consumer: this });
    this.#guard(() => this.#protocol.connectionMade?.(this));
    if (this.isReading()) this.#channel.reader.arm();
    port.defer(() => this.#begin());
  }

  /** Resolves when `connectionLost` was called and the kernel has let go. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** True when bytes go both ways, and a write is no message. */
  get isByteStream(): boolean {
    const { readable, writable, messages } = this.#traits;
    return readable && writable && !messages;
  }

  write(data: Uint8Array): void {
    const bytes = stableBytes("write", data);
    if (!this.#assertWritable() || byteLengthOf(bytes) === 0) return;
    this.#answered = true;
    this.#wrote(this.#channel.writer.write(bytes, null));
  }

  writeLines(list: Iterable<Uint8Array>): void {
    for (const data of list) this.write(data);
  }

  canWriteEof(): boolean {
    return this.#traits.writable && this.#channel.writer.canEnd;
  }

  writeEof(): void {
    if (!this.canWriteEof()) {
      throw new Deno.errors.NotSupported(
        `Cannot end writing to ${this.#traits.name}: it has no half close`,
      );
    }
    if (this.#writeEnded || this.#channel.closing) return;
    this.#writeEnded = true;
    this.#wrote(this.#channel.writer.end(null));
  }

  close({ deadline }: DeadlineOptions = {}): void {
    assertDeadline(deadline);
    this.#channel.close(deadline);
  }

  abort(): void {
    this.#channel.abort();
  }

  isClosing(): boolean {
    return this.#channel.closing;
  }

  pauseReading(): void {
    this.#paused = true;
  }

  resumeReading(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#continueLater();
  }

  isReading(): boolean {
    return this.#traits.readable && !this.#paused && !this.#channel.closing;
  }

  setWriteBufferLimits(limits: WriteBufferOptions = {}): void {
    this.#flow.setLimits(limits);
  }

  getWriteBufferLimits(): WriteBufferLimits {
    return this.#flow.limits;
  }

  getWriteBufferSize(): number {
    return this.#channel.writer.buffered;
  }

  getExtraInfo(name: string): unknown {
    return this.#traits.extra[name];
  }

  getProtocol(): Protocol {
    return this.#protocol;
  }

  setProtocol(protocol: Protocol): void {
    this.#protocol = protocol;
  }

  /** `<ChannelTransport pipe "x" fd=0x1a4 write_bufsize=12 reading>`. */
  toString(): string {
    const { handle, closing, writer } = this.#channel;
    const state = { handle, closing, buffered: writer.buffered };
    const reading = this.isReading() ? "reading" : "";
    const end = this.#writeEnded ? "EOF written" : "";
    const parts = channelParts(this.#traits.name, state);
    return describe(this.constructor.name, [...parts, reading, end]);
  }

  /**
   * Sends a file, behind what was written; for the event loop.
   *
   * @param file The file.
   * @param options Which part, and how.
   * @returns Bytes sent.
   */
  async sendFile(
    file: SendFileSource,
    options: SendFileOptions,
  ): Promise<number> {
    if (!this.#assertWritable()) {
      throw new Deno.errors.BadResource(
        "Cannot send file: the transport is closing",
      );
    }
    const { io, messages } = this.#traits;
    const toError = (code: number) => this.#toError(code, "write");
    const lost = () => this.#error;
    const stream = { channel: this.#channel, io, messages, toError, lost };
    return await sendFile(stream, file, options);
  }

  // --- told by the channel -------------------------------------------------

  /** There are bytes, or the end, or an error. */
  onReadable(): void {
    if (!this.#traits.readable || !this.#begun) return;
    const { reader, port } = this.#channel;
    for (let first = true; this.isReading(); first = false) {
      if (!reader.arm()) return;
      if (!first && !port.calls.spend()) return this.#continueLater();
      if (reader.available > 0) {
        this.#answered = false;
        this.#deliver();
        if (this.#answered) return port.late.add(this);
      } else if (reader.error !== 0) {
        return this.#failed("read", reader.error);
      } else return this.#ended();
    }
  }

  /** Peers have had time for what they say next. */
  readLate(): boolean {
    if (!this.isReading() || !this.#channel.reader.arm()) return false;
    this.onReadable();
    return true;
  }

  /** Some of what was written is with the kernel. */
  onWritten(): void {
    this.#flow.review();
  }

  /** Everything written is with the kernel. */
  onDrained(): void {
    this.#flow.review();
  }

  /** @param code Why writing failed. */
  onWriteError(code: number): void {
    this.#failed("write", code);
  }

  /** @param end What the close has dropped; an abort was asked for. */
  onClosed(end: ChannelEnd | null): void {
    if (end !== null && end.code !== ERROR_OPERATION_ABORTED) {
      this.#error ??= this.#closeError(end);
    }
    this.#channel.port.defer(() => this.#callConnectionLost());
  }

  /** The kernel has nothing of the channel any more. */
  onReleased(): void {
    this.#channel.port.defer(() => this.#finished.resolve());
  }

  // --- told by the flow control --------------------------------------------

  /** @param call What the protocol is told. */
  tellFlow(call: "pauseWriting" | "resumeWriting"): void {
    this.#guard(() => this.#protocol[call]?.());
  }

  // --- parts ---------------------------------------------------------------

  #begin(): void {
    this.#begun = true;
    this.onReadable();
  }

  /**
   * The next read starts after the protocol has answered: by then its data may
   * be there, and a read that ends at once needs no packet.
   */
  #deliver(): void {
    try {
      this.#caller.call(ChannelTransport.#deliverTo, this);
    } catch (error) {
      this.#protocolFailed(error);
    }
  }

  static #deliverTo(transport: ChannelTransport): void {
    const { reader } = transport.#channel;
    const protocol = transport.#protocol;
    if (protocol.getBuffer !== undefined) return fillBuffer(protocol, reader);
    const data = reader.take(); // also when nobody wants it
    protocol.dataReceived?.(data);
  }

  #ended(): void {
    if (this.#eofSeen) return;
    this.#eofSeen = true;
    let keepOpen = false;
    this.#guard(() => keepOpen = this.#protocol.eofReceived?.() === true);
    if (!keepOpen) this.close();
  }

  #continueLater(): void {
    if (this.#continuing) return;
    this.#continuing = true;
    this.#channel.port.defer(() => {
      this.#continuing = false;
      this.onReadable();
    });
  }

  #wrote(code: number): void {
    if (code === ERROR_IO_PENDING) this.#flow.review();
    else if (code !== 0) this.#failed("write", code);
  }

  /** Returns false when writing is pointless: the connection is ending. */
  #assertWritable(): boolean {
    if (!this.#traits.writable) {
      throw new Deno.errors.NotSupported(
        `Cannot write: this end of ${this.#traits.name} only reads`,
      );
    }
    if (this.#writeEnded) {
      throw new Deno.errors.BadResource("Cannot write: writing was ended");
    }
    return !this.#channel.closing;
  }

  #failed(action: "read" | "write", code: number): void {
    this.#error ??= this.#toError(code, action);
    this.#channel.abort();
  }

  #closeError(end: ChannelEnd): Error {
    const { syscalls = FILE_SYSCALLS, name } = this.#traits;
    const what = { name, syscall: syscalls.write };
    return closeError(this.#channel.port.api, end, what);
  }

  #toError(code: number, action: "read" | "write"): Error {
    const { syscalls = FILE_SYSCALLS, name } = this.#traits;
    return windowsError(this.#channel.port.api, code, {
      syscall: syscalls[action],
      action: `Cannot use ${name}`,
    });
  }

  #callConnectionLost(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#guard(() => this.#protocol.connectionLost?.(this.#error));
  }

  /** A protocol that throws loses its connection, nobody else's. */
  #guard(callback: () => void): void {
    try {
      this.#caller.call(callback, undefined);
    } catch (error) {
      this.#protocolFailed(error);
    }
  }

  #protocolFailed(error: unknown): void {
    this.#error ??= toError(error);
    this.#caller.report(error, "Exception in a protocol");
    this.#channel.abort();
  }
}
