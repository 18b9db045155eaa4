/** Files over streams, on the simulated kernel. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import type { StreamConnection } from "../../src/stream/stream_connection.ts";
import type {
  SendFileOptions,
  SendFileSource,
} from "../../src/stream/file_mover.ts";
import type { Protocol, Transport } from "../../src/stream/protocol.ts";
import {
  TransmitSlots,
  transmitSlots,
} from "../../src/stream/transmit_slots.ts";
import { sendFileOver } from "../../src/stream/transport_sink.ts";
import type { Choose } from "../sim/explore.ts";
import { outcome, race, test, type World, wrong } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import { assertEnds } from "./_races.ts";
import { connections, FILE, MemoryFile, putFile } from "./_sockets.ts";
import { pipeEnds } from "./_pipe_ends.ts";

/** Sends by a connection of the world. */
function send(
  world: World,
  connection: StreamConnection,
  options: SendFileOptions & { source?: SendFileSource } = {},
): Promise<number> {
  const { source = FILE, ...rest } = options;
  const { sendFile } = world.sim;
  return connection.sendFile(source, { ...rest, files: sendFile });
}

async function readAll(connection: StreamConnection): Promise<Uint8Array> {
  const got: number[] = [];
  const target = new Uint8Array(4096);
  for (;;) {
    const count = await connection.read(target);
    if (count === null) break;
    got.push(...target.subarray(0, count));
  }
  connection.close();
  return Uint8Array.from(got);
}

