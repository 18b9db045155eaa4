/**
 * An echo server by `node:net`. It closes after so many connections.
 *
 *     node net_server.mjs PATH CONNECTIONS REPORT
 *
 * @module
 */

import { once } from "node:events";
import { createServer } from "node:net";
import process from "node:process";
import { reportFailure } from "./report.mjs";

/**
 * Serves connections, one after the other or at once.
 *
 * @param {string} path The pipe.
 * @param {number} connections How many.
 * @returns {Promise<void>} Resolves when all are closed, and the server is.
 */
export async function serveConnections(path, connections) {
  let rest = connections;
  const server = createServer((socket) => {
    socket.pipe(socket);
    if (--rest === 0) server.close();
  });
  server.listen(path);
  await once(server, "close");
}

if (import.meta.main) {
  const [path = "", connections, report = ""] = process.argv.slice(2);
  const done = serveConnections(path, Number(connections));
  await reportFailure(done, report);
}
