/** Looking at what could be read. */

import { assertEquals, assertRejects } from "@std/assert";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { bytes, text } from "./_bytes.ts";
import { inWorld, test } from "./_helpers.ts";
import { pipeEnds } from "./_pipe_ends.ts";
import { turns } from "./_turns.ts";

const ROOM = { inBufferSize: 99, outBufferSize: 99 };
const MESSAGES = { ...ROOM, type: "message" } as const;

/** What peek() tells, the bytes as text. */
async function peeked(
  connection: PipeConnection,
  maxLength?: number,
): Promise<[data: string, available: number, ended: boolean]> {
  const { data, available, ended } = await connection.peek({ maxLength });
  return [text(data), available, ended];
}

async function read(connection: PipeConnection, length: number) {
  const buffer = new Uint8Array(length);
  return text(buffer.subarray(0, await connection.read(buffer) ?? 0));
}

test.world("peek() shows what was not read, and leaves it", async (world) => {
  const [served, client] = await pipeEnds(world, ROOM);
  assertEquals(await peeked(served), ["", 0, false]);
  await client.write(bytes("hello "));
  await client.write(bytes("world"));
  for (let i = 0; i < 2; i++) {
    assertEquals(await peeked(served), ["hello world", 11, false]);
  }
  assertEquals(await peeked(served, 3), ["hel", 11, false]);
  assertEquals(await peeked(served, 0), ["", 11, false]);
  client.close();
  assertEquals(await peeked(served), ["hello world", 11, false]);
  assertEquals(await read(served, 99), "hello world");
  assertEquals(await peeked(served), ["", 0, true]);
  assertEquals(await served.read(new Uint8Array(9)), null);
  assertEquals(await peeked(served), ["", 0, true]);
  served.close();
});

test.world("peek() shows what was read ahead, and what is behind it", async (world) => {
  const [served, client] = await pipeEnds(world, ROOM);
  await client.write(bytes("hello"));
  assertEquals(await read(served, 2), "he"); // the rest is in our buffer
  assertEquals(await peeked(served), ["llo", 3, false]);
  await client.write(bytes(" world"));
  assertEquals(await peeked(served), ["llo world", 9, false]);
  assertEquals(await peeked(served, 2), ["ll", 9, false]);
  assertEquals(await peeked(served, 4), ["llo ", 9, false]);
  client.close();
  assertEquals(await read(served, 3), "llo");
  assertEquals(await peeked(served), [" world", 6, false]);
  assertEquals(await read(served, 99), " world");
  served.close();
});

test.world("peek() shows one message, and counts the bytes of all", async (world) => {
  const [served, client] = await pipeEnds(world, MESSAGES);
  await client.write(bytes("one"));
  await client.write(bytes("three"));
  assertEquals(await peeked(served), ["one", 8, false]);
  assertEquals(await peeked(served, 1), ["o", 8, false]);
  assertEquals(text((await served.readMessage({ maxLength: 2 }))?.data), "on");
  // "e" is in our buffer; the next message does not belong to it
  assertEquals(await peeked(served), ["e", 6, false]);
  assertEquals(text((await served.readMessage())?.data), "e");
  assertEquals(await peeked(served), ["three", 5, false]);
  client.close();
  served.close();
});

test.world("peek() shows the beginning of a message whose reader was given up", async (world) => {
  const [served, client] = await pipeEnds(world, MESSAGES);
  const controller = new AbortController();
  const { signal } = controller;
  const reading = served.readMessage({ signal });
  controller.abort(new Error("given up"));
  await assertRejects(() => reading, Error, "given up");
  await client.write(bytes("hello"));
  await turns();
  assertEquals(await peeked(served), ["hello", 5, false]);
  assertEquals(text((await served.readMessage())?.data), "hello");
  client.close();
  served.close();
});

test.world("peek() sees the end that a peer has announced", async (world) => {
  const [served, client] = await pipeEnds(world, MESSAGES);
  await client.closeWrite();
  assertEquals(await served.readMessage(), null);
  assertEquals(await peeked(served), ["", 0, true]);
  client.close();
  served.close();
});

test.world("peek() is refused where nothing can be read", async (world) => {
  const [served, client] = await pipeEnds(world, ROOM);
  for (const maxLength of [-1, 1.5, NaN, 2 ** 32]) {
    await assertRejects(() => served.peek({ maxLength }), RangeError);
  }
  world.sim.identity.fail("peek", 5);
  await assertRejects(
    () => served.peek(),
    Deno.errors.PermissionDenied,
    'Cannot peek pipe "\\\\.\\pipe\\x": access is denied',
  );
  served.close();
  client.close();
  await assertRejects(
    () => served.peek(),
    Deno.errors.BadResource,
    "Cannot peek: the connection is closed",
  );
});

Deno.test("peek() on an end that only writes is refused", async () => {
  await inWorld({}, async (world) => {
    const { PipeServer } = await import("../../src/pipe/pipe_server.ts");
    const { connectPipe } = await import("../../src/pipe/connect_pipe.ts");
    const { proactor } = world;
    const direction = "out";
    await using server = PipeServer.listen("x", { direction, proactor });
    const client = await connectPipe("x", { direction: "in", proactor });
    const served = await server.accept();
    await assertRejects(() => served.peek(), Deno.errors.NotSupported);
    await served.write(bytes("hello"));
    assertEquals(await peeked(client), ["hello", 5, false]);
    client.close();
    served.close();
  });
});
