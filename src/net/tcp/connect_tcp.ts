/**
 * `connectTcp`: the client end of a TCP connection.
 *
 * @module
 */

import { observerFor, portFor } from "../../proactor/default_port.ts";
import type { SocketAddress } from "../../ffi/socket/sockaddr.ts";
import { assertInteger, assertOptions } from "../../proactor/arguments.ts";
import type { CompletionPort } from "../../proactor/port/completion_port.ts";
import type { IocpProactor } from "../../proactor/iocp_proactor.ts";
import type { PortHandle } from "../../proactor/port/port_handle.ts";
import type { PeerAddress } from "../../proactor/port/port_observer.ts";
import { socketsOf } from "../../proactor/proactor_parts.ts";
import { assertDeadline } from "../../stream/close_deadline.ts";
import { connectedSocket } from "../socket/client_socket.ts";
import { ConnectRace, interleave } from "./connect_race.ts";
import {
  type AddressFamily,
  familyNumber,
  resolveHost,
} from "../names/resolve.ts";
import { connectedTraits } from "../socket/socket_io.ts";
import {
  connectionOver,
  type OpenedSocket,
} from "../socket/socket_transport.ts";
import { TcpConnection, type TcpTraits } from "./tcp_connection.ts";
import {
  addressText,
  applyTcpOptions,
  type IpAddress,
  parseHost,
  TCP_OPTIONS,
  type TcpAddr,
  tcpKind,
  type TcpOptions,
} from "./tcp_socket.ts";
import { assertTimeout, TimeLimit } from "../socket/time_limit.ts";

/** Where a TCP connection comes from. */
export interface TcpLocalAddr {
  /** A numeric address; only addresses of its family are tried. */
  hostname?: string | undefined;
  /**
   * The port.
   *
   * @default {0}
   */
  port?: number | undefined;
}

