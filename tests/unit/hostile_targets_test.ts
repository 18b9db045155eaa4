/** Arrays that bytes go into: they lie, shrink, or are taken away. */

import { assertEquals, assertRejects } from "@std/assert";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { copyBytes } from "../../src/ffi/bytes.ts";
import { inWorld, test, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import { HOSTILE } from "./_hostile.ts";
import { pipeEnds } from "./_pipe_ends.ts";
import { rig } from "./_recorder.ts";

/** Kinds whose bytes stay: what comes can be looked at. */
const LIARS = [
  "an array whose slice is a view",
  "an array that lies about itself",
  "an array with methods of its own",
  "shared memory",
  "shared memory that grows",
];

async function withEnds(
  body: (ends: PipeConnection[]) => Promise<void>,
): Promise<void> {
  await inWorld({}, async (world) => {
    const ends = await pipeEnds(world, ROOMY);
    await body(ends);
    for (const end of ends) end.abort();
    await Promise.all(ends.map((end) => end.finished));
  });
}

const ROOMY = { inBufferSize: 65_536, outBufferSize: 65_536 };

async function withPair(
  body: (world: World, ends: [Handle, Handle]) => Promise<void>,
): Promise<void> {
  await inWorld({}, async (world) => {
    const { server, client } = world.pair();
    await body(world, [server, client]);
    world.close(server, client);
  });
}

/** An array of 8 bytes, and what makes it one of so many. */
function shrinking(rest: number) {
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
  return { target: new Uint8Array(buffer), shrink: () => buffer.resize(rest) };
}

for (const kind of LIARS) {
  Deno.test(`read() fills ${kind}`, async () => {
    await withEnds(async ([end, peer]) => {
      const { data } = HOSTILE[kind]!(new Uint8Array(5));
      const early = end!.read(data);
      await peer!.write(bytes("1234567"));
      assertEquals([await early, text(copyBytes(data))], [5, "12345"]);
      assertEquals(await end!.read(data), 2);
      assertEquals(text(copyBytes(data)), "67345");
    });
  });

  Deno.test(`recvInto() fills ${kind}`, async () => {
    await withPair(async ({ proactor }, [server, client]) => {
      const { data } = HOSTILE[kind]!(new Uint8Array(5));
      const early = proactor.recvInto(server, data);
      await proactor.send(client, bytes("1234567"));
      assertEquals([await early, text(copyBytes(data))], [5, "12345"]);
    });
  });

  test.world(`getBuffer() of a protocol may give ${kind}`, async (world) => {
    const { data } = HOSTILE[kind]!(new Uint8Array(5));
    const { transport, protocol, peer } = rig(world);
    let received = "";
    transport.setProtocol({
      getBuffer: () => data,
      bufferUpdated: (n) => received += text(copyBytes(data, 0, n)),
      connectionLost: (error) => protocol.connectionLost(error),
    });
    await world.proactor.send(peer, bytes("1234567"));
    await turns();
    assertEquals(received, "1234567");
    transport.abort();
    world.close(peer);
    await transport.finished;
  });
}

Deno.test("read() into an array that has shrunk keeps the rest for the next", async () => {
  await withEnds(async ([end, peer]) => {
    const { target, shrink } = shrinking(3);
    const reading = end!.read(target);
    shrink();
    await peer!.write(bytes("12345678"));
    assertEquals([await reading, text(target)], [3, "123"]);
    const rest = new Uint8Array(9);
    assertEquals([await end!.read(rest), text(rest.slice(0, 5))], [5, "45678"]);
  });
});

for (const how of ["shrunk to nothing", "been transferred"]) {
  Deno.test(`read() into an array that has ${how} fails and keeps all`, async () => {
    await withEnds(async ([end, peer]) => {
      const { target, shrink } = shrinking(0);
      const reading = end!.read(target);
      const next = end!.read(new Uint8Array(2));
      if (how === "been transferred") target.buffer.transfer();
      else shrink();
      await peer!.write(bytes("12345"));
      await assertRejects(() => reading, TypeError, "Cannot read");
      assertEquals(await next, 2);
      const rest = new Uint8Array(9);
      assertEquals([await end!.read(rest), text(rest.slice(0, 3))], [3, "345"]);
    });
  });

  Deno.test(`recvInto() an array that has ${how} fails with the data`, async () => {
    await withPair(async ({ proactor }, [server, client]) => {
      const { target, shrink } = shrinking(0);
      const reading = proactor.recvInto(server, target);
      if (how === "been transferred") target.buffer.transfer();
      else shrink();
      await proactor.send(client, bytes("12345"));
      const error = await assertRejects(async () => await reading, TypeError);
      assertEquals(text(error.cause as Uint8Array), "12345");
    });
  });
}
