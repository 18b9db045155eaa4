/**
 * What must hold for every way in which `connectTcp()` connects.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import { connectTcp, TcpListener } from "../../../src/net/mod.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { encodeSocketAddress } from "../../../src/ffi/socket/sockaddr.ts";
import {
  type ConnectEnds,
  ConnectRace,
} from "../../../src/net/tcp/connect_race.ts";
import { portOf } from "../../../src/proactor/default_port.ts";
import type { IpAddress } from "../../../src/net/tcp/tcp_socket.ts";
import { soon } from "../_turns.ts";
import { freePort, LOCAL } from "./_tcp.ts";

/** An address for documents (RFC 5737): nobody answers there. */
export const NOWHERE = "192.0.2.1";

/**
 * An address to try in a race.
 *
 * @param hostname A numeric IPv4 address.
 * @param port The port.
 * @returns The address, and any to connect from.
 */
export function endsTo(hostname: string, port: number): ConnectEnds {
  return { remote: v4(hostname, port), local: v4("0.0.0.0", 0) };
}

/**
 * An IPv4 address.
 *
 * @param hostname A numeric one.
 * @param port The port.
 * @returns The address.
 */
export function v4(hostname: string, port: number): IpAddress {
  return { family: "IPv4", hostname, port };
}

/**
 * Connects by a race whose first address gives no answer.
 *
 * @param proactor The proactor of both ends.
 */
export async function passOverNowhere(proactor: IocpProactor): Promise<void> {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const { port } = listener.addr;
  const race = new ConnectRace(portOf(proactor), defaultSockets(), {
    ends: [endsTo(NOWHERE, port), endsTo("127.0.0.1", port)],
    attemptDelay: 20,
  });
  const handle = await soon(race.connected);
  (await soon(listener.accept())).close();
  portOf(proactor).closeHandle(handle);
}

/**
 * Demands that a connection is refused where nobody listens.
 *
 * @param proactor The client's proactor.
 * @param syscall The call that the error must name.
 */
export async function assertRefused(
  proactor: IocpProactor,
  syscall: string,
): Promise<void> {
  const { hostname, port } = await freePort(proactor);
  const error = await assertRejects(
    () => soon(connectTcp({ hostname, port, proactor })),
    Deno.errors.ConnectionRefused,
    `Cannot connect to 127.0.0.1:${port}: refused`,
  );
  assertEquals(Reflect.get(error, "syscall"), syscall);
}

/**
 * Demands that a client whose local port is the one it connects to is refused:
 * TCP would connect it to itself. Windows may refuse that by itself, and then
 * as an address in use.
 *
 * @param proactor The client's proactor.
 */
export async function assertNotToItself(proactor: IocpProactor): Promise<void> {
  const { hostname, port } = await freePort(proactor);
  const sockets = defaultSockets();
  const bind = sockets.bind.bind(sockets);
  const same = encodeSocketAddress({ family: "IPv4", hostname, port });
  sockets.bind = (socket) => bind(socket, same);
  try {
    const error = await assertRejects(
      () => soon(connectTcp({ hostname, port, proactor })),
      Error,
      `Cannot connect to 127.0.0.1:${port}: `,
    );
    const { AddrInUse, ConnectionRefused } = Deno.errors;
    const known = error instanceof ConnectionRefused ||
      error instanceof AddrInUse;
    assert(known, `${error}`);
  } finally {
    Reflect.deleteProperty(sockets, "bind");
  }
}

/**
 * Connects 50 times with a signal that comes with the connection: each either
 * succeeds or rejects with the signal's reason.
 *
 * @param proactor The proactor of both ends.
 * @param moment When the signal of an attempt comes.
 */
export async function abortWhileConnecting(
  proactor: IocpProactor,
  moment: (attempt: number) => Promise<void>,
): Promise<void> {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const serving = (async () => {
    for await (const connection of listener) connection.close();
  })();
  for (let i = 0; i < 50; i++) {
    const controller = new AbortController();
    const { signal } = controller;
    const connecting = connectTcp({ ...listener.addr, signal, proactor });
    moment(i).then(() => controller.abort(new Error("enough")));
    const outcome = await soon(connecting.catch((error: Error) => error));
    if (outcome instanceof Error) assertEquals(outcome.message, "enough");
    else outcome.abort();
  }
  listener.close();
  await soon(serving);
}
