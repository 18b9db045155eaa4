/**
 * `UdpSocket`: datagrams in the shape of `Deno.DatagramConn`.
 *
 * @module
 */

import { byteLengthOf } from "../../ffi/bytes.ts";
import { SO_BROADCAST, SOL_SOCKET } from "../../ffi/socket/constants.ts";
import { encodeDword } from "../../ffi/socket/structs.ts";
import { assertArray } from "../../proactor/arguments.ts";
import {
  assertDeadline,
  type DeadlineOptions,
} from "../../stream/close_deadline.ts";
import type { ReadOptions } from "../../stream/stream_traits.ts";
import {
  closeAndWait,
  type ShutdownOptions,
  unlessAborted,
  type WaitOptions,
} from "../../stream/wait_options.ts";
import { closeWhenForgotten } from "../../proactor/port/forgotten.ts";
import { TurnOrder } from "../../stream/turn_budget.ts";
import type { DatagramChannel, DatagramHandle } from "./datagram_channel.ts";
import type { Datagram } from "./datagram_reader.ts";
import { DatagramSender } from "./datagram_sender.ts";
import {
  encodeGroupV4,
  encodeGroupV6,
  Membership,
  type MulticastV4Membership,
  type MulticastV6Membership,
  setOption,
} from "./multicast.ts";
import { openDatagramSocket } from "./open_datagram_socket.ts";
import { deliver, placeDatagram, type ReceiveQueue } from "./receive_queue.ts";
import type { UdpTarget } from "./udp_address.ts";
import { receiveInterrupted, receiveRefused } from "./udp_errors.ts";
import { connectEnds, listenEnds } from "./udp_ends.ts";
import { receiveAll } from "./udp_iteration.ts";
import {
  assertUdpOptions,
  type ReceivedDatagram,
  type UdpConnectOptions,
  type UdpListenOptions,
} from "./udp_options.ts";
import { type UdpParts, udpParts } from "./udp_parts.ts";

/** Bytes that may be queued to be sent; each datagram counts 8 more. */
const MAX_QUEUED = 4 << 20;

/**
 * A UDP socket on the completion port, with the members of
 * `Deno.DatagramConn`.
 *
 * Datagrams of any length arrive whole, empty ones too. That a peer is gone
 * (ICMP "port unreachable") never ends receiving from the others.
 *
 * @example Answer every datagram
 * ```ts
 * import { UdpSocket } from "@iocp/proactor/net";
 *
 * using socket = UdpSocket.listen({ port: 5353 });
 * for await (const [data, addr] of socket) await socket.send(data, addr);
 * ```
 */