async function pipes(
  world: World,
  type: "byte" | "message",
): Promise<[PipeConnection, PipeConnection]> {
  const sizes = { inBufferSize: 65_536, outBufferSize: 65_536 };
  const ends = await pipeEnds(world, { type, instances: 1, ...sizes });
  await turns();
  const [served, client] = ends;
  return [client, served];
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

test.world("sendFile() keeps its place among the writes", async (world) => {
  const [client, served] = await connections(world);
  const data = pattern(100_000);
  putFile(world, data);
  const before = client.write(pattern(150_000));
  const sent = send(world, client, { offset: 5, count: 50_000 });
  const after = client.write(bytes("after"));
  const again = send(world, client, { offset: 99_990 });
  const ended = client.closeWrite();
  const received = await readAll(served);
  assertEquals(
    await Promise.all([before, sent, after, again, ended]),
    [150_000, 50_000, 5, 10, undefined],
  );
  const parts = [data.slice(5, 50_005), bytes("after"), data.slice(99_990)];
  assertEquals(received, concat(pattern(150_000), ...parts));
  await client.shutdown();
});

test.world("sendFile() does not use up the buffers of writes", async (world) => {
  const [client, served] = await connections(world);
  putFile(world, pattern(1000));
  const { bufferBytes } = world.proactor.metrics();
  assertEquals(await send(world, client), 1000);
  assertEquals(client.bufferedAmount, 0);
  assertEquals(world.proactor.metrics().bufferBytes, bufferBytes);
  client.abort();
  served.abort();
});

test.world("close() waits for a file that is being sent", async (world) => {
  const [client, served] = await connections(world);
  putFile(world, pattern(1000));
  world.sim.forcePending = true;
  const sent = send(world, client);
  const written = client.write(bytes("after"));
  client.close();
  assertEquals(await Promise.all([sent, written]), [1000, 5]);
  await client.finished;
  world.sim.forcePending = false;
  assertEquals((await readAll(served)).length, 1005);
});

test.world("sendFile() copies what reads by itself, and moves its position", async (world) => {
  const [client, served] = await connections(world);
  const source = new MemoryFile(pattern(200_000));
  const options = { source, offset: 7, count: 150_000 };
  const received = readAll(served);
  assertEquals(await send(world, client, options), 150_000);
  assertEquals(source.position, 150_007);
  assertEquals(await send(world, client, { source, offset: 300_000 }), 0);
  assertEquals(source.position, 300_000);
  client.close();
  assertEquals(await received, pattern(200_000).slice(7, 150_007));
});

test.world("sendFile() over a byte pipe copies", async (world) => {
  const [client, served] = await pipes(world, "byte");
  const source = new MemoryFile(pattern(100_000));
  const told: number[] = [];
  const onProgress = (sent: number) => told.push(sent);
  const before = client.write(bytes("before"));
  const sent = send(world, client, { source, onProgress });
  const after = client.write(bytes("after"));
  client.close();
  const received = await readAll(served);
  assertEquals(received.length, 100_011);
  assertEquals(
    received,
    concat(bytes("before"), pattern(100_000), bytes("after")),
  );
  assertEquals(await Promise.all([before, sent, after]), [6, 100_000, 5]);
  assertEquals(told, [65_536, 100_000]);
  await client.finished;
});

test.world("sendFile() refuses message pipes, and copies that are not allowed", async (world) => {
  const { NotSupported } = Deno.errors;
  const source = new MemoryFile(pattern(10));
  const [message, other] = await pipes(world, "message");
  await assertRejects(() => send(world, message), NotSupported, "a message");
  for (const each of [message, other]) each.abort();
  await turns();
  const [client, served] = await pipes(world, "byte");
  const options = { fallback: false, source };
  await assertRejects(
    () => send(world, client, options),
    NotSupported,
    "the fallback is disabled",
  );
  for (const each of [client, served]) each.abort();
});

test.world("sendFile() refuses bad input and leaves the connection as it is", async (world) => {
  const [client, served] = await connections(world);
  await assertRejects(
    () => send(world, client, { source: wrong(1) }),
    TypeError,
  );
  await assertRejects(() => send(world, client, { offset: -1 }), RangeError);
  await assertRejects(() => send(world, client, { count: 0.5 }), RangeError);
  await assertRejects(
    () => send(world, client, { source: 0x777n }),
    Deno.errors.BadResource,
  );
  const signal = AbortSignal.abort(new Error("enough"));
  putFile(world, pattern(10));
  await assertRejects(() => send(world, client, { signal }), Error, "enough");
  await client.write(bytes("still here"));
  client.close();
  assertEquals(text(await readAll(served)), "still here");
  await assertRejects(
    () => send(world, client),
    Deno.errors.BadResource,
    "closed",
  );
});

test.world("sendFile() that is aborted before its turn sends nothing", async (world) => {
  const [client, served] = await connections(world);
  putFile(world, pattern(1000));
  world.sim.manual = true;
  const written = client.write(bytes("one "));
  const aborter = new AbortController();
  const sent = outcome(send(world, client, { signal: aborter.signal }));
  const later = client.write(bytes("two"));
  aborter.abort();
  assertEquals(await sent, "DOMException");
  world.sim.manual = false;
  await Promise.all([written, later]);
  client.close();
  assertEquals(text(await readAll(served)), "one two");
});

for (
  const [code, name] of [[10054, "ConnectionReset"], [
    10055,
    "WindowsError",
  ]] as const
) {
  test.world(`sendFile() that fails by ${code} ends writing`, async (world) => {
    const [client, served] = await connections(world);
    putFile(world, pattern(1000));
    world.sim.sockets.fail("transmitFile", code);
    assertEquals(await outcome(send(world, client)), name);
    assertEquals(await outcome(client.write(bytes("x"))), name);
    client.close();
    served.abort();
  });
}

test.world("sendFile() copies over sockets that cannot transmit", async (world) => {
  const [client, served] = await connections(world);
  const { sim } = world;
  putFile(world, pattern(10));
  sim.sockets.fail("transmitFile", 10045);
  // It would read by another handle, which there is none of.
  assertEquals(await outcome(send(world, client)), "Busy");
  sim.sockets.fail("transmitFile", 10045);
  const only = { fallback: false };
  assertEquals(await outcome(send(world, client, only)), "NotSupported");
  client.abort();
  served.abort();
});

test.world("a third file is copied, or waits for its turn", async (world) => {
  const ends = [];
  for (let i = 0; i < 4; i++) ends.push(await connections(world));
  putFile(world, pattern(10));
  const { sim } = world;
  const transmitted = () => sim.ready.filter(({ kind }) => kind === "write");
  sim.manual = true;
  const two = [send(world, ends[0]![0]), send(world, ends[1]![0])];
  const third = outcome(send(world, ends[2]![0])); // no handle to read by
  const waits = send(world, ends[3]![0], { fallback: false });
  await turns();
  assertEquals(transmitted().length, 2);
  assertEquals(await third, "Busy");
  sim.manual = false;
  assertEquals(await Promise.all([...two, waits]), [10, 10, 10]);
  for (const pair of ends) for (const end of pair) end.abort();
});

Deno.test("TransmitSlots: first come, first served, unless aborted", async () => {
  const slots = new TransmitSlots();
  assert(slots.tryAcquire() && slots.tryAcquire() && !slots.tryAcquire());
  const aborter = new AbortController();
  const order: string[] = [];
  const acquire = (name: string, signal?: AbortSignal) =>
    slots.acquire(signal).then(() => order.push(name), () => order.push("-"));
  const waits = [acquire("a", aborter.signal), acquire("b"), acquire("c")];
  aborter.abort();
  slots.release();
  await turns();
  assertEquals(order, ["-", "b"]);
  slots.release();
  await Promise.all(waits);
  assertEquals(order, ["-", "b", "c"]);
  await assertRejects(() => slots.acquire(aborter.signal), DOMException);
  assert(!slots.tryAcquire());
  slots.release();
  assert(slots.tryAcquire());
});

async function abortRace(world: World, choose: Choose): Promise<string> {
  const [client, served] = await connections(world);
  putFile(world, pattern(10));
  const { sim } = world;
  sim.manual = true;
  const aborter = new AbortController();
  const ends = [
    outcome(client.write(bytes("one"))),
    outcome(send(world, client, { signal: aborter.signal })),
    outcome(client.write(bytes("two"))),
  ];
  const received: number[] = [];
  await race(world, choose, [
    [() => aborter.abort(), () => client.close()],
  ]);
  sim.manual = false;
  client.abort();
  const target = new Uint8Array(100);
  const count = await served.read(target);
  received.push(count ?? 0);
  served.abort();
  return [...await Promise.all(ends), ...received].join();
}

Deno.test("an abort of sendFile() in every order", async () => {
  for (const skip of [true, false]) {
    await assertEnds({ skip }, abortRace, [
      "ok 3,DOMException,Interrupted,3", // aborted while it was sent
      "ok 3,DOMException,ok 3,6", // aborted before
      "ok 3,ok 10,ok 3,16",
    ]);
  }
  assert(transmitSlots.tryAcquire() && transmitSlots.tryAcquire());
  transmitSlots.release();
  transmitSlots.release();
});

/** A transport that is no channel, as one that encrypts. */
class OtherTransport {
  readonly written: number[] = [];
  buffered = 0;
  closing = false;
  #protocol: Protocol;

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  write(data: Uint8Array): void {
    this.written.push(...data);
    this.buffered += data.length;
    if (this.buffered > 100_000) this.#protocol.pauseWriting?.();
  }

  drain(): void {
    this.buffered = 0;
    this.#protocol.resumeWriting?.();
  }

  lose(error: Error | null): void {
    this.closing = true;
    this.#protocol.connectionLost?.(error);
  }

  isClosing(): boolean {
    return this.closing;
  }

  getWriteBufferSize(): number {
    return this.buffered;
  }

  getWriteBufferLimits() {
    return { high: 100_000, low: 0 };
  }

  getProtocol(): Protocol {
    return this.#protocol;
  }

  setProtocol(protocol: Protocol): void {
    this.#protocol = protocol;
  }
}

test.world("a file over another transport heeds its limits", async (world) => {
  const events: string[] = [];
  const protocol: Protocol = {
    pauseWriting: () => events.push("pause"),
    resumeWriting: () => events.push("resume"),
    dataReceived: (data) => events.push(text(data)),
    eofReceived: () => void events.push("eof"),
    connectionLost: () => events.push("lost"),
  };
  const transport = new OtherTransport(protocol);
  const given = transport as unknown as Transport;
  const file = (options = {}) => ({
    source: new MemoryFile(pattern(300_000)),
    options,
  });
  const sent = sendFileOver(world.port, given, file());
  await turns();
  assertEquals(transport.written.length, 131_072);
  transport.getProtocol().dataReceived?.(bytes("data"));
  transport.getProtocol().eofReceived?.();
  transport.drain();
  await turns();
  assertEquals(transport.written.length, 262_144);
  transport.drain();
  assertEquals(await sent, 300_000);
  assertEquals(Uint8Array.from(transport.written), pattern(300_000));
  assertEquals(transport.getProtocol(), protocol);
  await assertRejects(
    () => sendFileOver(world.port, given, file({ fallback: false })),
    Deno.errors.NotSupported,
  );
  transport.drain();
  const cut = outcome(sendFileOver(world.port, given, file()));
  await turns();
  transport.lose(null);
  assertEquals(await cut, "ConnectionAborted");
  await assertRejects(
    () => sendFileOver(world.port, given, file()),
    Deno.errors.BadResource,
    "the transport is closing",
  );
  const datagrams = Object.assign(Object.create(transport), { sendTo() {} });
  await assertRejects(
    () => sendFileOver(world.port, datagrams, file()),
    Deno.errors.NotSupported,
    "datagrams",
  );
  assertEquals(
    events.join(),
    "pause,data,eof,resume,pause,resume,resume,pause,lost",
  );
});
