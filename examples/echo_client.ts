/**
 * Sends its arguments to the echo server and prints what comes back.
 *
 *     deno run --allow-ffi examples/echo_client.ts hello world
 *
 * @module
 */

import { connectPipe } from "@iocp/proactor";

const text = Deno.args.join(" ") || "hello";
const data = new TextEncoder().encode(text);

using connection = await connectPipe(String.raw`\\.\pipe\echo`, {
  timeout: 1000,
});
await connection.write(data);

const reply = new Uint8Array(data.length);
let length = 0;
while (length < reply.length) {
  const count = await connection.read(reply.subarray(length));
  if (count === null) throw new Error("Cannot read: the server has closed");
  length += count;
}
console.log(new TextDecoder().decode(reply));
