/** Connections: reading, messages, writing, half-close, close. */

import { assert, assertEquals } from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type {
  PipeConnection,
  PipeDirection,
} from "../../src/pipe/pipe_connection.ts";
import { openPipeTransport } from "../../src/pipe/pipe_protocol.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import type { PipeServerOptions } from "../../src/pipe/server_options.ts";
import { inWorld, outcome, PATH, type World, wrong } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { Recorder } from "./_recorder.ts";

type Ends = [connection: PipeConnection, client: PipeConnection];

async function connect(
  { proactor }: World,
  options: PipeServerOptions = {},
): Promise<Ends> {
  const { type = "byte", direction = "duplex" } = options;
  const server = PipeServer.listen(PATH, { type, proactor, ...options });
  const mirror = { duplex: "duplex", in: "out", out: "in" } as const;
  const client = await connectPipe(PATH, {
    proactor,
    direction: mirror[direction],
    readMode: direction === "in" ? "byte" : type,
  });
  const connection = await server.accept();
  server.close();
  return [connection, client];
}

async function withEnds(
  options: PipeServerOptions & { skip?: boolean },
  body: (ends: Ends, world: World) => Promise<void>,
): Promise<void> {
  const { skip = true, ...rest } = options;
  await inWorld({ skip }, async (world) => {
    const ends = await connect(world, rest);
    await body(ends, world);
    for (const end of ends) end.abort();
    for (const end of ends) await end.finished;
  });
}

Deno.test("read() and write() move bytes both ways", async () => {
  await withEnds({}, async ([connection, client]) => {
    const target = new Uint8Array(5);
    assertEquals(await client.write(bytes("hello")), 5);
    assertEquals([await connection.read(target), text(target)], [5, "hello"]);
    const reading = client.read(target);
    await connection.write(bytes("back!"));
    assertEquals([await reading, text(target)], [5, "back!"]);
    assertEquals(connection.localAddr, { transport: "pipe", path: PATH });
    assertEquals(client.remoteAddr, connection.remoteAddr);
    assertEquals([client.remoteProcessId, connection.remoteProcessId], [
      4242,
      4242,
    ]);
    assert(!client.messageType);
  });
});

Deno.test("read() into less than has come leaves the rest for the next", async () => {
  await withEnds({}, async ([connection, client]) => {
    await client.write(bytes("abcde"));
    const target = new Uint8Array(2);
    const parts: string[] = [];
    for (let i = 0; i < 3; i++) {
      const count = await connection.read(target);
      parts.push(text(target.subarray(0, count!)));
    }
    assertEquals(parts, ["ab", "cd", "e"]);
    assertEquals(await connection.read(new Uint8Array(0)), 0);
  });
});

Deno.test("reads that wait are served in their order", async () => {
  await withEnds({}, async ([connection, client]) => {
    const targets = [new Uint8Array(2), new Uint8Array(2), new Uint8Array(2)];
    const reads = targets.map((target) => connection.read(target));
    await client.write(bytes("abcdef"));
    assertEquals(await Promise.all(reads), [2, 2, 2]);
    assertEquals(targets.map((it) => text(it)), ["ab", "cd", "ef"]);
  });
});

Deno.test("an aborted read() gives its turn to the next", async () => {
  await withEnds({}, async ([connection, client]) => {
    const aborter = new AbortController();
    const { signal } = aborter;
    const first = connection.read(new Uint8Array(2), { signal });
    const target = new Uint8Array(2);
    const second = connection.read(target);
    aborter.abort(new RangeError("enough"));
    await assertRejects(() => first, RangeError, "enough");
    await client.write(bytes("ab"));
    assertEquals([await second, text(target)], [2, "ab"]);
    await assertRejects(() => connection.read(target, { signal }), RangeError);
  });
});

Deno.test("an array that is transferred while read() waits loses no data", async () => {
  await withEnds({}, async ([connection, client]) => {
    const gone = new Uint8Array(4);
    const read = connection.read(gone);
    gone.buffer.transfer();
    await client.write(bytes("data"));
    await assertRejects(() => read, TypeError);
    const target = new Uint8Array(4);
    assertEquals([await connection.read(target), text(target)], [4, "data"]);
  });
});

Deno.test("read() is null at the end, again and again", async () => {
  for (const type of ["byte", "message"] as const) {
    await withEnds({ type }, async ([connection, client]) => {
      await client.write(bytes("last"));
      client.close();
      await client.finished;
      const target = new Uint8Array(9);
      assertEquals(await connection.read(target), 4);
      assertEquals(await connection.read(target), null);
      assertEquals(await connection.read(target), null);
      const error = await assertRejects(() => connection.write(bytes("x")));
      assertInstanceOf(error, Deno.errors.BrokenPipe);
    });
  }
});

