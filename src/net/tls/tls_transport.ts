/**
 * `TlsTransport`: the {@linkcode Transport} of a protocol that speaks TLS.
 *
 * @module
 */

import { describe, inspectAsText } from "../../ffi/describe.ts";
import { byteLengthOf, copyBytes } from "../../ffi/bytes.ts";
import { toError } from "../../ffi/thrown.ts";
import { stableBytes } from "../../proactor/arguments.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../../stream/close_deadline.ts";
import { fillBuffer } from "../../stream/fill_buffer.ts";
import { ProtocolCaller } from "../../stream/protocol_caller.ts";
import type {
  Protocol,
  Transport,
  WriteBufferLimits,
  WriteBufferOptions,
} from "../../stream/protocol.ts";
import { WriteFlow, type WriteFlowHost } from "../../stream/write_flow.ts";
import { interrupted } from "./tls_errors.ts";
import type { TlsSession } from "./tls_session.ts";
import type { TransportConnection } from "./transport_connection.ts";

/** What a {@linkcode TlsTransport} is made of. */
export interface TlsTransportParts {
  /** Defers what must wait for the next turn. */
  port: CompletionPort;
  /** The transport below. */
  lower: Transport;
  /** Its protocol. */
  connection: TransportConnection;
  /** TLS over it. */
  session: TlsSession;
  /** Told of what is decrypted. */
  protocol: Protocol;
  /** Whether the protocol knows no transport yet. */
  tellMade: boolean;
  /** Milliseconds that a close waits until the peer has taken everything. */
  shutdownTimeout: number;
}

/** A transport that encrypts what it sends over another one. */
export class TlsTransport implements Transport, WriteFlowHost {
  static {
    inspectAsText(this);
  }

  readonly #parts: TlsTransportParts;
  readonly #ready: Promise<void>;
  readonly #caller: ProtocolCaller;
  #protocol: Protocol;
  readonly #flow = new WriteFlow(this);
  #buffered = 0;
  #paused = false;
  #begun = false;
  #continuing = false;
  #told: boolean;
  #closing = false;
  #ended = false;
  /** Resolves when nothing that the peer says is waited for. */
  readonly #answered = Promise.withResolvers<void>();
  #flushed = false;
  #error: Error | null = null;

  /**
   * Takes a session that shakes hands.
   *
   * @param parts What it is made of.
   */
  constructor(parts: TlsTransportParts) {
    this.#parts = parts;
    this.#caller = new ProtocolCaller(parts.port, parts.session.name);
    this.#protocol = parts.protocol;
    this.#told = !parts.tellMade;
    const { session, connection } = parts;
    session.onReadable = () => this.#readable();
    connection.onEnded = () => this.#answered.resolve();
    connection.onLost = (error) => this.#lost(error);
    this.#ready = session.handshake.then(() => this.#establish());
    this.#ready.catch(() => {}); // it need not be asked for
  }

  /** Resolves when the peers have agreed and the protocol knows of it. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Resolves when the transport below is closed. */
  get finished(): Promise<void> {
    return this.#parts.connection.finished;
  }

  /** `<TlsTransport write_bufsize=12 over <ChannelTransport ...>>`. */
  toString(): string {
    return describe(this.constructor.name, [
      this.#closing ? "closing" : "",
      this.#buffered > 0 ? `write_bufsize=${this.#buffered}` : "",
      `over ${this.#parts.lower}`,
    ]);
  }

  write(data: Uint8Array): void {
    const bytes = copyBytes(stableBytes("write", data));
    const size = byteLengthOf(bytes);
    if (size === 0 || this.isClosing()) return;
    this.#buffered += size;
    this.#parts.session.write(bytes).then(() => this.#wrote(size), () => {});
    this.#flow.review();
  }

  writeLines(list: Iterable<Uint8Array>): void {
    for (const data of list) this.write(data);
  }

  canWriteEof(): boolean {
    return false;
  }

  writeEof(): void {
    const { name } = this.#parts.session;
    throw new Deno.errors.NotSupported(
      `Cannot end writing to ${name}: TLS has no half close here`,
    );
  }

