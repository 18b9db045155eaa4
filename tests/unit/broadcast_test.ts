/** One sender for many clients. */

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Broadcast,
  broadcast,
  type BroadcastOptions,
} from "../../src/stream/mod.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import type { PipeServerOptions } from "../../src/pipe/server_options.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { PATH, test, type World, wrong } from "./_helpers.ts";
import { turns, until } from "./_turns.ts";

type Options = BroadcastOptions<PipeConnection>;

/** Broadcasts on a pipe with little room. */
function news(
  world: World,
  options: Options = {},
  serverOptions: PipeServerOptions = {},
): Broadcast<PipeConnection> {
  const { proactor } = world;
  const sizes = { inBufferSize: 10, outBufferSize: 10 };
  const settings = { ...sizes, ...serverOptions, proactor };
  return broadcast(PipeServer.listen(PATH, settings), options);
}

/** Connects clients, and waits until they are served. */
async function join(
  world: World,
  sender: Broadcast<PipeConnection>,
  count: number,
): Promise<PipeConnection[]> {
  const { proactor } = world;
  const size = sender.size + count;
  const clients: PipeConnection[] = [];
  for (let i = 0; i < count; i++) {
    clients.push(await connectPipe(PATH, { proactor }));
  }
  await until(() => sender.size === size);
  return clients;
}

async function read(client: PipeConnection): Promise<string | null> {
  const buffer = new Uint8Array(99);
  const count = await client.read(buffer);
  return count === null ? null : text(buffer.subarray(0, count));
}

test.world("broadcast() sends to all clients, and to those who come later", async (world) => {
  const sender = news(world);
  assertEquals(await sender.send(bytes("nobody")), 0);
  const clients = await join(world, sender, 3);
  const data = bytes("hello");
  const sent = sender.send(data);
  data.fill(0);
  assertEquals(await sent, 3);
  for (const client of clients) assertEquals(await read(client), "hello");
  clients.push(...await join(world, sender, 1));
  assertEquals(await sender.send(bytes("again")), 4);
  for (const client of clients) assertEquals(await read(client), "again");
  await sender[Symbol.asyncDispose]();
  for (const client of clients) {
    assertEquals(await read(client), null);
    client.close();
  }
});

test.world("broadcast() notices who leaves, and reads what clients write", async (world) => {
  const got: string[] = [];
  const errors: unknown[] = [];
  const onData: Options["onData"] = (data) => void got.push(text(data));
  const onError: Options["onError"] = (error) => void errors.push(error);
  await using sender = news(world, { onData, onError });
  const [first, second] = await join(world, sender, 2);
  await first!.write(bytes("hello"));
  await until(() => got.length === 1);
  first!.close();
  await until(() => sender.size === 1);
  assertEquals(await sender.send(bytes("x")), 1);
  assertEquals([got, errors, await read(second!)], [["hello"], [], "x"]);
  second!.close();
});

test.world("broadcast() closes slow readers, and the others get all", async (world) => {
  await using sender = news(world, { maxBuffered: 20 });
  const [slow, quick] = await join(world, sender, 2);
  for (let i = 0; i < 5; i++) {
    const size = i < 3 ? 2 : 1; // 10 bytes are in the pipe, 20 wait
    assertEquals(await sender.send(pattern(10)), size, `${i}`);
    assertEquals(await quick!.read(new Uint8Array(10)), 10);
  }
  assertEquals(sender.size, 1);
  slow!.close();
  quick!.close();
});

test.world("broadcast() skips slow readers until they have room again", async (world) => {
  await using sender = news(world, { maxBuffered: 0, slowReaders: "skip" });
  const [slow, quick] = await join(world, sender, 2);
  const counts: number[] = [];
  for (const text of ["aaaaaaaaaa", "bb", "cc"]) {
    counts.push(await sender.send(bytes(text)));
    assertEquals(await read(quick!), text);
  }
  assertEquals(counts, [2, 2, 1]); // "bb" waits behind what fills the pipe
  assertEquals(await read(slow!), "aaaaaaaaaabb");
  await turns();
  assertEquals(await sender.send(bytes("dd")), 2);
  assertEquals([await read(slow!), await read(quick!)], ["dd", "dd"]);
  slow!.close();
  quick!.close();
});

test.world("broadcast() waits for slow readers when told to", async (world) => {
  await using sender = news(world, { slowReaders: "wait" });
  const [slow, quick] = await join(world, sender, 2);
  let sent = -1;
  const sending = sender.send(pattern(30)).then((count) => sent = count);
  let got = 0;
  while (got < 30) got += (await quick!.read(new Uint8Array(30)))!;
  assertEquals(sent, -1);
  slow!.close();
  await sending;
  assertEquals(sent, 1);
  quick!.close();
});

test.world("broadcast() calls onClient before a client is sent anything", async (world) => {
  const errors: string[] = [];
  let refuse = false;
  const sender = news(world, {
    async onClient(client) {
      if (refuse) throw new Error("refused");
      await client.write(bytes("welcome"));
    },
    onError: (error) => void errors.push((error as Error).message),
  });
  const [client] = await join(world, sender, 1);
  await sender.send(bytes("news"));
  let got = "";
  while (got.length < 11) got += await read(client!);
  assertEquals(got, "welcomenews");
  refuse = true;
  const { proactor } = world;
  const refused = await connectPipe(PATH, { proactor });
  assertEquals(await read(refused), null);
  assertEquals([errors, sender.size], [["refused"], 1]);
  refused.close();
  client!.close();
  await sender[Symbol.asyncDispose]();
});

test.world("broadcast() ends a client whose handler throws", async (world) => {
  const errors: string[] = [];
  await using sender = news(world, {
    onData: () => {
      throw new Error("bad data");
    },
    onError: (error) => void errors.push((error as Error).message),
  });
  const [client] = await join(world, sender, 1);
  await client!.write(bytes("x"));
  assertEquals(await read(client!), null);
  assertEquals([errors, sender.size], [["bad data"], 0]);
  client!.close();
});

test.world("broadcast() serves clients that can only read", async (world) => {
  const { proactor } = world;
  const sender = news(world, {}, { direction: "out" });
  const client = await connectPipe(PATH, { direction: "in", proactor });
  await until(() => sender.size === 1);
  assertEquals(await sender.send(bytes("hello")), 1);
  assertEquals(await read(client), "hello");
  client.close();
  await sender.send(bytes("gone"));
  assertEquals(sender.size, 0);
  await sender[Symbol.asyncDispose]();
});

test.world("broadcast() refuses options that make no sense, and no bytes", async (world) => {
  const { proactor } = world;
  await using server = PipeServer.listen(PATH, { proactor });
  const slowReaders = wrong<"close">("drop");
  assertThrows(() => broadcast(server, { slowReaders }), TypeError, "drop");
  for (const maxBuffered of [-1, 1.5, NaN, Infinity]) {
    assertThrows(() => broadcast(server, { maxBuffered }), RangeError);
  }
  for (const name of ["onClient", "onData", "onError"]) {
    assertThrows(() => broadcast(server, { [name]: 5 }), TypeError, name);
  }
  await using sender = broadcast(server);
  await assertRejects(() => sender.send(wrong("text")), TypeError);
});
