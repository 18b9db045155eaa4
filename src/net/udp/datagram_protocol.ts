/**
 * Datagrams in protocol style: callbacks instead of promises, as in asyncio.
 *
 * @module
 */

import type { DeadlineOptions } from "../../stream/close_deadline.ts";
import type {
  WriteBufferLimits,
  WriteBufferOptions,
} from "../../stream/protocol.ts";
import type { UdpTarget } from "./udp_address.ts";

/**
 * Told of what happens to a datagram socket. All members are optional. The
 * counterpart of `asyncio.DatagramProtocol`. What a member throws is reported;
 * only a throwing `connectionMade` closes the socket.
 */
export interface DatagramProtocol {
  /**
   * The socket exists: the first call.
   *
   * @param transport Sends datagrams and closes the socket.
   */
  connectionMade?(transport: DatagramTransport): void;
  /**
   * A datagram has come, whole; it may be empty.
   *
   * @param data The protocol's own from now on.
   * @param addr Who has sent it.
   */
  datagramReceived?(data: Uint8Array<ArrayBuffer>, addr: Deno.NetAddr): void;
  /**
   * A datagram could not be sent, or a receive has failed. Both go on.
   *
   * @param error What Windows says.
   */
  errorReceived?(error: Error): void;
  /**
   * The socket is closed: the last call, exactly once.
   *
   * @param error What ended it, or `null` after a close or an abort. When a
   * close had to drop datagrams, a {@linkcode DroppedBytesError}.
   */
  connectionLost?(error: Error | null): void;
  /** More waits to be sent than the high-water mark: stop sending. */
  pauseWriting?(): void;
  /** Less waits than the low-water mark: go on. */
  resumeWriting?(): void;
}

/** The socket, as a {@linkcode DatagramProtocol} sees it. */
export interface DatagramTransport {
  /** Resolves when `connectionLost` was called and the kernel has let go. */
  readonly finished: Promise<void>;
  /**
   * Sends a datagram, or queues it. What fails goes to `errorReceived`; after
   * a close nothing is sent.
   *
   * @param data The caller's again when this returns; none is a datagram too.
   * @param addr To whom; not needed with a `remoteAddr`.
   */
  sendTo(data: Uint8Array, addr?: UdpTarget): void;
  /**
   * Closes: receiving stops now, what was sent still goes out, unless none does
   * until the deadline.
   *
   * @param options The deadline, by default that of the socket. The last one
   * that was given counts.
   * @throws {RangeError} when the deadline is neither an integer from 0 to
   * 2147483647 nor `Infinity`.
   */
  close(options?: DeadlineOptions): void;
  /** Closes at once; what is queued is dropped. */
  abort(): void;
  /**
   * Tells whether the transport is closed or about to be.
   *
   * @returns True from `close` on.
   */
  isClosing(): boolean;
  /**
   * What waits to be sent.
   *
   * @returns Bytes, and 8 for each datagram.
   */
  getWriteBufferSize(): number;
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
   * Asks for what the transport knows.
   *
   * @param name `"sockname"`, `"peername"` or `"socket"` (the SOCKET).
   * @returns The value, or `undefined`.
   */
  getExtraInfo(name: string): unknown;
}
