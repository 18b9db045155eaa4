/**
 * Serves HTTP on a named pipe, and on a TCP port by the same handler. Ctrl+C
 * ends it.
 *
 *     deno run --allow-ffi --allow-env examples/http_server.ts
 *     curl http://127.0.0.1:8000/
 *
 * @module
 */

import { PipeServer } from "@iocp/proactor";
import { type HttpHandler, serveHttp } from "@iocp/proactor/http";
import { TcpListener } from "@iocp/proactor/net";

const port = Number(Deno.args[0] ?? 8000);
const path = Deno.args[1] ?? "\\\\.\\pipe\\hello";

const answer: HttpHandler = ({ method, url }, { remoteAddr }) =>
  new Response(`${method} ${url}\nHello ${JSON.stringify(remoteAddr)}\n`);

const tcp = TcpListener.listen({ hostname: "127.0.0.1", port });
const pipe = PipeServer.listen(path, { type: "byte" });
const servers = [serveHttp(tcp, answer), serveHttp(pipe, answer)];
console.log(
  `Serving http://${tcp.addr.hostname}:${tcp.addr.port}/ and ${path}`,
);

Deno.addSignalListener("SIGINT", stop);
await Promise.all(servers.map(({ finished }) => finished));

async function stop(): Promise<void> {
  Deno.removeSignalListener("SIGINT", stop);
  await Promise.all(servers.map((server) => server.shutdown()));
}
