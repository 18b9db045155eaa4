import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import { connectPipe } from "../../mod.ts";
import { test } from "./_setup.ts";
import { encode, pattern } from "./_bytes.ts";
import { uniquePipeName } from "./_pipes.ts";
import { soon, turn, until } from "./_turns.ts";

import { openPipeTransport, servePipe } from "../../src/pipe/pipe_protocol.ts";
import { connected, Recorder } from "./_recorder.ts";

test.eachMode(
  "a protocol is told of the connection, the data, the end and the loss",
  connected(async (client, served) => {
    client.transport.write(encode("hello"));
    await until(() => served.text === "hello");
    served.transport.write(encode("world"));
    await until(() => client.text === "world");
    client.transport.close();
    assertStrictEquals(await soon(served.lost.promise), null);
    assertStrictEquals(await soon(client.lost.promise), null);
    assertEquals(served.events, ["made", "data", "eof", "lost"]);
    assertEquals(client.events, ["made", "data", "lost"]);
  }),
);

test.eachMode(
  "dataReceived() owns its bytes: later data do not change them",
  connected(async (client, served) => {
    for (const text of ["one", "two", "three"]) {
      client.transport.write(encode(text));
      await until(() => served.text.endsWith(text));
    }
    assertEquals(served.text, "onetwothree");
  }),
);

test.proactor(
  "close() twice calls connectionLost() once, and abort() after it nothing",
  connected(async (client) => {
    client.transport.close();
    client.transport.close();
    client.transport.abort();
    assertFalse(client.events.includes("lost"));
    assertStrictEquals(await soon(client.lost.promise), null);
    for (let i = 0; i < 5; i++) await turn();
    assertEquals(client.events, ["made", "lost"]);
  }),
);

test.proactor(
  "connectionLost() has the error when writing fails",
  connected(async (client, served) => {
    served.transport.pauseReading();
    client.transport.write(pattern(1_000_000));
    await turn();
    served.transport.abort();
    const error = await soon(client.lost.promise);
    assert(error === null || error instanceof Deno.errors.BrokenPipe);
    assertEquals(client.events.filter((event) => event === "lost").length, 1);
  }),
);

test.proactor("a protocol that throws loses its own connection only", async (proactor) => {
  const path = uniquePipeName();
  const reported: unknown[] = [];
  proactor.setLoop({
    schedule: queueMicrotask,
    report: (error) => reported.push(error),
  });
  const bad = new Error("a protocol's own");
  let count = 0;
  class Bad extends Recorder {
    readonly number = count++;
    override dataReceived(data: Uint8Array<ArrayBuffer>) {
      if (this.number === 0) throw bad;
      this.transport.write(data);
    }
  }
  const server = servePipe(() => new Bad(), path, { type: "byte", proactor });
  using first = await connectPipe(path, { proactor });
  await until(() => count === 1);
  using second = await connectPipe(path, { proactor });
  await until(() => count === 2);
  await first.write(encode("x"));
  assertStrictEquals(await soon(first.read(new Uint8Array(1))), null);
  await second.write(encode("x"));
  assertEquals(await soon(second.read(new Uint8Array(1))), 1);
  assertStrictEquals(reported[0], bad);
  second.close();
  first.close();
  await soon(server.shutdown());
});

test.proactor("servePipe() disconnects a client whose factory throws, and goes on", async (proactor) => {
  const path = uniquePipeName();
  const errors: unknown[] = [];
  const made: Recorder[] = [];
  const server = servePipe(
    () => {
      if (errors.length < 3) throw new Error("no protocol today");
      made.push(new Recorder());
      return made.at(-1)!;
    },
    path,
    { onError: (error) => errors.push(error), instances: 1, proactor },
  );
  for (let i = 0; i < 3; i++) {
    using client = await soon(connectPipe(path, { proactor }));
    assertStrictEquals(await soon(client.read(new Uint8Array(1))), null);
  }
  using client = await soon(connectPipe(path, { proactor }));
  await client.write(encode("x"));
  await until(() => made[0]?.text === "x");
  for (const error of errors) assertInstanceOf(error, Error);
  assertEquals(errors.length, 3);
  client.close();
  await soon(server.shutdown());
});

test.proactor("openPipeTransport() closes the handle when its factory throws", async (proactor) => {
  const path = uniquePipeName();
  const server = servePipe(() => new Recorder(), path, { proactor });
  await assertRejects(
    () =>
      openPipeTransport(
        () => {
          throw new Error("no protocol today");
        },
        path,
        { proactor },
      ),
    Error,
    "no protocol today",
  );
  await until(() => server.connections.size === 0);
  await soon(server.shutdown());
});

test.proactor(
  "setProtocol() gives later data to the new protocol",
  connected(async (client, served) => {
    client.transport.write(encode("old"));
    await until(() => served.text === "old");
    const next = new Recorder();
    served.transport.setProtocol(next);
    assertStrictEquals(served.transport.getProtocol(), next);
    client.transport.write(encode("new"));
    await until(() => next.text === "new");
    client.transport.close();
    await soon(next.lost.promise);
    served.lost.resolve(null);
    assertEquals(served.text, "old");
  }),
);

test.proactor(
  "getExtraInfo() knows the address and the handle",
  connected(async (client) => {
    assertEquals(typeof client.transport.getExtraInfo("addr"), "string");
    assertEquals(typeof client.transport.getExtraInfo("pipe"), "bigint");
    assertStrictEquals(client.transport.getExtraInfo("nothing"), undefined);
    await turn();
  }),
);
