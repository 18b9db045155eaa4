/**
 * What the unit tests of sockets share.
 *
 * @module
 */

import {
  encodeSocketAddress,
  type SocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import {
  AF_INET,
  SOCK_DGRAM,
  SOCK_STREAM,
} from "../../src/ffi/socket/constants.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { TcpConnection } from "../../src/net/tcp/tcp_connection.ts";
import type { TcpAddr } from "../../src/net/tcp/tcp_socket.ts";
import { ownerOf } from "../../src/proactor/proactor_parts.ts";
import type { World } from "./_helpers.ts";

/** Any free port of this computer. */
export const LOCAL: SocketAddress = {
  family: "IPv4",
  hostname: "127.0.0.1",
  port: 0,
};

/**
 * Makes a raw socket.
 *
 * @param world The world.
 * @param type What it carries.
 * @param family Of its addresses.
 * @returns The socket, not bound.
 */
export function socket(
  { sim }: World,
  type: "stream" | "datagram" = "stream",
  family: number = AF_INET,
): Handle {
  return sim.sockets.createSocket({
    family,
    type: type === "stream" ? SOCK_STREAM : SOCK_DGRAM,
    protocol: 0,
  });
}

/**
 * Makes a raw socket that is bound.
 *
 * @param world The world.
 * @param type What it carries.
 * @returns The socket.
 */
export function bound(
  world: World,
  type: "stream" | "datagram" = "stream",
): Handle {
  const handle = socket(world, type);
  world.sim.sockets.bind(handle, encodeSocketAddress(LOCAL));
  return handle;
}

/**
 * Makes a raw socket that listens.
 *
 * @param world The world.
 * @returns The socket.
 */
export function listener(world: World): Handle {
  const handle = bound(world);
  world.sim.sockets.listen(handle, 5);
  return handle;
}

/**
 * Where a socket is bound.
 *
 * @param world The world.
 * @param handle The socket.
 * @returns The address.
 */
export function addressOf({ sim }: World, handle: Handle): SocketAddress {
  return sim.sockets.at(handle).local!;
}

/**
 * Connects two raw sockets.
 *
 * @param world The world.
 * @returns Both ends; the listener is closed.
 */
export async function connectedSockets(
  world: World,
): Promise<[client: Handle, served: Handle]> {
  const { proactor } = world;
  const server = listener(world);
  const client = socket(world);
  const accepted = proactor.accept(server);
  await proactor.connect(client, addressOf(world, server));
  const served = (await accepted).socket;
  proactor.closeHandle(server);
  return [client, served];
}

/**
 * Connects two connections.
 *
 * @param world The world.
 * @returns Both ends.
 */
export async function connections(
  world: World,
): Promise<[TcpConnection, TcpConnection]> {
  const [client, served] = await connectedSockets(world);
  return [connection(world, client), connection(world, served)];
}

function connection(world: World, handle: Handle): TcpConnection {
  const { sockets } = world.sim;
  const addr: TcpAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
  const owner = ownerOf(world.port, handle, "connect");
  const traits = { sockets, local: addr, remote: addr };
  return new TcpConnection(world.port, owner, traits);
}

/** The handle of the file that `putFile` makes. */
export const FILE: Handle = 0x9000n;

/**
 * Makes a file that can be sent.
 *
 * @param world The world.
 * @param data Its bytes.
 */
export function putFile({ sim }: World, data: Uint8Array): void {
  sim.sockets.files.set(FILE, data);
}

/**
 * Receives until the end.
 *
 * @param world The world.
 * @param handle The socket, which is closed then.
 * @returns The bytes.
 */
export async function receiveAll(
  { proactor }: World,
  handle: Handle,
): Promise<Uint8Array<ArrayBuffer>> {
  const got: number[] = [];
  for (;;) {
    const part = await proactor.recv(handle, 4096);
    if (part.length === 0) break;
    got.push(...part);
  }
  proactor.closeHandle(handle);
  return Uint8Array.from(got);
}

/** A file of Deno's in memory. */
export class MemoryFile {
  /** Where the next read begins. */
  position = 123;
  readonly #data: Uint8Array;

  /** @param data The bytes. */
  constructor(data: Uint8Array) {
    this.#data = data;
  }

  // deno-lint-ignore require-await -- as Deno's
  async read(p: Uint8Array): Promise<number | null> {
    const part = this.#data.subarray(
      this.position,
      this.position + p.byteLength,
    );
    p.set(part);
    this.position += part.length;
    return part.length === 0 ? null : part.length;
  }

  // deno-lint-ignore require-await -- as Deno's
  async seek(offset: number | bigint, _whence: Deno.SeekMode): Promise<number> {
    return this.position = Number(offset);
  }
}
