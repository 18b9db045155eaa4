/**
 * A server by `node:net`, for Node, Bun and Deno.
 *
 *     node net_server.mjs TRANSPORT ROLE ADDRESS
 *
 * The arguments are those of `server.c`; `node:net` has no message pipes. It
 * serves until it is killed.
 *
 * @module
 */

import { createServer } from "node:net";
import process from "node:process";
import { setImmediate } from "node:timers";

const CHUNK = new Uint8Array(65_536);

/** What is done with a connection. */
const ROLES = { echo, sink, source };

/** @param {import("node:net").Socket} socket */
function echo(socket) {
  socket.on("data", (data) => socket.write(data));
}

/** @param {import("node:net").Socket} socket */
function sink(socket) {
  socket.resume();
}

/**
 * Bun takes any number of writes to a pipe without ever asking for a pause,
 * and sends nothing meanwhile.
 *
 * @param {import("node:net").Socket} socket
 */
function source(socket) {
  const write = () => {
    if (!socket.destroyed && socket.write(CHUNK)) setImmediate(write);
  };
  socket.on("drain", write);
  socket.resume();
  write();
}

function main() {
  const [transport, role, address] = process.argv.slice(2);
  const serve = ROLES[role];
  const server = createServer({ noDelay: transport === "tcp" }, (socket) => {
    socket.on("error", () => {}); // clients end as they like
    serve(socket);
  });
  if (transport === "pipe") server.listen(address);
  else server.listen(Number(address), "127.0.0.1");
}

main();