/** Options of {@linkcode connectTcp}. */
export interface ConnectTcpOptions extends TcpOptions {
  /**
   * A name, or a numeric address.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string | undefined;
  /** The port, 1 to 65535. */
  port: number;
  /** Tries addresses of this family only: those of both by default. */
  family?: AddressFamily | undefined;
  /** Where to connect from; any free port of any address by default. */
  localAddr?: TcpLocalAddr | undefined;
  /**
   * Milliseconds after which the next address of a name is tried, while the
   * one before has not answered yet (RFC 8305).
   *
   * @default {250}
   */
  attemptDelay?: number | undefined;
  /**
   * Milliseconds until the connection must be there.
   *
   * @default {Infinity}
   */
  timeout?: number | undefined;
  /** Ends the wait. */
  signal?: AbortSignal | undefined;
  /** The proactor to use instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

const MAX_DELAY = 0x7fff_ffff;
const DEFAULT_ATTEMPT_DELAY = 250;

/**
 * Connects to a TCP port. A name's addresses are tried one after the other,
 * without waiting long for any of them; the first that answers wins. An
 * unspecified address, such as `0.0.0.0` of a listener, is this computer.
 *
 * @example Usage
 * ```ts
 * import { connectTcp } from "@iocp/proactor/net";
 *
 * using connection = await connectTcp({
 *   hostname: "localhost",
 *   port: 8000,
 *   timeout: 1000,
 * });
 * await connection.write(new TextEncoder().encode("hello"));
 * ```
 *
 * @param options Where to connect to, time-out, signal.
 * @returns The connection.
 * @throws {TypeError} when an address is malformed.
 * @throws {RangeError} when a number is out of its range.
 * @throws {Deno.errors.ConnectionRefused} when nobody listens there.
 * @throws {Deno.errors.NotFound} when there is no such host.
 * @throws {Deno.errors.TimedOut} when nobody answered in time.
 * @throws {Deno.errors.AddrInUse} when the local port is taken, or Windows has
 * reserved it.
 * @throws {Deno.errors.BadResource} when the proactor is closed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function connectTcp(
  options: ConnectTcpOptions,
): Promise<TcpConnection> {
  const connect = async () =>
    connectionOver(await openTcp(options), TcpConnection);
  const observer = observerFor(options.proactor);
  if (observer === null) return await connect();
  return await observer.connecting(tcpPeer(options), connect);
}

/**
 * Where a connection leads, for who watches the port.
 *
 * @param options As for {@linkcode connectTcp}.
 * @returns The address, not resolved.
 */
export function tcpPeer(options: ConnectTcpOptions): PeerAddress {
  const { hostname = "127.0.0.1", port } = options;
  return { transport: "tcp", hostname, port };
}

/**
 * Connects a socket.
 *
 * @param options As for {@linkcode connectTcp}.
 * @returns The socket, on the port.
 */
export async function openTcp(
  options: ConnectTcpOptions,
): Promise<OpenedSocket<TcpAddr>> {
  const given = { ...options }; // the caller may change them meanwhile
  const plan = resolvePlan(given);
  const { timeout = Infinity, signal } = given;
  signal?.throwIfAborted();
  const port = portFor(given.proactor);
  port.assertOpen(`connect to ${plan.name}`);
  using limit = new TimeLimit(plan.name, { timeout, signal });
  const handle = await connect(port, plan, limit.signal);
  return { port, handle, traits: finish(port, handle, given) };
}

interface Plan {
  name: string;
  hostname: string;
  port: number;
  family: AddressFamily | undefined;
  local: IpAddress | null;
  localPort: number;
  attemptDelay: number;
}

/** Refuses what is wrong before any call. */
function resolvePlan(options: ConnectTcpOptions): Plan {
  const {
    hostname = "127.0.0.1",
    port,
    family,
    localAddr = {},
    attemptDelay = DEFAULT_ATTEMPT_DELAY,
    timeout = Infinity,
  } = options;
  assertOptions(options, TCP_OPTIONS);
  parseHost(hostname, port);
  assertInteger("port", port, [1, 0xffff]);
  assertInteger("attemptDelay", attemptDelay, [0, MAX_DELAY]);
  assertTimeout(timeout);
  assertDeadline(options.deadline);
  familyNumber(family);
  const { local, localPort } = resolveLocal(localAddr);
  const name = addressText({ hostname, port });
  const ends = { hostname, port, family, local, localPort };
  return { name, ...ends, attemptDelay };
}

function resolveLocal(
  localAddr: TcpLocalAddr,
): Pick<Plan, "local" | "localPort"> {
  if (typeof localAddr !== "object" || localAddr === null) {
    throw new TypeError("Cannot use localAddr: it is not an object");
  }
  const { hostname, port: localPort = 0 } = localAddr;
  assertInteger("localAddr.port", localPort, [0, 0xffff]);
  if (hostname === undefined) return { local: null, localPort };
  const local = typeof hostname === "string" && hostname !== ""
    ? parseHost(hostname, localPort)
    : null;
  if (local !== null) return { local, localPort };
  throw new TypeError(
    `Cannot use localAddr "${hostname}": it is not a numeric address`,
  );
}

async function connect(
  port: CompletionPort,
  plan: Plan,
  signal: AbortSignal,
): Promise<PortHandle> {
  const { local, localPort } = plan;
  const addresses = await lookUp(plan, signal);
  signal.throwIfAborted();
  const ends = interleave(addresses).map((remote) => ({
    remote,
    local: local ?? anyAddress(remote.family, localPort),
  }));
  const { attemptDelay } = plan;
  const race = new ConnectRace(port, socketsOf(port), { ends, attemptDelay });
  return await connectedSocket(race, signal);
}

async function lookUp(
  { name, hostname, port, family, local }: Plan,
  signal: AbortSignal,
): Promise<IpAddress[]> {
  const own = local === null
    ? family
    : local.family === "IPv4"
    ? "ipv4"
    : "ipv6";
  const all = await resolveHost(hostname, port, { family: own, signal });
  const addresses = own === (family ?? own) ? all.filter(isIpAddress) : [];
  if (addresses.length > 0) return addresses;
  throw new Deno.errors.NotFound(
    `Cannot connect to ${name}: the name has no such address`,
  );
}

function isIpAddress(address: SocketAddress): address is IpAddress {
  return address.family !== "Unix";
}

/** `ConnectEx` wants a socket that is bound. */
function anyAddress(family: IpAddress["family"], port: number): IpAddress {
  if (family === "IPv4") return { family, hostname: "0.0.0.0", port };
  return { family, hostname: "::", port, flowInfo: 0, scopeId: 0 };
}

function finish(
  port: CompletionPort,
  handle: PortHandle,
  options: ConnectTcpOptions,
): TcpTraits {
  const sockets = socketsOf(port);
  applyTcpOptions(sockets, handle.handle, options);
  const { hostname = "127.0.0.1", deadline } = options;
  const name = addressText({ hostname, port: options.port });
  const traits = connectedTraits(port, handle, {
    sockets,
    kind: tcpKind("IPv4"), // the addresses of both families decode alike
    action: `Cannot connect to ${name}`,
  });
  return { ...traits, deadline };
}
