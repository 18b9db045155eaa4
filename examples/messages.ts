/**
 * A message-type pipe keeps the boundaries of writes, and each direction can
 * end by itself: the client sends words, the server answers with a list.
 *
 *     deno run --allow-ffi examples/messages.ts
 *
 * @module
 */

import { connectPipe, type PipeConnection, PipeServer } from "@iocp/proactor";

const path = `\\\\.\\pipe\\messages-${crypto.randomUUID()}`;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

await using server = PipeServer.listen(path, { type: "message" });
await Promise.all([answer(), ask(["one", "two", "three"])]);

async function answer(): Promise<void> {
  await using client = await server.accept();
  const words = await readAll(client);
  await client.write(encoder.encode(JSON.stringify(words)));
}

async function ask(words: string[]): Promise<void> {
  await using connection = await connectPipe(path, { readMode: "message" });
  for (const word of words) await connection.write(encoder.encode(word));
  await connection.closeWrite();
  console.log(...await readAll(connection)); // ["one","two","three"]
}

async function readAll(connection: PipeConnection): Promise<string[]> {
  const messages: string[] = [];
  while (true) {
    const message = await connection.readMessage();
    if (message === null) return messages;
    messages.push(decoder.decode(message.data));
  }
}
