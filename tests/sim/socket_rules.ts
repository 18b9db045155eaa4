/**
 * What Winsock refuses at once: which sockets may be bound beside each other
 * (the table of Microsoft's "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE"), and
 * where none can be connected to.
 *
 * @module
 */

import { isMappedAddress } from "../../src/ffi/socket/destination.ts";
import {
  decodeSocketAddress,
  type SocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import type { Bytes, SocketParameters } from "../../src/ffi/socket/api.ts";
import {
  SO_EXCLUSIVEADDRUSE,
  SO_REUSEADDR,
  WSAEACCES,
  WSAEADDRINUSE,
  WSAEADDRNOTAVAIL,
  WSAENETUNREACH,
} from "../../src/ffi/socket/constants.ts";

/** How a socket shares its address. */
export type Sharing = "default" | "reuse" | "exclusive";

/** The options that say so, by their numbers. */
export const SHARING: { readonly [option: number]: Sharing } = {
  [SO_REUSEADDR]: "reuse",
  [SO_EXCLUSIVEADDRUSE]: "exclusive",
};

/** What the rules look at. */
export interface RuledSocket {
  /** How it was made. */
  readonly parameters: SocketParameters;
  /** Where it is bound. */
  readonly local: SocketAddress | null;
  /** How it shares that. */
  readonly sharing: Sharing;
  /** Whether it has no part in IPv4. */
  readonly v6Only: boolean;
}

/** A socket that is bound, or is to be. */
interface Binding {
  /** Where. */
  address: SocketAddress;
  /** How it shares that. */
  sharing: Sharing;
}

const UNSPECIFIED = ["0.0.0.0", "::", "::ffff:0.0.0.0"];

const TAKEN = WSAEADDRINUSE;
const DENIED = WSAEACCES;

/** Answers to a second bind: on all addresses, on a specific one. */
type Answers = readonly [wildcard: number, specific: number];

/** By the first socket, then by the second one's sharing. */
const RULES: Record<`${Sharing} ${Kind}`, Record<Sharing, Answers>> = {
  "default wildcard": {
    default: [TAKEN, 0],
    reuse: [0, 0],
    exclusive: [TAKEN, 0],
  },
  "default specific": {
    default: [0, TAKEN],
    reuse: [0, 0],
    exclusive: [TAKEN, TAKEN],
  },
  "reuse wildcard": {
    default: [TAKEN, 0],
    reuse: [0, 0],
    exclusive: [TAKEN, 0],
  },
  "reuse specific": {
    default: [0, TAKEN],
    reuse: [0, 0],
    exclusive: [TAKEN, TAKEN],
  },
  "exclusive wildcard": {
    default: [TAKEN, DENIED],
    reuse: [DENIED, DENIED],
    exclusive: [TAKEN, DENIED],
  },
  "exclusive specific": {
    default: [0, TAKEN],
    reuse: [0, DENIED],
    exclusive: [TAKEN, TAKEN],
  },
};

type Kind = "wildcard" | "specific";

/**
 * What a bind answers beside the sockets that are bound.
 *
 * @param bound Those that are.
 * @param socket The socket that is to be.
 * @param address Where.
 * @returns 0 or a Winsock code.
 */
export function bindRefused(
  bound: Iterable<RuledSocket>,
  socket: RuledSocket,
  address: SocketAddress,
): number {
  const second = { address, sharing: socket.sharing };
  for (const { parameters, local, sharing } of bound) {
    if (parameters.type !== socket.parameters.type) continue;
    if (local!.family !== address.family || address.family === "Unix") continue;
    if (portOf(local!) !== address.port) continue;
    const code = bindBeside({ address: local!, sharing }, second);
    if (code !== 0) return code;
  }
  return 0;
}

/**
 * What a bind answers beside the connections of a listener that was bound for
 * itself alone: the port is taken until they are gone, also when the listener
 * is closed ("Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE").
 *
 * @param accepted The connections.
 * @param socket The socket that is to be bound.
 * @param address Where.
 * @returns 0 or a Winsock code.
 */
export function rebindRefused(
  accepted: Iterable<RuledSocket>,
  socket: RuledSocket,
  address: SocketAddress,
): number {
  for (const { parameters, local } of accepted) {
    if (parameters.type !== socket.parameters.type) continue;
    if (local!.family !== address.family) continue;
    if (portOf(local!) === portOf(address)) return TAKEN;
  }
  return 0;
}

/** Clients that a plain number keeps at most. */
const MAX_PLAIN = 200;
/** Clients that a hint keeps at most. */
const MAX_HINT = 65_535;

/**
 * How many clients `listen` keeps: a plain number counts as 200 at most,
 * `SOMAXCONN_HINT(n)`, which is `-n`, as 200 to 65,535 (Microsoft's
 * documentation of `listen`).
 *
 * @param backlog What it was given.
 * @returns Clients.
 */
export function queueLength(backlog: number): number {
  if (backlog >= 0) return Math.min(backlog, MAX_PLAIN);
  return Math.min(Math.max(-backlog, MAX_PLAIN), MAX_HINT);
}

/**
 * What a call answers that connects, or sends, where nobody can be.
 *
 * @param socket The socket.
 * @param to Where to.
 * @returns 0 or a Winsock code.
 */
export function destinationRefused(
  { v6Only }: Pick<RuledSocket, "v6Only">,
  to: Bytes,
): number {
  const host = hostOf({ address: decodeSocketAddress(to) });
  if (UNSPECIFIED.includes(host)) return WSAEADDRNOTAVAIL;
  return v6Only && isMappedAddress(to) ? WSAENETUNREACH : 0;
}

/**
 * The port of an address.
 *
 * @param address The address.
 * @returns The port; -1 for a path.
 */
export function portOf(address: SocketAddress): number {
  return "port" in address ? address.port : -1;
}

/**
 * Tells whether an address is all of this computer's.
 *
 * @param address The address.
 * @returns False for a path.
 */
export function isWildcard(address: SocketAddress): boolean {
  return UNSPECIFIED.includes(hostOf({ address }));
}

function bindBeside(first: Binding, second: Binding): number {
  const [one, other] = [kindOf(first), kindOf(second)];
  const bothSpecific = one === "specific" && other === "specific";
  if (bothSpecific && hostOf(first) !== hostOf(second)) return 0;
  const answers = RULES[`${first.sharing} ${one}`][second.sharing];
  return answers[other === "wildcard" ? 0 : 1];
}

function kindOf(binding: Binding): Kind {
  return isWildcard(binding.address) ? "wildcard" : "specific";
}

function hostOf({ address }: Pick<Binding, "address">): string {
  return "hostname" in address ? address.hostname : address.path;
}
