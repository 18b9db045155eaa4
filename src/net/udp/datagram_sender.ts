/**
 * From what users send to the queue of a channel.
 *
 * @module
 */

import { byteLengthOf, copyBytes } from "../../ffi/bytes.ts";
import { ERROR_IO_PENDING } from "../../ffi/constants.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import { stableBytes } from "../../proactor/arguments.ts";
import type { DatagramChannel } from "./datagram_channel.ts";
import { DATAGRAM_OVERHEAD } from "./datagram_writer.ts";
import { TargetEncoder } from "./target_encoder.ts";
import { toNetAddr, type UdpTarget } from "./udp_address.ts";
import { assertDatagram, sendError } from "./udp_errors.ts";

/** Checks, addresses and queues datagrams. */
export class DatagramSender {
  readonly #channel: DatagramChannel;
  readonly #targets: TargetEncoder;
  readonly #maxQueued: number;

  /**
   * @param channel Where the datagrams go.
   * @param maxQueued Bytes that may wait to be sent.
   */
  constructor(channel: DatagramChannel, maxQueued: number) {
    this.#channel = channel;
    this.#targets = new TargetEncoder(channel.socket.rules);
    this.#maxQueued = maxQueued;
  }

  /**
   * Sends, at once if nothing is in the way.
   *
   * @param data The caller's again when this returns.
   * @param addr To whom; not needed where there is only one.
   * @returns The rest of it, or `undefined` when it is sent.
   * @throws {TypeError} when an argument is malformed.
   * @throws {RangeError} when there are too many bytes, or the port is none.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.Busy} when too much waits to be sent.
   */
  send(data: Uint8Array, addr?: UdpTarget): Promise<void> | undefined {
    const bytes = stableBytes("send", data);
    const to = this.#target(addr);
    assertDatagram(this.#channel.socket, byteLengthOf(bytes));
    this.#assertOpen();
    if (to === undefined) return this.#sendByName(copyBytes(bytes), addr!);
    return this.#send(bytes, to);
  }

  /** `null` is the peer, `undefined` a name that must be looked up. */
  #target(addr: UdpTarget | undefined): Bytes | null | undefined {
    const { remote, remoteName } = this.#channel.socket;
    if (remote === null) {
      return this.#targets.encode("send", addr!) ?? undefined;
    }
    if (addr === undefined) return remoteName;
    const { hostname, port } = Object(addr);
    if (hostname === remote.hostname && port === remote.port) return remoteName;
    if (this.#isPeer(addr)) return remoteName;
    throw new TypeError(
      `Cannot send to another address: the socket sends to port ` +
        `${remote.port} of ${remote.hostname}`,
    );
  }

  /** The peer may be spelled in another way. */
  #isPeer(addr: UdpTarget): boolean {
    const to = this.#targets.encode("send", addr);
    if (to === null) return false;
    const { hostname, port } = toNetAddr(to);
    const { remote } = this.#channel.socket;
    return hostname === remote!.hostname && port === remote!.port;
  }

  async #sendByName(data: Bytes, target: UdpTarget): Promise<void> {
    const to = await this.#targets.resolve("send", target);
    this.#assertOpen();
    await this.#send(data, to);
  }

  #send(data: Bytes, to: Bytes | null): Promise<void> | undefined {
    const { writer, socket } = this.#channel;
    this.#assertRoom(byteLengthOf(data) + DATAGRAM_OVERHEAD);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onDone = (code: number) => {
      if (code === 0) resolve();
      else reject(sendError(socket, code));
    };
    const code = writer.send({ data, to, onDone });
    if (code === 0) return undefined;
    if (code !== ERROR_IO_PENDING) throw sendError(socket, code);
    return promise;
  }

  #assertRoom(size: number): void {
    const { buffered, idle } = this.#channel.writer;
    if (idle || buffered + size <= this.#maxQueued) return;
    throw new Deno.errors.Busy(`Cannot send: ${buffered} bytes wait already`);
  }

  #assertOpen(): void {
    if (!this.#channel.closing) return;
    throw new Deno.errors.BadResource("Cannot send: the socket is closed");
  }
}
