/**
 * From names to addresses, without blocking the thread.
 *
 * @module
 */

import { shownValue } from "../../proactor/arguments.ts";
import { isMappedAddress, unmapAddress } from "../../ffi/socket/destination.ts";
import { windowsError } from "../../ffi/errors.ts";
import type { AddressAnswer, NameApi } from "../../ffi/name/api.ts";
import { NativeNames } from "../../ffi/name/native.ts";
import { NativeWin32 } from "../../ffi/native_win32.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  parseSocketAddress,
} from "../../ffi/socket/sockaddr.ts";
import type { SocketAddress } from "../../ffi/socket/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  SOCK_STREAM,
  WSAHOST_NOT_FOUND,
} from "../../ffi/socket/constants.ts";
import { CallQueue } from "../../proactor/port/call_queue.ts";

/** A family of internet addresses. */
export type AddressFamily = "ipv4" | "ipv6";

/** Options of {@linkcode resolveHost}. */
export interface ResolveOptions {
  /** Gives addresses of this family only: those of both by default. */
  family?: AddressFamily | undefined;
  /** Abandons the lookup: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Threads of Deno's pool that lookups may hold at once. A lookup that finds no
 * name server lasts many seconds, and files need the pool too.
 */
const MAX_LOOKUPS = 2;

/** Where all lookups of this thread wait for their turn. */
export const lookups: CallQueue = new CallQueue(MAX_LOOKUPS);

let shared: NameApi | undefined;

/**
 * The names of the system, loaded on first use.
 *
 * @returns The shared API.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function defaultNames(): NameApi {
  return shared ??= new NativeNames(new NativeWin32());
}

/**
 * Finds the addresses of a host. Numeric text and `localhost` (RFC 6761) ask
 * nobody.
 *
 * @param hostname A name, or numeric text, also in brackets.
 * @param port 0 to 65535, for the addresses.
 * @param options The family, and a signal that abandons the lookup.
 * @returns The addresses, in the order in which to try them; one at least.
 * @throws {TypeError} when `hostname` is empty or holds a NUL.
 * @throws {RangeError} when `port` is no port, or the name is too long.
 * @throws {Deno.errors.NotFound} when there is no such host, or it has no
 * address of the family.
 * @throws {Deno.errors.TimedOut} when no name server answers.
 * @throws {WindowsError} when the name server fails.
 */
export async function resolveHost(
  hostname: string,
  port: number,
  options: ResolveOptions = {},
): Promise<SocketAddress[]> {
  const { family, signal } = options;
  signal?.throwIfAborted();
  const known = knownAddresses(hostname, port);
  if (known !== null) return ofFamily(known, hostname, family);
  const answer = await lookups.run(
    () => lookUpHost(hostname, port, family),
    { signal },
  );
  assertFound(answer, hostname);
  return unique(answer.records.map(({ address }) => address));
}

function lookUpHost(
  hostname: string,
  port: number,
  family: AddressFamily | undefined,
): Promise<AddressAnswer> {
  return defaultNames().getAddrInfo({
    hostname,
    service: String(port),
    family: familyNumber(family),
    socketType: SOCK_STREAM,
    flags: 0,
  });
}

/**
 * The addresses that follow from the name alone.
 *
 * @param hostname A name or numeric text.
 * @param port 0 to 65535.
 * @returns The addresses, or `null` when the system must be asked.
 * @throws {TypeError} when `hostname` is no string, or empty.
 * @throws {RangeError} when `port` is no port.
 */
export function knownAddresses(
  hostname: string,
  port: number,
): SocketAddress[] | null {
  if (typeof hostname !== "string" || hostname === "") {
    throw new TypeError("Cannot resolve host: the name is empty");
  }
  const text = hostname.replace(/^\[(.*)\]$/, "$1");
  const numeric = parseSocketAddress(text, port);
  if (numeric !== null) return [numeric];
  if (!isLocalhost(hostname)) return null;
  return [
    parseSocketAddress("127.0.0.1", port)!,
    parseSocketAddress("::1", port)!,
  ];
}

/** RFC 6761, 6.3: also the names below it, and with the root's dot. */
function isLocalhost(hostname: string): boolean {
  return /(?:^|[^.]\.)localhost\.?$/i.test(hostname);
}

/**
 * Keeps the addresses of one family.
 *
 * @param addresses All of them.
 * @param hostname What they belong to, for the error.
 * @param family The family, or `undefined` for both.
 * @returns One address at least.
 * @throws {Deno.errors.NotFound} when none is left.
 */
export function ofFamily(
  addresses: SocketAddress[],
  hostname: string,
  family: AddressFamily | undefined,
): SocketAddress[] {
  const wanted = familyNumber(family);
  if (wanted === AF_UNSPEC) return addresses;
  const name = wanted === AF_INET ? "IPv4" : "IPv6";
  const kept = addresses
    .map((address) => wanted === AF_INET ? withoutMapping(address) : address)
    .filter((address) => address.family === name);
  if (kept.length > 0) return kept;
  throw lookupError(WSAHOST_NOT_FOUND, hostname, `no ${name} address`);
}

function withoutMapping(address: SocketAddress): SocketAddress {
  const bytes = encodeSocketAddress(address);
  if (!isMappedAddress(bytes)) return address;
  return decodeSocketAddress(unmapAddress(bytes));
}

/**
 * Winsock's number of a family.
 *
 * @param family The family, or `undefined` for both.
 * @returns `AF_*`.
 * @throws {TypeError} when it is another one.
 */
export function familyNumber(family: AddressFamily | undefined): number {
  if (family === undefined) return AF_UNSPEC;
  if (family === "ipv4") return AF_INET;
  if (family === "ipv6") return AF_INET6;
  throw new TypeError(
    `Cannot use family ${shownValue(family)}: it is neither "ipv4" nor "ipv6"`,
  );
}

/**
 * Refuses an answer without addresses.
 *
 * @param answer The answer.
 * @param hostname What was looked up.
 * @throws {Deno.errors.NotFound} when there is no such host.
 * @throws {Deno.errors.TimedOut} when no name server answers.
 * @throws {WindowsError} when the name server fails.
 */
export function assertFound(answer: AddressAnswer, hostname: string): void {
  if (answer.code !== 0) throw lookupError(answer.code, hostname);
  if (answer.records.length > 0) return;
  throw lookupError(WSAHOST_NOT_FOUND, hostname, "it has no address");
}

function lookupError(code: number, hostname: string, state?: string): Error {
  return windowsError({ formatMessage: systemMessage }, code, {
    syscall: "GetAddrInfoExW",
    action: `Cannot resolve host "${hostname}"`,
    ...(state === undefined ? {} : { state }),
  });
}

/** Only for codes without a text of ours, which come from the system. */
function systemMessage(code: number): string {
  return new NativeWin32().formatMessage(code);
}

/** Decodes addresses, each once, in their order. */
function unique(addresses: Uint8Array<ArrayBuffer>[]): SocketAddress[] {
  const byText = new Map(
    addresses.map((address) => [address.toHex(), address]),
  );
  return [...byText.values()].map(decodeSocketAddress);
}
