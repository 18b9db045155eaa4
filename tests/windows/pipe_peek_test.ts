import { assertEquals } from "@std/assert";
import { callPipe, PipeServer } from "../../src/pipe/mod.ts";
import { decode, encode, pattern } from "./_bytes.ts";
import { connectedPair, messagePair, uniquePipeName } from "./_pipes.ts";
import { test } from "./_setup.ts";
import { soon } from "./_turns.ts";

test.eachMode("peek() shows bytes read ahead and those behind them", async (proactor) => {
  await using pair = await connectedPair(proactor);
  const { client, served } = pair;
  await client.write(encode("hello"));
  const first = await soon(served.peek());
  assertEquals([decode(first.data), first.available], ["hello", 5]);
  assertEquals(await soon(served.read(new Uint8Array(2))), 2);
  await client.write(encode(" world"));
  const { data, available, ended } = await soon(served.peek({ maxLength: 5 }));
  assertEquals([decode(data), available, ended], ["llo w", 9, false]);
});

test.eachMode("peek() shows one message, and the end", async (proactor) => {
  await using pair = await messagePair(proactor);
  const { client, served } = pair;
  await client.write(encode("one"));
  await client.write(encode("three"));
  const { data, available } = await soon(served.peek());
  assertEquals([decode(data), available], ["one", 8]);
  assertEquals(decode((await soon(served.readMessage()))!.data), "one");
  assertEquals(decode((await soon(served.readMessage()))!.data), "three");
  client.close();
  assertEquals(await soon(served.readMessage()), null);
  assertEquals((await soon(served.peek())).ended, true);
});

test.eachMode("transact() of a connection asks and gets answers of any length", async (proactor) => {
  await using pair = await messagePair(proactor);
  const { client, served } = pair;
  for (const size of [1, 5000, 65_536, 70_000]) {
    const answer = client.transact(pattern(size));
    assertEquals((await soon(served.readMessage()))!.data, pattern(size));
    await soon(served.write(pattern(size)));
    assertEquals(await soon(answer), { data: pattern(size), more: false });
  }
});

test.eachMode("transact() of a connection waits in silence, and loses nothing", async (proactor) => {
  await using pair = await messagePair(proactor);
  const { client, served } = pair;
  const answer = client.transact(encode("hello"));
  await new Promise((resolve) => setTimeout(resolve, 500));
  assertEquals(decode((await soon(served.readMessage()))!.data), "hello");
  await soon(served.write(encode("late")));
  assertEquals(decode((await soon(answer))!.data), "late");
});

test.proactor("callPipe() connects, asks and leaves", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { type: "message", proactor });
  const answer = callPipe(path, encode("hello"), { proactor });
  using served = await soon(server.accept());
  assertEquals(decode((await soon(served.readMessage()))!.data), "hello");
  await soon(served.write(encode("HELLO")));
  assertEquals(decode(await soon(answer)), "HELLO");
  assertEquals(await soon(served.readMessage()), null);
  server.close();
});
