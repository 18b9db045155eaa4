/** Protocols that say where their bytes are to be put. */

import { assertEquals, assertInstanceOf } from "@std/assert";
import type { BufferedProtocol } from "../../src/stream/protocol.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { servePipe } from "../../src/pipe/pipe_protocol.ts";
import { PATH, test } from "./_helpers.ts";
import { bytes, pattern } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { Recorder, rig } from "./_recorder.ts";

/** Gives room of a certain size, and keeps what was put there. */
class Buffered extends Recorder implements BufferedProtocol {
  readonly hints: number[] = [];
  readonly parts: Uint8Array<ArrayBuffer>[] = [];
  readonly #room: Uint8Array<ArrayBuffer>;

  constructor(size: number) {
    super();
    this.#room = new Uint8Array(size);
  }

  get size(): number {
    return this.parts.reduce((sum, part) => sum + part.length, 0);
  }

  getBuffer(sizeHint: number): Uint8Array {
    this.hints.push(sizeHint);
    return this.#room;
  }

  bufferUpdated(byteLength: number): void {
    this.parts.push(this.#room.slice(0, byteLength));
    this.on("updated");
  }

  override dataReceived(): void {
    throw new Error("Not for this protocol");
  }
}

test.world("a buffered protocol gets 9216 bytes through room for 100", async (world) => {
  const protocol = new Buffered(100);
  const { transport, peer } = rig(world, {}, protocol);
  const data = pattern(9216);
  await world.proactor.send(peer, data);
  await until(() => protocol.size === 9216);
  assertEquals(new Set(protocol.parts.map(({ length }) => length)).size, 2);
  assertEquals(
    new Uint8Array(await new Blob(protocol.parts).arrayBuffer()),
    data,
  );
  assertEquals(protocol.hints[0], Math.max(...protocol.hints));
  world.close(peer);
  await transport.finished;
  assertEquals(protocol.log, ["made", "eof", "lost"]);
  assertEquals(protocol.error, null);
});

test.world("pauseReading() stops a buffered protocol between two fillings", async (world) => {
  const protocol = new Buffered(2);
  const { transport, peer } = rig(world, {}, protocol);
  protocol.on = (name) => name === "updated" && transport.pauseReading();
  await world.proactor.send(peer, bytes("abcd"));
  await until(() => protocol.size === 2);
  transport.resumeReading();
  await until(() => protocol.size === 4);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

test.world("setProtocol() gives the rest of the bytes to the new protocol", async (world) => {
  const protocol = new Buffered(2);
  const { transport, peer } = rig(world, {}, protocol);
  const next = new Recorder();
  protocol.on = (name) => name === "updated" && transport.setProtocol(next);
  await world.proactor.send(peer, bytes("abcd"));
  await until(() => next.received === "cd");
  assertEquals(protocol.size, 2);
  transport.abort();
  world.close(peer);
  await transport.finished;
});

for (const room of [new Uint8Array(0), undefined]) {
  test.world(`a buffered protocol that gives ${room ? "no room" : "nothing"} loses its connection`, async (world) => {
    const protocol = new Buffered(1);
    protocol.getBuffer = () => room!;
    const { transport, peer } = rig(world, {}, protocol);
    await world.proactor.send(peer, bytes("a"));
    await transport.finished;
    assertEquals(protocol.log, ["made", "lost"]);
    assertInstanceOf(protocol.error, TypeError);
    assertEquals(world.takeReports(), ["Exception in a protocol"]);
    world.close(peer);
  });
}

test.world("a protocol without dataReceived() drops what comes, and waits", async (world) => {
  const { proactor } = world;
  const server = servePipe(() => ({}), PATH, { proactor });
  const client = await connectPipe(PATH, { proactor });
  await client.write(bytes("hello"));
  await turns(3);
  const { waits } = proactor.metrics();
  await until(() => proactor.metrics().waits > waits);
  client.close();
  await server.shutdown();
});