export class UdpSocket
  implements
    AsyncIterable<[Uint8Array<ArrayBuffer>, Deno.NetAddr]>,
    Disposable,
    AsyncDisposable {
  readonly #channel: DatagramChannel;
  readonly #receives: ReceiveQueue;
  readonly #sender: DatagramSender;
  readonly #parts: UdpParts;
  readonly #receiveTurns: TurnOrder;
  readonly #sendTurns: TurnOrder;

  /**
   * Made by {@linkcode UdpSocket.listen} and {@linkcode UdpSocket.connect}.
   *
   * @ignore
   * @param socket A socket that is bound and on the port.
   */
  constructor(socket: DatagramHandle) {
    this.#receiveTurns = new TurnOrder(socket.port);
    this.#sendTurns = new TurnOrder(socket.port);
    this.#parts = udpParts(socket);
    const { channel, receives } = this.#parts;
    this.#channel = channel;
    this.#receives = receives;
    this.#sender = new DatagramSender(this.#channel, MAX_QUEUED);
    const { hostname, port } = socket.local;
    const name = `UDP socket ${hostname}:${port}`;
    closeWhenForgotten(this, { port: socket.port, part: channel, name });
  }

  /**
   * Makes a socket that receives from anyone.
   *
   * @example Usage
   * ```ts
   * import { UdpSocket } from "@iocp/proactor/net";
   *
   * using socket = UdpSocket.listen({ hostname: "0.0.0.0", port: 0 });
   * console.log(socket.addr.port);
   * ```
   *
   * @param options Where, and how.
   * @returns The socket.
   * @throws {TypeError} when an option is of the wrong type, or the host is a
   * name.
   * @throws {RangeError} when the port is not 0 to 65535.
   * @throws {Deno.errors.AddrInUse} when another socket has the address, or
   * Windows has reserved the port.
   * @throws {Deno.errors.AddrNotAvailable} when this computer has no such
   * address.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  static listen(options: UdpListenOptions): UdpSocket {
    assertUdpOptions(options);
    return new UdpSocket(openDatagramSocket(listenEnds(options), options));
  }

  /**
   * Makes a socket that sends to one peer, and receives from nobody else.
   *
   * @example Usage
   * ```ts
   * import { UdpSocket } from "@iocp/proactor/net";
   *
   * using socket = await UdpSocket.connect({ hostname: "::1", port: 5353 });
   * await socket.send(new TextEncoder().encode("hello"));
   * const [answer] = await socket.receive();
   * ```
   *
   * @param options The peer, and how to send to it.
   * @returns The socket.
   * @throws {TypeError} when an option is of the wrong type.
   * @throws {RangeError} when the port is not 1 to 65535.
   * @throws {Deno.errors.NotFound} when there is no such host.
   * @throws {Deno.errors.NetworkUnreachable} when no network leads there.
   */
  static async connect(options: UdpConnectOptions): Promise<UdpSocket> {
    const given = { ...options }; // the caller may change them meanwhile
    const ends = await connectEnds(given);
    return new UdpSocket(openDatagramSocket(ends, given));
  }

  /** Where the socket is bound. */
  get addr(): Deno.NetAddr {
    return { ...this.#channel.socket.local };
  }

  /** The peer of a connected socket; else `null`. */
  get remoteAddr(): Deno.NetAddr | null {
    const { remote } = this.#channel.socket;
    return remote && { ...remote };
  }

  /** Resolves when the socket is closed and the kernel has let go. */
  get finished(): Promise<void> {
    return this.#parts.finished;
  }

  /** Bytes that wait to be sent, and 8 for each datagram. */
  get bufferedAmount(): number {
    return this.#channel.writer.buffered;
  }

  // --- receiving -----------------------------------------------------------

  /**
   * Takes a datagram, or waits for one.
   *
   * @param p Where the bytes go. A datagram that is longer comes whole, in an
   * array of its own.
   * @param options A signal that ends the wait; no datagram is lost by it.
   * @returns The bytes, which may be none, and who has sent them.
   * @throws {TypeError} when `p` is not a `Uint8Array`.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.Interrupted} when it is closed meanwhile.
   * @throws {Deno.errors.ConnectionReset} when `reportUnreachable` is set and
   * an earlier datagram has found no one; receiving goes on.
   */
  async receive(
    p?: Uint8Array,
    options: ReadOptions = {},
  ): Promise<[Uint8Array<ArrayBuffer>, Deno.NetAddr]> {
    if (p !== undefined) assertArray("receive into", p);
    return await this.#receive((datagram) => deliver(datagram, p), options);
  }

  /**
   * Takes a datagram into an array, which cuts off what has no room.
   *
   * @param target Where the bytes go; not to be transferred until then.
   * @param options A signal that ends the wait; no datagram is lost by it.
   * @returns How many bytes came, from whom, and whether that was all.
   * @throws {TypeError} when `target` is not a `Uint8Array`, or was
   * transferred meanwhile: the datagram is then left to the next receive.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.Interrupted} when it is closed meanwhile.
   */
  async receiveInto(
    target: Uint8Array,
    options: ReadOptions = {},
  ): Promise<ReceivedDatagram> {
    assertArray("receive into", target);
    const size = byteLengthOf(target);
    const take = (datagram: Datagram) => placeDatagram(datagram, target, size);
    return await this.#receive(take, options);
  }

  /**
   * Takes one datagram after the other until the socket is closed.
   *
   * @param options A signal that ends the iteration: it throws the signal's
   * reason, and the socket stays open.
   * @returns The bytes of each, and who has sent them.
   */
  values(
    options: ReadOptions = {},
  ): AsyncGenerator<[Uint8Array<ArrayBuffer>, Deno.NetAddr]> {
    return receiveAll(this.#channel, () => this.receive(undefined, options));
  }

  /**
   * Takes one datagram after the other, as {@linkcode values} does.
   *
   * @returns The bytes of each, and who has sent them.
   */
  [Symbol.asyncIterator](): AsyncGenerator<
    [Uint8Array<ArrayBuffer>, Deno.NetAddr]
  > {
    return this.values();
  }

  // --- sending -------------------------------------------------------------

  /**
   * Sends a datagram. Those to numeric addresses go out in the order of the
   * calls; a name is looked up each time.
   *
   * @param p The caller's again when this returns (before the promise
   * resolves). An empty array is a datagram too.
   * @param addr To whom; not needed on a connected socket.
   * @param options A signal that ends the wait; the datagram is sent all the
   * same.
   * @returns The number of bytes, when Windows has them.
   * @throws {TypeError} when `p` is not a `Uint8Array`, or `addr` is missing,
   * malformed, of another family or not the peer of a connected socket.
   * @throws {RangeError} when `p` has more than 65507 bytes (IPv6: 65527), or
   * the port is not 1 to 65535.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   * @throws {Deno.errors.Busy} when more than 4 MiB wait to be sent.
   * @throws {Deno.errors.PermissionDenied} when `addr` is a broadcast address
   * and `broadcast` is not set.
   * @throws {Deno.errors.Interrupted} when the socket is closed and the
   * deadline passes.
   */
  async send(
    p: Uint8Array,
    addr?: UdpTarget,
    { signal }: WaitOptions = {},
  ): Promise<number> {
    signal?.throwIfAborted();
    const sent = this.#sender.send(p, addr);
    const length = byteLengthOf(p);
    if (sent !== undefined) await unlessAborted(sent, signal);
    const turn = this.#sendTurns.spend();
    if (turn !== undefined) await turn;
    return length;
  }

  // --- options -------------------------------------------------------------

  /**
   * Says whether datagrams may go to broadcast addresses.
   *
   * @param broadcast False at first.
   * @throws {TypeError} when it is not a boolean.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  setBroadcast(broadcast: boolean): void {
    assertUdpOptions({ broadcast });
    const option = { level: SOL_SOCKET, name: SO_BROADCAST };
    const value = encodeDword(broadcast);
    const action = "Cannot set broadcast";
    setOption(this.#channel.socket, option, { value, action });
  }

  /**
   * Joins a multicast group of IPv4.
   *
   * @param group The group, 224.0.0.0 to 239.255.255.255.
   * @param networkInterface An address of the interface; any by default.
   * @returns The membership, to leave the group by.
   * @throws {TypeError} when an address is malformed, or the socket is for
   * IPv6.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  // deno-lint-ignore require-await -- an error becomes a rejection
  async joinMulticastV4(
    group: string,
    networkInterface = "0.0.0.0",
  ): Promise<MulticastV4Membership> {
    const request = encodeGroupV4(group, networkInterface);
    return new Membership(this.#channel.socket, "IPv4", request);
  }

  /**
   * Joins a multicast group of IPv6.
   *
   * @param group The group, in ff00::/8.
   * @param networkInterface The number of the interface; any by default.
   * @returns The membership, to leave the group by.
   * @throws {TypeError} when the group is malformed, or the socket is for
   * IPv4.
   * @throws {RangeError} when the number is no number of an interface.
   * @throws {Deno.errors.BadResource} when the socket is closed.
   */
  // deno-lint-ignore require-await -- an error becomes a rejection
  async joinMulticastV6(
    group: string,
    networkInterface = 0,
  ): Promise<MulticastV6Membership> {
    const request = encodeGroupV6(group, networkInterface);
    return new Membership(this.#channel.socket, "IPv6", request);
  }

  // --- end -----------------------------------------------------------------

  /**
   * Closes the socket: receiving stops now, what was sent goes out first, for
   * as long as any of it does. Idempotent.
   *
   * @param options The deadline; the last one counts.
   * @throws {RangeError} when the deadline is no integer that fits a timer.
   */
  close(options: DeadlineOptions = {}): void {
    assertDeadline(options.deadline);
    this.#receives.fail(receiveInterrupted());
    this.#channel.close(options.deadline);
  }

  /** Closes the socket at once; what is queued is dropped. */
  abort(): void {
    this.#channel.abort();
  }

  /**
   * Closes the socket and waits until it is.
   *
   * @param options The deadline, as for {@linkcode close}, and a signal that
   * ends the wait; the close goes on.
   * @throws {Deno.errors.TimedOut} when nothing was sent until the deadline.
   * @throws {Deno.errors.Interrupted} when an abort or the proactor's close was
   * faster. Both errors are a {@linkcode DroppedBytesError}.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    await closeAndWait(this, options, () => this.#parts.loss);
  }

  /** Lets pending receives and sends keep the process alive (the default). */
  ref(): void {
    this.#channel.setReferenced(true);
  }

  /** Lets the process end while receives or sends are pending. */
  unref(): void {
    this.#channel.setReferenced(false);
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** As {@linkcode shutdown}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  // --- parts ---------------------------------------------------------------

  async #receive<T>(
    take: (datagram: Datagram) => T,
    { signal }: ReadOptions,
  ): Promise<T> {
    if (this.#channel.closing) throw receiveRefused();
    const taken = await this.#receives.request(take, signal);
    const turn = this.#receiveTurns.spend();
    if (turn !== undefined) await turn;
    return taken;
  }
}
