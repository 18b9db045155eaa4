/**
 * Sends back to each client what it sends. Ctrl+C ends it.
 *
 *     deno run --allow-ffi examples/echo_server.ts
 *
 * `echo_client.ts` is a client of it, as is every program that can open a
 * file.
 *
 * @module
 */

import { PipeServer } from "@iocp/proactor";

const server = PipeServer.listen(String.raw`\\.\pipe\echo`, { type: "byte" });
Deno.addSignalListener("SIGINT", stop);
console.log(`Serving ${server.addr.path}`);

for await (const connection of server) {
  connection.readable.pipeTo(connection.writable).catch(console.error);
}
await server.finished;

function stop(): void {
  Deno.removeSignalListener("SIGINT", stop);
  server.shutdown({ deadline: 1000 });
}
