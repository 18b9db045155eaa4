/**
 * `SocketEventLoop`: the part of an event loop that watches sockets and pipes,
 * and looks up names.
 *
 * @module
 */

import {
  type AddressInfo,
  type GetAddressInfoOptions,
  getaddrinfo,
  getnameinfo,
  type GetNameInfoOptions,
  type NameInfo,
} from "../net/names/address_info.ts";
import type { Direction } from "../proactor/call/polled_socket.ts";
import { unwatch, watch } from "../net/readiness/readiness.ts";
import type { SocketAddress } from "../ffi/socket/sockaddr.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type { HandleLike } from "../proactor/proactor_options.ts";
import type { ReadinessTarget } from "../net/readiness/readiness_source.ts";
import { assertFunction } from "./arguments.ts";
import { BaseEventLoop } from "./base_event_loop.ts";
import type { Callback } from "./handles.ts";

/**
 * Watches sockets and pipes on a completion port, which asyncio's proactor loop
 * cannot, and looks up names; see {@linkcode ProactorEventLoop} for the loop to
 * use.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 * import { createSocket } from "@iocp/proactor/net";
 *
 * using socket = createSocket({ type: "datagram" });
 * socket.bind({ family: "IPv4", hostname: "127.0.0.1", port: 5000 });
 * await using loop = new ProactorEventLoop();
 * loop.addReader(socket, () => loop.stop());
 * await loop.runForever();
 * loop.removeReader(socket);
 * ```
 */
export abstract class SocketEventLoop extends BaseEventLoop {
  /** The proactor that the loop drives. */
  abstract get proactor(): IocpProactor;

  /**
   * Calls a function in the loop whenever something can be read, until
   * {@linkcode removeReader}; see `waitReadable` for what. What it throws goes
   * to the exception handler, and the calls go on.
   *
   * @param target A SOCKET or the handle of a pipe, or its owner; or a
   * connection.
   * @param callback Called in place of the reader that was there before.
   * @param args What it is called with.
   * @throws {TypeError} when `target` is neither a bigint nor an owner of one,
   * or `callback` is not a function.
   * @throws {Deno.errors.BadResource} when it is no socket or pipe, or closed.
   * @throws {Deno.errors.NotSupported} when it is a message-type pipe, or an
   * end that only writes.
   * @throws {InvalidStateError} when the loop is closed.
   */
  addReader<A extends unknown[]>(
    target: ReadinessTarget,
    callback: Callback<A>,
    ...args: A
  ): void {
    assertFunction("add reader", callback);
    this.#watch("readable", target, () => void callback(...args));
  }

  /**
   * Ends what {@linkcode addReader} began. The callback is not called again.
   *
   * @param target What was watched.
   * @returns False when there was no reader, or the loop is closed.
   * @throws {TypeError} when `target` is neither a bigint nor an owner of one.
   * @throws {Deno.errors.BadResource} when the owner is closed.
   */
  removeReader(target: ReadinessTarget): boolean {
    return unwatch("readable", target, { proactor: this.proactor });
  }

  /**
   * Calls a function in the loop whenever a socket can be written, until
   * {@linkcode removeWriter}. What it throws goes to the exception handler,
   * and the calls go on.
   *
   * @param socket A SOCKET, or its owner.
   * @param callback Called in place of the writer that was there before.
   * @param args What it is called with.
   * @throws {TypeError} when `socket` is neither a bigint nor an owner of one,
   * or `callback` is not a function.
   * @throws {Deno.errors.BadResource} when it is no socket.
   * @throws {Deno.errors.NotSupported} when it is a pipe or a connection.
   * @throws {InvalidStateError} when the loop is closed.
   */
  addWriter<A extends unknown[]>(
    socket: HandleLike,
    callback: Callback<A>,
    ...args: A
  ): void {
    assertFunction("add writer", callback);
    this.#watch("writable", socket, () => void callback(...args));
  }

  /**
   * Ends what {@linkcode addWriter} began. The callback is not called again.
   *
   * @param socket The SOCKET, or its owner.
   * @returns False when there was no writer, or the loop is closed.
   * @throws {TypeError} when `socket` is neither a bigint nor an owner of one.
   * @throws {Deno.errors.BadResource} when the owner is closed.
   */
  removeWriter(socket: HandleLike): boolean {
    return unwatch("writable", socket, { proactor: this.proactor });
  }

  /**
   * Looks up the addresses of a host, without blocking the loop.
   *
   * @param host A name or numeric text; `null` is this computer.
   * @param port 0 to 65535, or a service's name; `null` leaves it 0.
   * @param options Which addresses, and a signal that abandons the lookup.
   * @returns The answers, in the order in which to try them; one at least.
   * @throws {TypeError} when both are `null` or empty, a name holds a NUL, or
   * an option has no such value.
   * @throws {RangeError} when the port is out of range, or a name is too long.
   * @throws {Deno.errors.NotFound} when there is no such host or service.
   * @throws {Deno.errors.TimedOut} when no name server answers.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async getaddrinfo(
    host: string | null,
    port: number | string | null,
    options: GetAddressInfoOptions = {},
  ): Promise<AddressInfo[]> {
    this.assertOpen("look up host");
    return await getaddrinfo(host, port, options);
  }

  /**
   * Looks up the names of an address and its port, without blocking the loop.
   *
   * @param address An address of the internet.
   * @param options What to look up, and a signal that abandons it.
   * @returns The names, or numeric text for what has none.
   * @throws {TypeError} when `address` is a path, or not numeric.
   * @throws {RangeError} when a number of the address is out of range.
   * @throws {Deno.errors.NotFound} when a name is required and there is none.
   * @throws {Deno.errors.TimedOut} when no name server answers.
   * @throws {InvalidStateError} when the loop is closed.
   */
  async getnameinfo(
    address: SocketAddress,
    options: GetNameInfoOptions = {},
  ): Promise<NameInfo> {
    this.assertOpen("look up address");
    return await getnameinfo(address, options);
  }

  #watch(
    direction: Direction,
    target: ReadinessTarget,
    callback: () => void,
  ): void {
    this.assertOpen("watch handle");
    const { proactor } = this;
    watch(direction, target, { proactor, callback });
  }
}
