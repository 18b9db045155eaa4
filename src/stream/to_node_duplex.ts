/**
 * `toNodeDuplex`: connections for what is written for Node.
 *
 * @module
 */

import type {
  DuplexConnection,
  NodeDuplexOptions,
} from "./duplex_connection.ts";
import type { NodeDuplex } from "./node_duplex.ts";

/**
 * Makes a `Duplex` of `node:stream` of a connection, for everything that is
 * written for Node: data bases, agents, protocols of their own. For HTTP there
 * are `serveHttp` and `createHttpAgent` of `@iocp/proactor/http`.
 *
 * The connection belongs to the stream from then on. It is read when somebody
 * reads the stream, who is then told of the other end's end. The promise is only there
 * because `node:stream` is loaded when it is first needed.
 *
 * @example Use HTTP over a connection
 * ```ts
 * import { toNodeDuplex } from "@iocp/proactor";
 * import { connectTcp } from "@iocp/proactor/net";
 * import { get } from "node:http";
 * import { text } from "node:stream/consumers";
 *
 * const duplex = await toNodeDuplex(await connectTcp({ port: 8000 }));
 * get({ createConnection: () => duplex }, async (response) => {
 *   console.log(await text(response)); // hello
 * });
 * ```
 *
 * @param connection Of any kind: TCP, a pipe, TLS.
 * @param options Whether the stream outlives the other end's.
 * @returns The stream.
 */
export async function toNodeDuplex(
  connection: DuplexConnection,
  options: NodeDuplexOptions = {},
): Promise<NodeDuplex> {
  const { NodeDuplex } = await import("./node_duplex.ts");
  return new NodeDuplex(connection, options);
}
