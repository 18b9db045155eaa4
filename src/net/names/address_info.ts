/**
 * `getaddrinfo` and `getnameinfo`: names and addresses in full, as asyncio has
 * them.
 *
 * @module
 */

import { assertOptions, shownValue } from "../../proactor/arguments.ts";
import type { AddressRecord, NameQuery } from "../../ffi/name/structs.ts";
import { windowsError } from "../../ffi/errors.ts";
import { NativeWin32 } from "../../ffi/native_win32.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  type Ipv4Address,
  type Ipv6Address,
  parseSocketAddress,
  type SocketAddress,
} from "../../ffi/socket/sockaddr.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_PASSIVE,
  IPPROTO_TCP,
  IPPROTO_UDP,
  NI_DGRAM,
  NI_NAMEREQD,
  NI_NOFQDN,
  NI_NUMERICHOST,
  NI_NUMERICSERV,
  SOCK_DGRAM,
  SOCK_STREAM,
} from "../../ffi/socket/constants.ts";
import {
  type AddressFamily,
  assertFound,
  defaultNames,
  familyNumber,
  lookups,
} from "./resolve.ts";

type IpAddress = Ipv4Address | Ipv6Address;

/** What a socket carries. */
export type SocketType = "stream" | "datagram";

/** Options of {@linkcode getaddrinfo}. */
export interface GetAddressInfoOptions {
  /** Gives addresses of this family only: those of both by default. */
  family?: AddressFamily | undefined;
  /** Gives addresses for this type of socket: for any by default. */
  type?: SocketType | undefined;
  /**
   * Without a host, gives the addresses to listen on, not those of this
   * computer's loopback.
   *
   * @default {false}
   */
  passive?: boolean | undefined;
  /**
   * Asks for the canonical name too.
   *
   * @default {false}
   */
  canonicalName?: boolean | undefined;
  /**
   * Refuses names: the host must be numeric text.
   *
   * @default {false}
   */
  numericHost?: boolean | undefined;
  /** Abandons the lookup: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** One answer of {@linkcode getaddrinfo}. */
export interface AddressInfo {
  /** The family of the address. */
  family: AddressFamily;
  /** The type of socket; `null` when it serves any. */
  type: SocketType | null;
  /** The protocol; `null` when it is the type's own. */
  protocol: "tcp" | "udp" | null;
  /** The canonical name; `""` unless asked for, and with the first only. */
  canonicalName: string;
  /** The address. */
  address: SocketAddress;
}

/** Options of {@linkcode getnameinfo}. */
export interface GetNameInfoOptions {
  /**
   * Gives the address as text, without a lookup.
   *
   * @default {false}
   */
  numericHost?: boolean | undefined;
  /**
   * Gives the port as text.
   *
   * @default {false}
   */
  numericService?: boolean | undefined;
  /**
   * Fails when the address has no name, instead of giving it as text.
   *
   * @default {false}
   */
  nameRequired?: boolean | undefined;
  /**
   * Gives names of this network without its domain.
   *
   * @default {false}
   */
  shortName?: boolean | undefined;
  /**
   * Names the service of a datagram socket, where it differs.
   *
   * @default {false}
   */
  datagram?: boolean | undefined;
  /** Abandons the lookup: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** The answer of {@linkcode getnameinfo}. */
export interface NameInfo {
  /** The name of the computer, or numeric text. */
  hostname: string;
  /** The name of the service, or the port as text. */
  service: string;
}

/**
 * Looks up the addresses of a host and the port of a service. It never blocks
 * the thread, and not all of Deno's threads can wait for name servers.
 *
 * @example Usage
 * ```ts
 * import { getaddrinfo } from "@iocp/proactor/net";
 *
 * for (const { address } of await getaddrinfo("localhost", 443)) {
 *   console.log(address);
 * }
 * ```
 *
 * @param host A name or numeric text; `null` is this computer.
 * @param port 0 to 65535, or a service's name; `null` leaves it 0.
 * @param options Which addresses, and a signal that abandons the lookup.
 * @returns The answers, in the order in which to try them; one at least.
 * @throws {TypeError} when both are `null` or empty, a name holds a NUL, or an
 * option has no such value.
 * @throws {RangeError} when the port is out of range, or a name is too long.
 * @throws {Deno.errors.NotFound} when there is no such host or service.
 * @throws {Deno.errors.TimedOut} when no name server answers.
 * @throws {WindowsError} when the name server fails.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function getaddrinfo(
  host: string | null,
  port: number | string | null,
  options: GetAddressInfoOptions = {},
): Promise<AddressInfo[]> {
  assertOptions(options, INFO_OPTIONS);
  options.signal?.throwIfAborted();
  const query = {
    hostname: host ?? "",
    service: serviceText(port),
    family: familyNumber(options.family),
    socketType: typeNumber(options.type),
    flags: addressFlags(options),
  };
  const known = options.canonicalName ? null : numericRecord(query);
  if (known !== null) return [infoOf(known)];
  const names = defaultNames();
  const answer = await lookups.run(
    () => names.getAddrInfo(query),
    { signal: options.signal },
  );
  assertFound(answer, query.hostname);
  return answer.records.map(infoOf);
}

/**
 * Looks up the names of an address and its port. It never blocks the thread.
 *
 * @example Usage
 * ```ts
 * import { getnameinfo } from "@iocp/proactor/net";
 *
 * const address = { family: "IPv4", hostname: "127.0.0.1", port: 80 } as const;
 * console.log(await getnameinfo(address)); // { hostname: ..., service: ... }
 * ```
 *
 * @param address An address of the internet.
 * @param options What to look up, and a signal that abandons it.
 * @returns The names, or numeric text for what has none.
 * @throws {TypeError} when `address` is a path, or not numeric.
 * @throws {RangeError} when a number of the address is out of range.
 * @throws {Deno.errors.NotFound} when a name is required and there is none.
 * @throws {Deno.errors.TimedOut} when no name server answers.
 * @throws {WindowsError} when the name server fails.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function getnameinfo(
  address: SocketAddress,
  options: GetNameInfoOptions = {},
): Promise<NameInfo> {
  if (address.family === "Unix") {
    throw new TypeError("Cannot look up address: it is a path");
  }
  assertOptions(options, NAME_OPTIONS);
  options.signal?.throwIfAborted();
  const bytes = encodeSocketAddress(address);
  if (isNumeric(options)) return numericNames(bytes);
  const names = defaultNames();
  const { code, hostname, service } = await lookups.run(
    () => names.getNameInfo(bytes, nameFlags(options)),
    { signal: options.signal },
  );
  if (code === 0) return { hostname, service };
  throw windowsError(new NativeWin32(), code, {
    syscall: "GetNameInfoW",
    action: `Cannot look up address "${address.hostname}"`,
  });
}

const INFO_OPTIONS = {
  passive: "boolean",
  canonicalName: "boolean",
  numericHost: "boolean",
  signal: "signal",
} as const;

const NAME_OPTIONS = {
  numericHost: "boolean",
  numericService: "boolean",
  nameRequired: "boolean",
  shortName: "boolean",
  datagram: "boolean",
  signal: "signal",
} as const;

/** Numeric text need not wait behind names whose servers do not answer. */
function numericRecord(query: NameQuery): AddressRecord | null {
  const { hostname, service, family, socketType } = query;
  if (!/^[0-9]{0,5}$/.test(service)) return null;
  const address = parseSocketAddress(hostname, Number(service));
  if (address === null) return null;
  const ofFamily = address.family === "IPv4" ? AF_INET : AF_INET6;
  if (family !== AF_UNSPEC && family !== ofFamily) return null;
  return { socketType, protocol: 0, address: encodeSocketAddress(address) };
}

function isNumeric(options: GetNameInfoOptions): boolean {
  const { numericHost, numericService, nameRequired } = options;
  return numericHost === true && numericService === true && !nameRequired;
}

/** Decoded again, the text is the canonical one. */
function numericNames(bytes: Bytes): NameInfo {
  const { hostname, port, ...rest } = decodeSocketAddress(bytes) as IpAddress;
  const zone = "scopeId" in rest && rest.scopeId > 0 ? `%${rest.scopeId}` : "";
  return { hostname: `${hostname}${zone}`, service: `${port}` };
}

function addressFlags(options: GetAddressInfoOptions): number {
  return (options.passive ? AI_PASSIVE : 0) |
    (options.canonicalName ? AI_CANONNAME : 0) |
    (options.numericHost ? AI_NUMERICHOST : 0);
}

function nameFlags(options: GetNameInfoOptions): number {
  return (options.numericHost ? NI_NUMERICHOST : 0) |
    (options.numericService ? NI_NUMERICSERV : 0) |
    (options.nameRequired ? NI_NAMEREQD : 0) |
    (options.shortName ? NI_NOFQDN : 0) |
    (options.datagram ? NI_DGRAM : 0);
}

function serviceText(port: number | string | null): string {
  if (typeof port !== "number") return port ?? "";
  if (Number.isInteger(port) && port >= 0 && port <= 0xffff) return `${port}`;
  throw new RangeError(`Cannot use port ${port}: it is not 0 to 65535`);
}

function typeNumber(type: SocketType | undefined): number {
  if (type === undefined) return 0;
  if (type === "stream") return SOCK_STREAM;
  if (type === "datagram") return SOCK_DGRAM;
  throw new TypeError(
    `Cannot use type ${
      shownValue(type)
    }: it is neither "stream" nor "datagram"`,
  );
}

/**
 * Makes an answer of a record.
 *
 * @param record What Windows has given.
 * @returns The answer.
 */
export function infoOf(record: AddressRecord): AddressInfo {
  const address = decodeSocketAddress(record.address);
  return {
    family: address.family === "IPv6" ? "ipv6" : "ipv4",
    type: TYPES[record.socketType] ?? null,
    protocol: PROTOCOLS[record.protocol] ?? null,
    canonicalName: record.canonicalName ?? "",
    address,
  };
}

const TYPES: { readonly [number: number]: SocketType } = {
  [SOCK_STREAM]: "stream",
  [SOCK_DGRAM]: "datagram",
};
const PROTOCOLS: { readonly [number: number]: "tcp" | "udp" } = {
  [IPPROTO_TCP]: "tcp",
  [IPPROTO_UDP]: "udp",
};
