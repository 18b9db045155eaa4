/** A question and its answer on a message pipe, as one call. */

import { assert, assertEquals, assertFalse } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { PIPE_READMODE_MESSAGE } from "../../src/ffi/constants.ts";
import { WindowsError } from "../../src/ffi/windows_error.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { outcome, test, type World, wrong } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { until } from "./_turns.ts";

/** Two ends that read and write messages. */
function messageEnds(world: World): { server: Handle; client: Handle } {
  const server = world.serve({ type: "message" });
  const client = world.open();
  world.sim.setNamedPipeHandleState(client, PIPE_READMODE_MESSAGE);
  return { server, client };
}

test.world("transact() sends a message and gives the answer", async (world) => {
  const { proactor } = world;
  const { server, client } = messageEnds(world);
  const question = bytes("how?");
  const answer = proactor.transact(client, question);
  question.fill(0);
  assertEquals(text(await proactor.recv(server, 99)), "how?");
  assertFalse(answer.done());
  await proactor.send(server, bytes("so"));
  assertEquals(text(await answer), "so");
  assertFalse(answer.partial);
  world.close(server, client);
});

test.world("transact() is partial when the answer is longer, and loses nothing", async (world) => {
  const { proactor } = world;
  const { server, client } = messageEnds(world);
  const answer = proactor.transact(client, bytes("?"), { maxLength: 3 });
  await proactor.send(server, bytes("answer"));
  assertEquals(text(await answer), "ans");
  assert(answer.partial);
  assertEquals(text(await proactor.recv(client, 99)), "wer");
  world.close(server, client);
});

test.world("transact() takes empty messages both ways", async (world) => {
  const { proactor } = world;
  const { server, client } = messageEnds(world);
  const answer = proactor.transact(client, bytes(""));
  assertEquals(text(await proactor.recv(server, 99)), "");
  await proactor.send(server, bytes(""));
  assertEquals(text(await answer), "");
  world.close(server, client);
});

test.world("transact() fails where messages wait, or are not read as such", async (world) => {
  const { proactor } = world;
  const { server, client } = messageEnds(world);
  await proactor.send(server, bytes("early"));
  await assertRejects(
    async () => await proactor.transact(client, bytes("?")),
    Deno.errors.Busy,
    "Cannot transact: a message waits to be read",
  );
  world.sim.setNamedPipeHandleState(client, 0);
  await assertRejects(
    async () => await proactor.transact(client, bytes("?")),
    WindowsError,
    "Cannot transact: the pipe has another state or mode",
  );
  world.close(server, client);
});

test.world("transact() fails when the peer leaves without an answer", async (world) => {
  const { proactor } = world;
  const { server, client } = messageEnds(world);
  const answer = proactor.transact(client, bytes("?"));
  world.close(server);
  assertEquals(await outcome(answer), "BrokenPipe");
  world.close(client);
});

test.world("transact() that is cancelled gives its memory back when Windows does", async (world) => {
  const { proactor } = world;
  const { server, client } = messageEnds(world);
  const controller = new AbortController();
  const { signal } = controller;
  const answer = proactor.transact(client, bytes("?"), { signal });
  assertEquals(proactor.metrics().pending, 1);
  controller.abort();
  assertEquals(await outcome(answer), "DOMException");
  await until(() => proactor.metrics().pending === 0);
  world.close(server, client);
});

test.world("transact() refuses what is no message and no length", (world) => {
  const { proactor, calls } = world;
  const client = 4n;
  assertThrows(() => proactor.transact(client, wrong("?")), TypeError);
  for (const maxLength of [0, -1, 1.5, NaN, 0xffff_ffff]) {
    const call = () => proactor.transact(client, bytes("?"), { maxLength });
    assertThrows(call, RangeError, "maxLength");
  }
  assertEquals(world.calls, calls);
});