for (const skip of [true, false]) {
  Deno.test(`readMessage() keeps bounds, also beyond the buffer (skip mode ${skip})`, async () => {
    await withEnds({ type: "message", skip }, async ([connection, client]) => {
      const long = pattern(200_000);
      const sent = [bytes("a"), long, bytes("bc"), pattern(4096), bytes("d")];
      const writes = sent.map((each) => client.write(each));
      for (const each of sent) {
        const message = await connection.readMessage();
        assertEquals([message?.data, message?.more], [each, false]);
      }
      assertEquals(await Promise.all(writes), sent.map((it) => it.length));
    });
  });

  Deno.test(`readMessage() cuts at maxLength, without loss (skip mode ${skip})`, async () => {
    await withEnds({ type: "message", skip }, async ([connection, client]) => {
      client.write(bytes("abcdefg"));
      client.write(bytes("hi"));
      const parts: string[] = [];
      for (let i = 0; i < 4; i++) {
        const message = await connection.readMessage({ maxLength: 3 });
        parts.push(text(message?.data) + (message?.more ? "+" : ""));
      }
      assertEquals(parts, ["abc+", "def+", "g", "hi"]);
      const bad = [0, -1, 1.5, NaN, 2 ** 32];
      for (const maxLength of bad) {
        await assertRejects(
          () => connection.readMessage({ maxLength }),
          RangeError,
        );
      }
    });
  });
}

Deno.test("what readMessage() leaves of a message goes to read(), in parts", async () => {
  await withEnds({ type: "message" }, async ([connection, client]) => {
    client.write(bytes("abcdefgh"));
    const message = await connection.readMessage({ maxLength: 1 });
    const parts = [text(message?.data)];
    const target = new Uint8Array(3);
    while (parts.join("").length < 8) {
      const count = await connection.read(target) ?? 9;
      parts.push(text(target.subarray(0, count)));
    }
    assertEquals(parts, ["a", "bcd", "efg", "h"]);
  });
});

Deno.test("what an aborted readMessage() has collected goes to the next read()", async () => {
  await withEnds({ type: "message", skip: false }, async (ends, world) => {
    const [connection, client] = ends;
    const aborter = new AbortController();
    const { signal } = aborter;
    const long = pattern(10_000);
    const message = outcome(connection.readMessage({ signal }));
    world.sim.manual = true;
    client.write(long);
    const read = world.sim.ready.findIndex(({ kind }) => kind === "read");
    world.sim.complete(read);
    await turns();
    aborter.abort();
    world.sim.manual = false;
    assertEquals(await message, "DOMException");
    const data = new Uint8Array(20_000);
    let length = 0;
    while (length < long.length) {
      const target = data.subarray(length, length + 1000);
      length += (await connection.read(target))!;
    }
    assertEquals(data.subarray(0, length), long);
  });
});

Deno.test("a message of length zero is the end", async () => {
  await withEnds({ type: "message" }, async ([connection, client]) => {
    await client.write(bytes("last"));
    await client.write(new Uint8Array(0));
    await client.closeWrite();
    await assertRejects(
      () => client.write(bytes("x")),
      Deno.errors.BadResource,
    );
    await client.closeWrite();
    assertEquals(text((await connection.readMessage())?.data), "last");
    assertEquals(await connection.readMessage(), null);
    assertEquals(await connection.readMessage(), null);
    await connection.write(bytes("answer"));
    assertEquals(text((await client.readMessage())?.data), "answer");
  });
});

Deno.test("a client that the server disconnects is at the end", async () => {
  for (const reading of [true, false]) {
    await inWorld({}, async (world) => {
      const { proactor, sim } = world;
      const servers = [world.serve(), world.serve(), world.serve()];
      const client = await connectPipe(PATH, { proactor });
      const handle = await proactor.connectPipe(PATH);
      const protocol = new Recorder();
      await openPipeTransport(() => protocol, PATH, { proactor });
      const read = () => client.read(new Uint8Array(9));
      const reads = reading ? [read(), proactor.recv(handle, 9)] : [];
      await turns();
      for (const server of servers) sim.disconnectNamedPipe(server);
      if (!reading) reads.push(read(), proactor.recv(handle, 9));
      assertEquals(await Promise.all(reads), [null, bytes("")]);
      await until(() => protocol.log.includes("lost"));
      assertEquals(protocol.log, ["made", "eof", "lost"]);
      client.abort();
      world.close(handle, ...servers);
      await client.finished;
    });
  }
});

Deno.test("closeWrite() is refused on a byte pipe", async () => {
  await withEnds({}, async ([connection, client], world) => {
    const { calls } = world;
    const { NotSupported } = Deno.errors;
    await assertRejects(() => connection.closeWrite(), NotSupported);
    await assertRejects(() => client.readMessage(), NotSupported);
    assertEquals(world.calls, calls);
  });
});

