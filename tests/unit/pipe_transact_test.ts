/** A question and its answer on a connection of messages. */

import { assertEquals, assertRejects } from "@std/assert";
import { callPipe } from "../../src/pipe/call_pipe.ts";
import type {
  PipeConnection,
  PipeMessage,
} from "../../src/pipe/pipe_connection.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { PATH, test, type World, wrong } from "./_helpers.ts";
import { pipeEnds } from "./_pipe_ends.ts";
import { turns } from "./_turns.ts";

/** Both ends of a message pipe with room for whole messages. */
function messageEnds(world: World): Promise<PipeConnection[]> {
  const quota = { inBufferSize: 999_999, outBufferSize: 999_999 };
  return pipeEnds(world, { type: "message", ...quota });
}

/** Answers the next question by what it is, in capitals. */
async function answer(server: PipeConnection): Promise<void> {
  const question = text((await server.readMessage())?.data);
  await server.write(bytes(question.toUpperCase()));
}

function shown(message: PipeMessage | null): string | null {
  return message && text(message.data) + (message.more ? "..." : "");
}

test.world("transact() asks by one call and gets the answer", async (world) => {
  const [served, client] = await messageEnds(world);
  const { writeFile: before = 0 } = world.sim.calls;
  for (let i = 0; i < 3; i++) {
    const question = bytes(`how ${i}`);
    const asked = client!.transact(question);
    question.fill(0);
    await answer(served!);
    assertEquals(shown(await asked), `HOW ${i}`);
  }
  assertEquals(world.sim.calls.transactNamedPipe, 3);
  assertEquals(world.sim.calls.writeFile, before + 3);
  client!.close();
  served!.close();
});

test.world("transact() gives answers of any length whole", async (world) => {
  const [served, client] = await messageEnds(world);
  for (const length of [1, 4096, 65_536, 65_537, 200_000]) {
    const asked = client!.transact(pattern(length));
    const question = await served!.readMessage();
    assertEquals(question?.data, pattern(length));
    await served!.write(pattern(length));
    assertEquals(await asked, { data: pattern(length), more: false });
  }
  client!.close();
  served!.close();
});

test.world("transact() gives a part of an answer when it is told to", async (world) => {
  const [served, client] = await messageEnds(world);
  const asked = client!.transact(bytes("hello"), { maxLength: 3 });
  await answer(served!);
  assertEquals(shown(await asked), "HEL...");
  assertEquals(shown(await client!.readMessage()), "LO");
  client!.close();
  served!.close();
});

test.world("transact() goes behind what was written before", async (world) => {
  const [served, client] = await messageEnds(world);
  world.sim.forcePending = true;
  const written = client!.write(bytes("first"));
  const asked = client!.transact(bytes("second"));
  assertEquals(shown(await served!.readMessage()), "first");
  await answer(served!);
  assertEquals([await written, shown(await asked)], [5, "SECOND"]);
  world.sim.forcePending = false;
  client!.close();
  served!.close();
});

test.world("transact() that is given up leaves the answer to the next read", async (world) => {
  const [served, client] = await messageEnds(world);
  const controller = new AbortController();
  const { signal } = controller;
  const asked = client!.transact(bytes("hello"), { signal });
  controller.abort(new Error("given up"));
  await assertRejects(() => asked, Error, "given up");
  await answer(served!);
  assertEquals(shown(await client!.readMessage()), "HELLO");
  // A read of old is in flight: the question is written by itself
  const reading = client!.readMessage({ signal: AbortSignal.timeout(1) });
  await assertRejects(() => reading, DOMException);
  const again = client!.transact(bytes("again"));
  await answer(served!);
  assertEquals(shown(await again), "AGAIN");
  client!.close();
  served!.close();
});