  close({ deadline }: DeadlineOptions = {}): void {
    assertDeadline(deadline);
    if (this.#closing) return;
    this.#closing = true;
    void this.#shutDown(deadline);
  }

  abort(): void {
    const { session, connection } = this.#parts;
    this.#closing = true;
    if (session.failure === undefined) session.fail(interrupted("use TLS"));
    else connection.abort();
  }

  isClosing(): boolean {
    return this.#closing || this.#parts.session.failure !== undefined;
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
    return !this.#paused && !this.isClosing();
  }

  setWriteBufferLimits(limits: WriteBufferOptions = {}): void {
    this.#flow.setLimits(limits);
  }

  getWriteBufferLimits(): WriteBufferLimits {
    return this.#flow.limits;
  }

  getWriteBufferSize(): number {
    return this.#buffered;
  }

  getExtraInfo(name: string): unknown {
    const { session, lower } = this.#parts;
    if (name === "peercert") return session.peerCertificate;
    if (name === "cipher") return session.cipher;
    if (name === "alpn") return session.alpnProtocol;
    return lower.getExtraInfo(name);
  }

  getProtocol(): Protocol {
    return this.#protocol;
  }

  setProtocol(protocol: Protocol): void {
    this.#protocol = protocol;
  }

  // --- reading -------------------------------------------------------------

  #establish(): void {
    if (!this.#told) {
      this.#told = true;
      this.#guard(() => this.#protocol.connectionMade?.(this));
    }
    this.#parts.port.defer(() => {
      this.#begun = true;
      this.#advance();
    });
  }

  #readable(): void {
    const { session } = this.#parts;
    if (session.ended || session.failure !== undefined) {
      this.#answered.resolve();
    }
    this.#advance();
  }

  #advance(): void {
    if (!this.#begun) return;
    const { session, port } = this.#parts;
    for (let first = true; !this.#paused && !this.#closing; first = false) {
      if (!session.arm()) return;
      if (!first && !port.calls.spend()) return this.#continueLater();
      if (session.available > 0) this.#deliver();
      else return session.ended ? this.#peerEnded() : undefined;
    }
  }

  #deliver(): void {
    const { session } = this.#parts;
    const protocol = this.#protocol;
    this.#guard(() => {
      if (protocol.getBuffer !== undefined) {
        return fillBuffer(protocol, session);
      }
      const data = new Uint8Array(session.available);
      session.takeInto(data);
      protocol.dataReceived?.(data);
    });
  }

  /** Who has ended TLS reads no more, as in asyncio: the answer counts nothing. */
  #peerEnded(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#guard(() => this.#protocol.eofReceived?.());
    this.close();
  }

  #continueLater(): void {
    if (this.#continuing) return;
    this.#continuing = true;
    this.#parts.port.defer(() => {
      this.#continuing = false;
      this.#advance();
    });
  }

  // --- writing -------------------------------------------------------------

  /** @param call What the protocol is told. */
  tellFlow(call: "pauseWriting" | "resumeWriting"): void {
    this.#guard(() => this.#protocol[call]?.());
  }

  #wrote(size: number): void {
    this.#buffered -= size;
    this.#flow.review();
  }

  // --- end -----------------------------------------------------------------

  /**
   * Waits for the peer's end of TLS, as asyncio does: what it writes to a
   * connection that is closed would reset it.
   */
  async #shutDown(deadline: number | undefined): Promise<void> {
    const { session, shutdownTimeout } = this.#parts;
    if (session.failure !== undefined) return; // it closes by itself
    if (!session.established) return this.abort();
    session.discard();
    const timer = shutdownTimeout === Infinity
      ? undefined
      : setTimeout(() => this.#expire(), shutdownTimeout);
    const ended = session.end().then(() => this.#flushed = true);
    await ended.catch(() => {}); // the session tells why
    if (session.failure === undefined) await this.#answered.promise;
    clearTimeout(timer);
    session.close(deadline);
  }

  /** A peer that has everything need not answer. */
  #expire(): void {
    const { session } = this.#parts;
    if (this.#flushed) return this.#answered.resolve();
    this.#error = new Deno.errors.TimedOut(
      `Cannot end TLS with ${session.name}: the shutdown timed out`,
    );
    session.fail(this.#error);
  }

  #lost(error: Error | null): void {
    this.#answered.resolve();
    if (!this.#told) return;
    this.#error ??= this.#reason(error);
    this.#closing = true;
    this.#guard(() => this.#protocol.connectionLost?.(this.#error));
  }

  /** When both ends of TLS are through, only lost bytes are an error. */
  #reason(error: Error | null): Error | null {
    const { session } = this.#parts;
    if (error === null) return this.#closing ? null : session.failure ?? null;
    const through = session.ended && !("bytesDropped" in error);
    return this.#closing && through ? null : error;
  }

  /** A protocol that throws loses its connection, nobody else's. */
  #guard(callback: () => unknown): void {
    try {
      this.#caller.call(callback, undefined);
    } catch (error) {
      this.#error ??= toError(error);
      this.#caller.report(error, "Exception in a protocol");
      this.abort();
    }
  }
}
