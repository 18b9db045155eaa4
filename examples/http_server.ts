/**
 * Serves HTTP by `node:http`, on a TCP port of the completion port. Ctrl+C ends
 * it.
 *
 *     deno run --allow-ffi examples/http_server.ts
 *     curl http://127.0.0.1:8000/
 *
 * @module
 */

import { toNodeDuplex } from "@iocp/proactor";
import { TcpListener } from "@iocp/proactor/net";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";

const port = Number(Deno.args[0] ?? 8000);
const listener = TcpListener.listen({ hostname: "127.0.0.1", port });
const server = createServer(answer);
// Deno's server keeps connections alive only while it listens.
const listening = { get: () => !listener.closed() };
Object.defineProperty(server, "listening", listening);
Deno.addSignalListener("SIGINT", stop);
console.log(`Serving http://${listener.addr.hostname}:${listener.addr.port}/`);

for await (const connection of listener) {
  const duplex = await toNodeDuplex(connection, { allowHalfOpen: true });
  server.emit("connection", duplex);
}
await listener.finished;

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { remoteAddress, remotePort } = request.socket;
  response.setHeader("content-type", "text/plain");
  response.write(`Hello ${remoteAddress}, port ${remotePort}\n`);
  response.end(`${request.method} ${request.url}\n`);
}

function stop(): void {
  Deno.removeSignalListener("SIGINT", stop);
  listener.close();
  server.closeAllConnections();
}
