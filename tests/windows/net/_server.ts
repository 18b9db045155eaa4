/**
 * What the tests of servers of the event loop share.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { ProactorEventLoop, Transport } from "../../../mod.ts";
import type { ServerHost, TcpAddr } from "../../../src/net/mod.ts";
import type { CreateServerOptions, Server } from "../../../src/loop/mod.ts";
import { encode } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import { Recorder } from "../_recorder.ts";
import { UpperCase } from "./_tcp.ts";

/**
 * Makes a server that answers in upper case.
 *
 * @param loop Its loop.
 * @param host Where it listens.
 * @param options What differs from the defaults.
 * @returns The server.
 */
export function serve(
  loop: ProactorEventLoop,
  host: ServerHost,
  options: CreateServerOptions = {},
): Promise<Server<TcpAddr>> {
  return loop.createServer(() => new UpperCase(), host, 0, options);
}

/**
 * Asks a server for an answer.
 *
 * @param loop The client's loop.
 * @param addr Where the server is.
 * @returns The answer to "abc".
 */
export async function ask(
  loop: ProactorEventLoop,
  addr: TcpAddr,
): Promise<string> {
  const { hostname, port } = addr;
  const [transport, client] = await soon(
    loop.createConnection(() => new Recorder(), hostname, port),
  );
  transport.write(encode("abc"));
  transport.writeEof();
  assertEquals(await soon(client.lost.promise), null);
  return client.text;
}

/**
 * Connects and waits until the server has made the connection.
 *
 * @param loop The client's loop.
 * @param server The server.
 * @returns The client.
 */
export async function join(
  loop: ProactorEventLoop,
  server: Server<TcpAddr>,
): Promise<{ transport: Transport; client: Recorder }> {
  const { hostname, port } = server.addr;
  const known = server.connections.size;
  const [transport, client] = await soon(
    loop.createConnection(() => new Recorder(), hostname, port),
  );
  await until(() => server.connections.size === known + 1);
  return { transport, client };
}
