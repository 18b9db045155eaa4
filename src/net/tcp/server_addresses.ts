/**
 * From what a server is told to the addresses that it listens on.
 *
 * @module
 */

import type { SocketAddress } from "../../ffi/socket/sockaddr.ts";
import { assertInteger } from "../../proactor/arguments.ts";
import { type AddressFamily, ofFamily, resolveHost } from "../names/resolve.ts";
import { addressText, type IpAddress, publicAddr } from "./tcp_socket.ts";

/**
 * The hosts that a server listens on: a name or a numeric address, or several;
 * `null`, `undefined` and `""` are all interfaces.
 */
export type ServerHost = string | readonly string[] | null | undefined;

/** Which addresses a server wants. */
export interface ServerAddressOptions {
  /** Of this family only. */
  family?: AddressFamily | undefined;
  /** False lets one IPv6 socket serve all interfaces over IPv4 too. */
  ipv6Only?: boolean | undefined;
}

/**
 * Finds the addresses of a server.
 *
 * @param host Where to listen.
 * @param port 0 to 65535.
 * @param options Which addresses.
 * @returns The addresses, each once; one at least.
 * @throws {TypeError} when there is no host in the list, or it is no list.
 * @throws {RangeError} when the port is none.
 * @throws {Deno.errors.NotFound} when there is no such host, or it has no
 * address of the family.
 */
export async function serverAddresses(
  host: ServerHost,
  port: number,
  options: ServerAddressOptions = {},
): Promise<IpAddress[]> {
  assertInteger("port", port, [0, 0xffff]);
  const hosts = hostList(host);
  const lists = await Promise.all(
    hosts.map((one) => addressesOf(one, port, options)),
  );
  return unique(lists.flat());
}

function hostList(host: ServerHost): readonly string[] {
  if (typeof host === "string") return [host];
  const hosts: readonly string[] = host ?? [""];
  if (Array.isArray(hosts) && hosts.length > 0) return hosts;
  throw new TypeError(
    `Cannot listen on hosts ${JSON.stringify(hosts)}: ` +
      "they are neither a name nor a list of names",
  );
}

async function addressesOf(
  host: string,
  port: number,
  options: ServerAddressOptions,
): Promise<IpAddress[]> {
  const { family } = options;
  const addresses = host === ""
    ? ofFamily(anyAddresses(port, options), "all interfaces", family)
    : await resolveHost(host, port, { family });
  return addresses.filter((address) => address.family !== "Unix");
}

/** With both, the second one would find the port taken by the first. */
function anyAddresses(
  port: number,
  { family, ipv6Only = true }: ServerAddressOptions,
): SocketAddress[] {
  const v4 = { family: "IPv4", hostname: "0.0.0.0", port } as const;
  const v6 = {
    family: "IPv6",
    hostname: "::",
    port,
    flowInfo: 0,
    scopeId: 0,
  } as const;
  return ipv6Only || family === "ipv4" ? [v4, v6] : [v6];
}

function unique(addresses: IpAddress[]): IpAddress[] {
  const byText = new Map(
    addresses.map((address) => [addressText(publicAddr(address)), address]),
  );
  return [...byText.values()];
}