test.world("transact() refuses to take another message for the answer", async (world) => {
  const [served, client] = await messageEnds(world);
  await served!.write(bytes("early"));
  const state = `Cannot transact on pipe "${PATH}": ` +
    "a message waits to be read, or somebody for one";
  const refused = () =>
    assertRejects(() => client!.transact(bytes("?")), Deno.errors.Busy, state);
  await refused(); // it is in the pipe
  assertEquals(shown(await client!.readMessage({ maxLength: 2 })), "ea...");
  await refused(); // it is in our buffer
  assertEquals(shown(await client!.readMessage()), "rly");
  const reading = client!.readMessage();
  await refused();
  await served!.write(bytes("late"));
  assertEquals(shown(await reading), "late");
  client!.close();
  served!.close();
});

test.world("transact() tells of a peer that leaves", async (world) => {
  const [served, client] = await messageEnds(world);
  const asked = client!.transact(bytes("hello"));
  served!.close();
  assertEquals(await asked, null);
  await assertRejects(
    () => client!.transact(bytes("hello")),
    Deno.errors.Busy,
  );
  client!.close();
});

test.world("transact() to a peer that has left fails", async (world) => {
  const [served, client] = await messageEnds(world);
  served!.close();
  await assertRejects(
    () => client!.transact(bytes("hello")),
    Deno.errors.BrokenPipe,
  );
  assertEquals(await client!.readMessage(), null);
  client!.close();
});

test.world("transact() waits in silence without its large buffer", async (world) => {
  const [served, client] = await messageEnds(world);
  const asked = client!.transact(bytes("hello"));
  await new Promise((resolve) => setTimeout(resolve, 400));
  await turns();
  assertEquals(world.proactor.metrics().bufferBytes <= 8192, true);
  await answer(served!);
  assertEquals(shown(await asked), "HELLO");
  client!.close();
  served!.close();
});

test.world("transact() refuses what is no message, and pipes of bytes", async (world) => {
  const [served, client] = await messageEnds(world);
  const nothing: Uint8Array = wrong("text");
  for (const data of [nothing, bytes("")]) {
    await assertRejects(() => client!.transact(data), TypeError);
  }
  const options = { maxLength: 0 };
  const call = () => client!.transact(bytes("?"), options);
  await assertRejects(call, RangeError, "maxLength");
  client!.close();
  served!.close();
  const closed = () => client!.transact(bytes("?"));
  await assertRejects(closed, Deno.errors.BadResource);
  const [left, right] = await pipeEnds(world);
  const bytewise = () => right.transact(bytes("?"));
  await assertRejects(bytewise, Deno.errors.NotSupported);
  left.close();
  right.close();
});

test.world("callPipe() connects, asks, and leaves", async (world) => {
  const { proactor } = world;
  await using server = PipeServer.listen(PATH, { type: "message", proactor });
  const asked = callPipe(PATH, bytes("hello"), { proactor });
  const served = await server.accept();
  await answer(served);
  assertEquals(text(await asked), "HELLO");
  assertEquals(await served.readMessage(), null);
  served.close();
});

test.world("callPipe() fails without an answer, or with one that is too long", async (world) => {
  const { proactor } = world;
  await using server = PipeServer.listen(PATH, { type: "message", proactor });
  const asked = callPipe(PATH, bytes("hello"), { proactor, maxLength: 4 });
  const served = await server.accept();
  const refused = assertRejects(() => asked, RangeError, "longer than 4 bytes");
  await answer(served);
  await refused;
  served.close();
  const again = callPipe(PATH, bytes("hello"), { proactor });
  const left = assertRejects(() => again, Deno.errors.BrokenPipe, "has left");
  (await server.accept()).close();
  await left;
  await assertRejects(() => callPipe(PATH, bytes(""), { proactor }), TypeError);
  const none = () => callPipe("nobody", bytes("?"), { proactor });
  await assertRejects(none, Deno.errors.NotFound);
});

test.world("callPipe() that is aborted closes its connection", async (world) => {
  const { proactor } = world;
  await using server = PipeServer.listen(PATH, { type: "message", proactor });
  const controller = new AbortController();
  const { signal } = controller;
  const asked = callPipe(PATH, bytes("hello"), { proactor, signal });
  const served = await server.accept();
  assertEquals(shown(await served.readMessage()), "hello");
  controller.abort(new Error("given up"));
  await assertRejects(() => asked, Error, "given up");
  assertEquals(await served.readMessage(), null);
  served.close();
});