for (const direction of ["in", "out"] as const satisfies PipeDirection[]) {
  Deno.test(`a pipe with direction "${direction}" goes one way`, async () => {
    await withEnds({ direction, type: "message" }, async (ends, world) => {
      const [reader, writer] = direction === "in" ? ends : ends.toReversed();
      const { calls } = world;
      const { NotSupported } = Deno.errors;
      await assertRejects(() => reader!.write(bytes("x")), NotSupported);
      await assertRejects(() => reader!.closeWrite(), NotSupported);
      await assertRejects(() => writer!.read(new Uint8Array(1)), NotSupported);
      await assertRejects(() => writer!.readMessage(), NotSupported);
      assertEquals(world.calls, calls);
      await writer!.write(bytes("x"));
      assertEquals(await reader!.read(new Uint8Array(1)), 1);
    });
  });
}

Deno.test("wrong types are refused without a system call", async () => {
  await withEnds({ type: "message" }, async ([connection], world) => {
    const { calls } = world;
    for (const data of ["text", 5, null, undefined, [1], new ArrayBuffer(1)]) {
      await assertRejects(() => connection.read(wrong(data)), TypeError);
      await assertRejects(() => connection.write(wrong(data)), TypeError);
    }
    for (const deadline of [-1, NaN, 1.5, 2 ** 31]) {
      await assertRejects(() => connection.shutdown({ deadline }), RangeError);
    }
    assertEquals(world.calls, calls);
  });
});

Deno.test("close() ends reads, refuses more, and is idempotent", async () => {
  await withEnds({}, async ([connection], world) => {
    const read = outcome(connection.read(new Uint8Array(1)));
    connection.close();
    connection.close();
    connection.abort();
    const { calls } = world;
    assertEquals(await read, "Interrupted");
    const { BadResource } = Deno.errors;
    await assertRejects(() => connection.read(new Uint8Array(1)), BadResource);
    await assertRejects(() => connection.write(bytes("x")), BadResource);
    assertEquals([connection.remoteProcessId, world.calls], [0, calls]);
    await connection.shutdown();
  });
});

for (const type of ["byte", "message"] as const) {
  Deno.test(`close() loses no queued write that gets through: ${type} pipe`, async () => {
    const sizes = { inBufferSize: 3, outBufferSize: 3 };
    await withEnds({ type, ...sizes }, async ([connection, client]) => {
      const parts = ["abcd", "efg", "h", "ijklmnop"];
      const writes = parts.map((part) => connection.write(bytes(part)));
      connection.close();
      await turns();
      let received = "";
      const target = new Uint8Array(5);
      for (;;) {
        const count = await client.read(target);
        if (count === null) break;
        received += text(target.subarray(0, count));
      }
      assertEquals(received, parts.join(""));
      assertEquals(await Promise.all(writes), [4, 3, 1, 8]);
      await connection.finished;
    });
  });
}

Deno.test("shutdown() gives up at its deadline when the peer does not read", async () => {
  const sizes = { inBufferSize: 0, outBufferSize: 0 };
  await withEnds(sizes, async ([connection, client]) => {
    const writes = [
      connection.write(bytes("abc")),
      connection.write(bytes("d")),
    ]
      .map(outcome);
    assertEquals(connection.bufferedAmount, 4);
    const { TimedOut } = Deno.errors;
    await assertRejects(() => connection.shutdown({ deadline: 5 }), TimedOut);
    assertEquals(await Promise.all(writes), ["TimedOut", "TimedOut"]);
    assertEquals(await client.read(new Uint8Array(1)), null);
  });
});

Deno.test("a peer that goes ends the pending write with BrokenPipe", async () => {
  const sizes = { inBufferSize: 0, outBufferSize: 0 };
  await withEnds(sizes, async ([connection, client]) => {
    const write = outcome(connection.write(bytes("abc")));
    const queued = outcome(connection.write(bytes("def")));
    client.abort();
    assertEquals([await write, await queued], ["BrokenPipe", "BrokenPipe"]);
  });
});

Deno.test("readable and writable carry bytes and their end", async () => {
  await withEnds({ type: "message" }, async ([connection, client]) => {
    const writer = client.writable.getWriter();
    const sent = pattern(100_000);
    const writing = writer.write(sent).then(() => writer.close());
    const reader = connection.readable.getReader({ mode: "byob" });
    const first = await reader.read(new Uint8Array(10), { min: 1 });
    assertEquals(first.value, sent.subarray(0, 10));
    reader.releaseLock();
    const chunks: number[] = [];
    for await (const chunk of connection.readable) chunks.push(...chunk);
    assertEquals(new Uint8Array(chunks), sent.subarray(10));
    await writing;
    await connection.write(bytes("still"));
    assertEquals(await client.read(new Uint8Array(9)), 5);
  });
});

Deno.test("a silent connection holds no buffer on a byte pipe", async () => {
  await withEnds({}, async ([connection, client], world) => {
    const read = connection.read(new Uint8Array(1));
    assertEquals(world.proactor.metrics().bufferBytes, 0);
    await client.write(bytes("x"));
    assertEquals(await read, 1);
    await until(() => world.sim.pendingOperations === 0);
  });
});
