import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { connectPipe, type Transport } from "../../mod.ts";
import { test } from "./_setup.ts";
import { encode, pattern, sha256 } from "./_bytes.ts";
import { uniquePipeName } from "./_pipes.ts";
import { soon, turn, until } from "./_turns.ts";
import { servePipe } from "../../src/pipe/pipe_protocol.ts";
import { connected, Recorder } from "./_recorder.ts";

test.eachMode(
  "write() and writeLines() send 8 MiB complete and in order, then close()",
  connected(async (client, served) => {
    const data = pattern(8 * 2 ** 20);
    client.transport.write(data.subarray(0, 2 ** 20));
    const rest = [];
    for (let at = 2 ** 20; at < data.length; at += 70_000) {
      rest.push(data.subarray(at, at + 70_000));
    }
    client.transport.writeLines(rest);
    client.transport.close();
    await soon(served.lost.promise);
    const whole = await new Blob(served.chunks).arrayBuffer();
    assertEquals(served.size, data.length);
    assertEquals(await sha256(new Uint8Array(whole)), await sha256(data));
  }),
);

test.proactor(
  "write() of nothing does nothing, and the caller may change its array",
  connected(async (client, served) => {
    client.transport.write(new Uint8Array(0));
    const data = pattern(500_000);
    const hash = await sha256(data);
    client.transport.write(data);
    data.fill(0);
    assertGreater(client.transport.getWriteBufferSize(), 0);
    await until(() => served.size === 500_000);
    const whole = await new Blob(served.chunks).arrayBuffer();
    assertEquals(await sha256(new Uint8Array(whole)), hash);
    await until(() => client.transport.getWriteBufferSize() === 0);
  }),
);

test.proactor(
  "write() after close() or loss is ignored",
  connected(async (client, served) => {
    client.transport.close();
    assert(client.transport.isClosing());
    client.transport.write(encode("too late"));
    await soon(served.lost.promise);
    for (let i = 0; i < 5; i++) served.transport.write(encode("x"));
    assertEquals(served.transport.getWriteBufferSize(), 0);
  }),
);

test.proactor(
  "close() waits for what is queued, abort() after it does not",
  connected(async (client, served) => {
    served.transport.pauseReading();
    client.transport.write(pattern(1_000_000));
    client.transport.close();
    for (let i = 0; i < 20; i++) await turn();
    assertFalse(client.events.includes("lost"));
    client.transport.abort();
    assertStrictEquals(await soon(client.lost.promise), null);
    served.transport.resumeReading();
    assertStrictEquals(await soon(served.lost.promise), null);
  }),
);

test.proactor(
  "pauseReading() stops dataReceived(), resumeReading() loses nothing",
  connected(async (client, served) => {
    const parts = [pattern(10, 1), pattern(10, 2), pattern(10, 3)];
    served.transport.pauseReading();
    served.transport.pauseReading();
    assertFalse(served.transport.isReading());
    for (const part of parts) client.transport.write(part);
    for (let i = 0; i < 30; i++) await turn();
    // What was being read when it paused may be kept, but not delivered.
    assertEquals(served.chunks, []);
    served.transport.resumeReading();
    served.transport.resumeReading();
    assert(served.transport.isReading());
    await until(() => served.size === 30);
    const whole = new Uint8Array(await new Blob(served.chunks).arrayBuffer());
    assertEquals(whole, Uint8Array.from(parts.flatMap((p) => [...p])));
    served.transport.close();
    assertFalse(served.transport.isReading());
  }),
);

test.proactor("pauseReading() within connectionMade() and dataReceived() works", async (proactor) => {
  const path = uniquePipeName();
  class Pausing extends Recorder {
    override connectionMade(transport: Transport) {
      super.connectionMade(transport);
      transport.pauseReading();
    }
    override dataReceived(data: Uint8Array<ArrayBuffer>) {
      super.dataReceived(data);
      this.transport.pauseReading();
    }
  }
  const all: Pausing[] = [];
  const server = servePipe(
    () => (all.push(new Pausing()), all[0]!),
    path,
    { type: "message", proactor },
  );
  using client = await connectPipe(path, { proactor });
  for (const text of ["a", "b", "c"]) await client.write(encode(text));
  await until(() => all.length === 1 && all[0]!.transport !== undefined);
  const served = all[0]!;
  for (const text of ["a", "ab", "abc"]) {
    for (let i = 0; i < 10; i++) await turn();
    served.transport.resumeReading();
    await until(() => served.text === text);
  }
  client.close();
  served.transport.abort();
  await soon(server.shutdown());
});

test.proactor(
  "pauseWriting() comes above the high mark, resumeWriting() at the low one",
  connected(async (client, served) => {
    const { transport } = client;
    transport.setWriteBufferLimits({ high: 100_000, low: 10_000 });
    assertEquals(transport.getWriteBufferLimits(), {
      high: 100_000,
      low: 10_000,
    });
    served.transport.pauseReading();
    transport.write(pattern(50_000));
    transport.write(pattern(50_000));
    assertFalse(client.events.includes("pause"));
    transport.write(pattern(200_000));
    transport.write(pattern(200_000));
    assertEquals(client.events, ["made", "pause"]);
    served.transport.resumeReading();
    await until(() => served.size === 500_000);
    await until(() => client.events.includes("resume"));
    assertEquals(client.events, ["made", "pause", "resume"]);
    await until(() => transport.getWriteBufferSize() === 0);
  }),
);

test.proactor(
  "setWriteBufferLimits() refuses a low mark above the high one",
  connected(async (client) => {
    const { transport } = client;
    transport.setWriteBufferLimits({ low: 5 });
    assertEquals(transport.getWriteBufferLimits(), { high: 20, low: 5 });
    assertThrows(
      () => transport.setWriteBufferLimits({ high: 1, low: 2 }),
      RangeError,
    );
    assertThrows(
      () => transport.setWriteBufferLimits({ high: -1 }),
      RangeError,
    );
    await turn();
  }),
);

test.proactor(
  "writeEof() on a message pipe ends one direction, once",
  connected(async (client, served) => {
    served.keepOpen = true;
    assert(client.transport.canWriteEof());
    client.transport.write(encode("last"));
    client.transport.writeEof();
    client.transport.writeEof();
    assertThrows(
      () => client.transport.write(encode("x")),
      Deno.errors.BadResource,
      "writing was ended",
    );
    await until(() => served.events.includes("eof"));
    assertEquals(served.text, "last");
    served.transport.write(encode("answer"));
    await until(() => client.text === "answer");
    assertEquals(served.events, ["made", "data", "eof"]);
  }, { type: "message" }),
);

test.proactor(
  "writeEof() on a byte pipe is refused",
  connected(async (client, served) => {
    assertFalse(client.transport.canWriteEof());
    assertThrows(
      () => client.transport.writeEof(),
      Deno.errors.NotSupported,
      "it has no half close",
    );
    client.transport.write(encode("x"));
    await until(() => served.text === "x");
  }),
);
