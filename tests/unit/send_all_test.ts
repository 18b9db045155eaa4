/** `sockSendAll()`: all of it, in pieces, whatever becomes of the array. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { stub } from "@std/testing/mock";
import { sendAll } from "../../src/loop/send_all.ts";
import { test, type World } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";

const MIB = 1 << 20;

async function receive(world: World, peer: bigint, length: number) {
  const data = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const part = await world.proactor.recv(peer, MIB);
    data.set(part, at);
    at += part.length;
  }
  return data;
}

/** Where arrays differ; comparing them by `assertEquals` takes long. */
function differs(a: Uint8Array, b: Uint8Array): number {
  return a.length === b.length ? a.findIndex((byte, i) => byte !== b[i]) : NaN;
}

test.world("sendAll() copies what goes out later", async (world) => {
  const { server, client } = world.pair({ quota: 1 << 20 });
  const data = pattern(20 * MIB);
  const parts = [data.subarray(0, 5), data.subarray(5, 17 * MIB)];
  const writes: number[] = [];
  const { writeFile } = world.sim;
  using _spy = stub(world.sim, "writeFile", (...call) => {
    writes.push(call[2]);
    return writeFile.apply(world.sim, call);
  });
  const copy = data.slice();
  const sent = sendAll(world.proactor, client, {
    data: [...parts, data.subarray(17 * MIB)],
  });
  data.fill(0);
  assertEquals(differs(await receive(world, server, copy.length), copy), -1);
  await sent;
  assertEquals(writes, [16 * MIB, 4 * MIB]);
  world.close(server, client);
});

test.world("sendAll() keeps what Windows has not taken", async (world) => {
  const { server, client } = world.pair();
  const { writeFile } = world.sim;
  using _takesThree = stub(
    world.sim,
    "writeFile",
    (file, from, size, to) =>
      writeFile.call(world.sim, file, from, Math.min(size, 3), to),
  );
  const [a, b] = [bytes("0123"), bytes("456789")];
  const sent = sendAll(world.proactor, client, { data: [a, b] });
  for (const data of [a, b]) data.fill(0);
  assertEquals(text(await receive(world, server, 10)), "0123456789");
  await sent;
  assertEquals(
    await sendAll(world.proactor, client, { data: [] }),
    undefined,
  );
  world.close(server, client);
});

test.world("sendAll() refuses what is no array, and sends nothing of it", async (world) => {
  const { server, client } = world.pair();
  const before = world.calls;
  const data = [bytes("a"), "b" as unknown as Uint8Array];
  await assertRejects(
    () => sendAll(world.proactor, client, { data }),
    TypeError,
    "not a Uint8Array",
  );
  assert(world.calls === before);
  world.close(server, client);
});
