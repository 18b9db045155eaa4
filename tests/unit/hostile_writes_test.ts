/** Every writer on the simulated kernel, given arrays that lie and change. */

import { assertEquals } from "@std/assert";
import type { NodeDuplex } from "../../src/stream/node_duplex.ts";
import { toNodeDuplex } from "../../src/stream/to_node_duplex.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { inWorld, type World } from "./_helpers.ts";
import { pattern } from "./_bytes.ts";
import { pipeEnds } from "./_pipe_ends.ts";
import { HOSTILE, type Hostile, type HostileKind } from "./_hostile.ts";
import { type Rig, rig } from "./_recorder.ts";

/** Bytes of the writes: small, one call, several calls. */
const SIZES = [100, 40_000, 200_000];

/** Writes arrays one behind the other; each is spoiled when it was written. */
type Writer = (world: World, arrays: Hostile[]) => Promise<Uint8Array[]>;

async function read(end: PipeConnection, sizes: number[]) {
  const parts: Uint8Array[] = [];
  for (const size of sizes) {
    const part = new Uint8Array(size);
    for (let at = 0; at < size;) {
      at += await end.read(part.subarray(at)) ?? NaN;
    }
    parts.push(part);
  }
  return parts;
}

/** Writes with the first end of a pipe, and reads with the second. */
function over(
  type: "byte" | "message",
  write: (end: PipeConnection, arrays: Hostile[]) => unknown,
): Writer {
  return async (world, arrays) => {
    const [end, peer] = await pipeEnds(world, { type });
    const written = write(end, arrays);
    const parts = await read(peer, SIZES);
    await written;
    end.abort();
    peer.abort();
    await Promise.all([end.finished, peer.finished]);
    return parts;
  };
}

function duplex(write: (stream: NodeDuplex, arrays: Hostile[]) => void) {
  return over("byte", async (end, arrays) => {
    const stream = await toNodeDuplex(end);
    write(stream, arrays);
    await new Promise<void>((resolve) => stream.once("finish", resolve));
    stream.destroy();
  });
}

function each<T>(arrays: Hostile[], write: (data: Uint8Array) => T): T[] {
  return arrays.map(({ data, spoil }) => {
    const result = write(data);
    spoil();
    return result;
  });
}

async function receive(world: World, peer: bigint): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for (const size of SIZES) {
    const part = new Uint8Array(size);
    for (let at = 0; at < size;) {
      const data = await world.proactor.recv(peer, size - at);
      part.set(data, at);
      at += data.length;
    }
    parts.push(part);
  }
  return parts;
}

function transport(
  write: (made: Rig, list: Hostile[]) => void,
): Writer {
  return async (world, arrays) => {
    const made = rig(world, { quota: 7 });
    write(made, arrays);
    const parts = await receive(world, made.peer);
    made.transport.abort();
    world.close(made.peer);
    await made.transport.finished;
    return parts;
  };
}

const WRITERS: Readonly<Record<string, Writer>> = {
  "PipeConnection.write()": over(
    "byte",
    (end, arrays) => Promise.all(each(arrays, (data) => end.write(data))),
  ),
  "PipeConnection.write() of messages": over(
    "message",
    (end, arrays) => Promise.all(each(arrays, (data) => end.write(data))),
  ),
  "PipeConnection.writable": over("byte", async (end, arrays) => {
    const writer = end.writable.getWriter();
    await Promise.all(each(arrays, (data) => writer.write(data)));
    writer.releaseLock();
  }),
  "the node duplex": duplex((stream, arrays) => {
    each(arrays, (data) => stream.write(data));
    stream.end();
  }),
  "the node duplex, corked": duplex((stream, arrays) => {
    stream.cork();
    each(arrays.slice(0, -1), (data) => stream.write(data));
    each(arrays.slice(-1), (data) => stream.end(data));
  }),
  "Transport.write()": transport(({ transport }, arrays) => {
    each(arrays, (data) => transport.write(data));
  }),
  "Transport.writeLines()": transport(({ transport }, arrays) => {
    transport.writeLines(arrays.map(({ data }) => data));
    for (const { spoil } of arrays) spoil();
  }),
  "IocpProactor.send()": async (world, arrays) => {
    const { server, client } = world.pair({ quota: 7 });
    const sent = each(arrays, (data) => world.proactor.send(server, data));
    const parts = await receive(world, client);
    assertEquals(await Promise.all(sent), SIZES);
    world.close(server, client);
    return parts;
  },
  "IocpProactor.send() of several": async (world, arrays) => {
    const { server, client } = world.pair({ quota: 7 });
    const sent = world.proactor.send(server, arrays.map(({ data }) => data));
    for (const { spoil } of arrays) spoil();
    const parts = await receive(world, client);
    assertEquals(await sent, SIZES.reduce((sum, size) => sum + size));
    world.close(server, client);
    return parts;
  },
};

function hostileTest(name: string, write: Writer, make: HostileKind): void {
  Deno.test(name, async () => {
    await inWorld({}, async (world) => {
      const expected = SIZES.map((size) => pattern(size));
      const parts = await write(world, expected.map(make));
      const found = parts.map((part, i) => differs(part, expected[i]!));
      assertEquals(found, [-1, -1, -1]);
    });
  });
}

/** Where arrays differ; comparing them by `assertEquals` takes long. */
function differs(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return NaN;
  return a.findIndex((byte, i) => byte !== b[i]);
}

for (const [name, write] of Object.entries(WRITERS)) {
  for (const [kind, make] of Object.entries(HOSTILE)) {
    hostileTest(`${name} leaves ${kind} to its owner at once`, write, make);
  }
}
