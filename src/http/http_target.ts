/**
 * Where requests go.
 *
 * @module
 */

import { connectPipe } from "../pipe/connect_pipe.ts";
import type { DuplexConnection } from "../stream/duplex_connection.ts";
import type { NodeDuplex } from "../stream/node_duplex.ts";
import { toNodeDuplex } from "../stream/to_node_duplex.ts";

/** Makes a connection to a server. */
export type ConnectFunction = () => Promise<DuplexConnection>;

/**
 * A server: the path of a pipe (`\\.\pipe\docker_engine`) or of a unix socket
 * (`C:\run\server.sock`), or a function that connects to it.
 */
export type HttpTarget = string | ConnectFunction;

/**
 * Connects.
 *
 * @param target The server.
 * @returns A stream for what is written for Node.
 */
export async function openTarget(target: HttpTarget): Promise<NodeDuplex> {
  return await toNodeDuplex(await connect(target));
}

async function connect(target: HttpTarget): Promise<DuplexConnection> {
  if (typeof target === "function") return await target();
  if (isPipe(target)) return await connectPipe(target);
  const { connectUnix } = await import("../net/unix/connect_unix.ts");
  return await connectUnix({ path: target });
}

/** Pipes have names, and paths that begin with a computer's. */
function isPipe(target: string): boolean {
  return /^[\\/]{2}/.test(target) || !/[\\/]/.test(target);
}
