/**
 * The protocol style: callbacks instead of promises, as in asyncio.
 *
 * @module
 */

import type { DeadlineOptions } from "./close_deadline.ts";

/**
 * Told of what happens to a connection. All members are optional. The
 * counterpart of `asyncio.Protocol`.
 */
export interface Protocol {
  /**
   * The connection exists: the first call.
   *
   * @param transport Writes to it, pauses and closes it.
   */
  connectionMade?(transport: Transport): void;
  /**
   * Bytes have come; on a message-reading pipe a message, or a part of one.
   *
   * @param data The protocol's own from now on.
   */
  dataReceived?(data: Uint8Array<ArrayBuffer>): void;
  /**
   * Gives room for bytes that have come, instead of `dataReceived`; see
   * {@linkcode BufferedProtocol}.
   *
   * @param sizeHint How many there are; room for fewer is filled first.
   * @returns Where they are copied to; not empty.
   */
  getBuffer?(sizeHint: number): Uint8Array;
  /**
   * The room that `getBuffer` gave was filled.
   *
   * @param byteLength With so many bytes.
   */
  bufferUpdated?(byteLength: number): void;
  /**
   * The peer writes no more.
   *
   * @returns True keeps the transport open for writing.
   */
  eofReceived?(): boolean | void;
  /**
   * The connection is over: the last call, exactly once.
   *
   * @param error What ended it, or `null` after a close, an abort or the peer's
   * end. When a close had to drop what was written, a
   * {@linkcode DroppedBytesError}.
   */
  connectionLost?(error: Error | null): void;
  /** More is buffered than the high-water mark: stop writing. */
  pauseWriting?(): void;
  /** Less is buffered than the low-water mark: go on. */
  resumeWriting?(): void;
}

/**
 * A protocol that says where its bytes are to be put. The counterpart of
 * `asyncio.BufferedProtocol`.
 */
export interface BufferedProtocol extends Protocol {
  /**
   * Gives room for bytes that have come.
   *
   * @param sizeHint How many there are; room for fewer is filled first.
   * @returns Where they are copied to; not empty.
   */
  getBuffer(sizeHint: number): Uint8Array;
  /**
   * The room that `getBuffer` gave was filled.
   *
   * @param byteLength With so many bytes.
   */
  bufferUpdated(byteLength: number): void;
}

/** Makes the protocol for a connection. */
export type ProtocolFactory<P extends Protocol = Protocol> = () => P;

/** Limits of the write buffer, in bytes. */
export interface WriteBufferLimits {
  /** Above it, `pauseWriting` is called. */
  high: number;
  /** At or below it, `resumeWriting` is called. */
  low: number;
}

/** Options of `setWriteBufferLimits`: by default 64 KiB, and a quarter of it. */
export interface WriteBufferOptions {
  /**
   * Bytes above which `pauseWriting` is called; by default four times `low`,
   * where that is given.
   *
   * @default {65536}
   */
  high?: number | undefined;
  /**
   * Bytes at or below which `resumeWriting` is called; by default a quarter of
   * `high`.
   *
   * @default {16384}
   */
  low?: number | undefined;
}

/** The connection, as a {@linkcode Protocol} sees it. */
export interface Transport {
  /**
   * Writes, or queues what can't be written at once.
   *
   * @param data The caller's again when this returns.
   */
  write(data: Uint8Array): void;
  /**
   * Writes several arrays, in order.
   *
   * @param list The arrays.
   */
  writeLines(list: Iterable<Uint8Array>): void;
  /**
   * Tells whether `writeEof` works.
   *
   * @returns False on a byte-type pipe, which has no half close; true on TCP.
   */
  canWriteEof(): boolean;
  /** Ends the write side, behind what was written. */
  writeEof(): void;
  /**
   * Closes: reading stops now, what was written still goes out, for as long as
   * the peer takes it. When it takes nothing until the deadline, the rest is
   * dropped: see `abort` for what the peer is told; `connectionLost` gets a
   * {@linkcode DroppedBytesError}.
   *
   * @param options The deadline, by default that of the connection. The last
   * one that was given counts.
   * @throws {RangeError} when the deadline is neither an integer from 0 to
   * 2147483647 nor `Infinity`.
   */
  close(options?: DeadlineOptions): void;
  /**
   * Closes at once; what is buffered is dropped. When something is, the peer is
   * told by an error instead of the end of the stream: a reset on a socket, and
   * on a pipe when this is the server's end.
   */
  abort(): void;
  /**
   * Tells whether the transport is closed or about to be.
   *
   * @returns True from `close` on.
   */
  isClosing(): boolean;
  /** Stops `dataReceived` until `resumeReading`. */
  pauseReading(): void;
  /** Lets `dataReceived` go on; nothing is lost in between. */
  resumeReading(): void;
  /**
   * Tells whether data are being received.
   *
   * @returns False when paused or closing.
   */
  isReading(): boolean;
  /**
   * Sets the limits for `pauseWriting` and `resumeWriting`.
   *
   * @param limits Bytes; by default 64 KiB and a quarter of the high mark.
   */
  setWriteBufferLimits(limits?: WriteBufferOptions): void;
  /**
   * The limits.
   *
   * @returns Bytes.
   */
  getWriteBufferLimits(): WriteBufferLimits;
  /**
   * What is queued or in flight.
   *
   * @returns Bytes.
   */
  getWriteBufferSize(): number;
  /**
   * Asks for what the kind of transport knows.
   *
   * @param name On a pipe: `"addr"`, `"pipe"` (the handle). On TCP:
   * `"sockname"`, `"peername"` (as `{ transport, hostname, port }`), `"socket"`
   * (the handle). With TLS also `"peercert"` and `"cipher"` (as `node:tls` has
   * them), and `"alpn"` (the protocol, or `null`).
   * @returns The value, or `undefined`.
   */
  getExtraInfo(name: string): unknown;
  /**
   * The protocol.
   *
   * @returns The one that is told now.
   */
  getProtocol(): Protocol;
  /**
   * Changes the protocol; data that come from now on go to the new one.
   *
   * @param protocol The new one.
   */
  setProtocol(protocol: Protocol): void;
}
