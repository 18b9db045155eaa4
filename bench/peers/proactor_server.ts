/**
 * A server by this library, in either style.
 *
 *     deno run --allow-ffi --allow-read proactor_server.ts STYLE TRANSPORT ROLE
 *       ADDRESS WORKERS
 *
 * STYLE is "protocol" or "stream"; the other arguments are those of
 * `server.c`. More than one worker is for protocols: each has a port, and a
 * pipe of its own, whose name ends with "-0", "-1", ..., or its share of the
 * connections that one listener accepts. It serves until it is killed.
 *
 * @module
 */

import { PipeServer, type StreamConnection } from "../../mod.ts";
import { TcpListener } from "../../src/net/mod.ts";
import { HOSTNAME, serveProtocol } from "./proactor_protocols.ts";
import { serveByWorkers } from "./proactor_workers.ts";

const CHUNK = new Uint8Array(65_536);

/** What is done with a connection. */
const STREAMS: Record<
  string,
  (connection: StreamConnection) => Promise<void>
> = {
  echo: echoStream,
  sink: drainStream,
  source: fillStream,
};

async function echoStream(connection: StreamConnection): Promise<void> {
  const buffer = new Uint8Array(CHUNK.length);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    await connection.write(buffer.subarray(0, count));
  }
}

async function drainStream(connection: StreamConnection): Promise<void> {
  const buffer = new Uint8Array(CHUNK.length);
  while (await connection.read(buffer) !== null);
}

async function fillStream(connection: StreamConnection): Promise<void> {
  for (;;) await connection.write(CHUNK);
}

async function serveStreams(
  transport: string,
  role: string,
  address: string,
): Promise<void> {
  const server = transport === "tcp"
    ? TcpListener.listen({ hostname: HOSTNAME, port: Number(address) })
    : PipeServer.listen(address, {
      type: transport === "message" ? "message" : "byte",
    });
  for await (const connection of server) serveStream(connection, role);
}

/** Clients end as they like. */
async function serveStream(
  connection: StreamConnection,
  role: string,
): Promise<void> {
  await STREAMS[role]!(connection).catch(() => {});
  connection.close();
}

const [style, transport = "", role = "", address = "", workers] = Deno.args;
if (style === "stream") await serveStreams(transport, role, address);
else if (Number(workers) === 1) {
  await serveProtocol({ transport, role, address });
} else await serveByWorkers(Number(workers), { transport, role, address });
