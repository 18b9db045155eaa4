/**
 * An echo server by `node:net`. It closes after so many connections. On TCP it
 * takes a free port, and tells it to whoever listens on the given one.
 *
 *     node net_server.mjs TARGET CONNECTIONS REPORT
 *
 * @module
 */

import { once } from "node:events";
import { connect, createServer } from "node:net";
import process from "node:process";
import { reportFailure } from "./report.mjs";
import { connectOptions, isTcp, listenOptions } from "./target.mjs";

/**
 * Serves connections, one after the other or at once.
 *
 * @param {string} target The pipe, or `tcp:` and a port.
 * @param {number} connections How many.
 * @returns {Promise<void>} Resolves when all are closed, and the server is.
 */
export async function serveConnections(target, connections) {
  let rest = connections;
  const server = createServer((socket) => {
    socket.pipe(socket);
    if (--rest === 0) server.close();
  });
  const closed = once(server, "close");
  server.listen(listenOptions(target));
  await once(server, "listening");
  if (isTcp(target)) tellPort(server, target);
  await closed;
}

/**
 * @param {import("node:net").Server} server
 * @param {string} target
 */
function tellPort(server, target) {
  const address = server.address();
  if (address === null || typeof address === "string") return;
  connect(connectOptions(target)).end(String(address.port));
}

if (import.meta.main) {
  const [target = "", connections, report = ""] = process.argv.slice(2);
  const done = serveConnections(target, Number(connections));
  await reportFailure(done, report);
}
