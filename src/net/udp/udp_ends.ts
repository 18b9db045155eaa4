/**
 * From options to the ends of a datagram socket.
 *
 * @module
 */

import { parseSocketAddress } from "../../ffi/socket/sockaddr.ts";
import type { DatagramEnds } from "./open_datagram_socket.ts";
import { knownAddresses } from "../names/resolve.ts";
import { resolveTarget } from "./target_encoder.ts";
import {
  assertTarget,
  type InternetAddress,
  parseTarget,
} from "./udp_address.ts";
import {
  assertUdpOptions,
  type UdpConnectOptions,
  type UdpOptions,
} from "./udp_options.ts";

/**
 * The ends of a socket that receives from anyone.
 *
 * @param options Where; a numeric address.
 * @returns Its local end.
 * @throws {TypeError} when the address is malformed or a name.
 * @throws {RangeError} when the port is none.
 */
export function listenEnds(
  options: UdpOptions & { hostname?: string | undefined; port: number },
): DatagramEnds {
  const { hostname = "127.0.0.1", port } = options;
  assertTarget("listen", { hostname, port });
  const [local] = knownAddresses(hostname, port) ?? [];
  if (local === undefined) {
    throw new TypeError(
      `Cannot listen at "${hostname}": it is not a numeric address`,
    );
  }
  const action = `listen at port ${port} of ${hostname}`;
  return { action, local: local as InternetAddress };
}

/**
 * The ends of a socket that has one peer.
 *
 * @param target The peer, a numeric address or a name, and what ends the wait.
 * @returns Any local end of the same family, and the peer.
 * @throws {TypeError} when the address is malformed.
 * @throws {RangeError} when the port is none.
 * @throws {Deno.errors.NotFound} when there is no such host.
 */
export async function connectEnds(
  target: UdpConnectOptions,
): Promise<DatagramEnds> {
  assertUdpOptions(target);
  const { signal } = target;
  signal?.throwIfAborted();
  const remote = parseTarget("connect", target) ??
    await resolveTarget(target, undefined, signal);
  const { hostname, port } = target;
  const action = `connect to port ${port} of ${hostname}`;
  return { action, local: anyAddress(remote.family), remote, connect: true };
}

/**
 * Every address of this computer, and any port.
 *
 * @param family The family.
 * @returns The address.
 */
export function anyAddress(family: InternetAddress["family"]): InternetAddress {
  return parseSocketAddress(family === "IPv4" ? "0.0.0.0" : "::", 0)!;
}
