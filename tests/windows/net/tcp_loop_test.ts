/** asyncio's TCP methods, on the event loop. */

import { assertEquals, assertRejects } from "@std/assert";
import { InvalidStateError, ProactorEventLoop } from "../../../mod.ts";
import { run } from "../../../src/loop/mod.ts";
import type { ExceptionContext } from "../../../src/loop/exception_handler.ts";
import { encode } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import { Recorder } from "../_recorder.ts";
import { UpperCase } from "./_tcp.ts";

const HOST = "127.0.0.1";

async function ask(loop: ProactorEventLoop, port: number, text: string) {
  const [transport, client] = await loop.createConnection(
    () => new Recorder(),
    HOST,
    port,
  );
  transport.write(encode(text));
  transport.writeEof();
  assertEquals(await client.lost.promise, null);
  return client.text;
}

Deno.test("createServer() serves five clients at once, and none after close()", async () => {
  await using loop = new ProactorEventLoop();
  const server = await loop.createServer(() => new UpperCase(), HOST, 0);
  const { port } = server.addr;
  const texts = [0, 1, 2, 3, 4].map((i) => `lower-${i}`);
  const answers = Promise.all(texts.map((text) => ask(loop, port, text)));
  assertEquals(
    await soon(loop.runUntilComplete(answers)),
    texts.map((text) => text.toUpperCase()),
  );
  await soon(server.shutdown());
  await assertRejects(
    () => soon(loop.createConnection(() => ({}), HOST, port)),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("createServer() and createConnection() take localhost", async () => {
  await using loop = new ProactorEventLoop();
  const factory = () => new UpperCase();
  const server = await loop.createServer(factory, "localhost", 0);
  const [transport, client] = await loop.createConnection(
    () => new Recorder(),
    "localhost",
    server.addr.port,
  );
  transport.write(encode("name"));
  await until(() => client.text === "NAME");
  transport.abort();
  await soon(client.lost.promise);
  await soon(server.shutdown());
});

Deno.test("createServer() gives accept errors to the exception handler", async () => {
  await using loop = new ProactorEventLoop();
  const contexts: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => contexts.push(context));
  const factory = () => {
    throw new Error("no protocol");
  };
  const server = await loop.createServer(factory, HOST, 0);
  const [, client] = await loop.createConnection(
    () => new Recorder(),
    HOST,
    server.addr.port,
  );
  await soon(client.lost.promise);
  assertEquals(contexts.map(({ message }) => message), ["TCP accept failed"]);
  await soon(server.shutdown());
});

Deno.test("createServer() and createConnection() refuse a closed loop", async () => {
  const loop = new ProactorEventLoop();
  await loop.close();
  await assertRejects(
    () => loop.createServer(() => ({}), HOST, 0),
    InvalidStateError,
  );
  await assertRejects(
    () => loop.createConnection(() => ({}), HOST, 80),
    InvalidStateError,
  );
});

Deno.test("createServer() and createConnection() refuse what is malformed", async () => {
  await using loop = new ProactorEventLoop();
  const factory = "factory" as unknown as () => object;
  await assertRejects(() => loop.createServer(factory, HOST, 0), TypeError);
  await assertRejects(
    () => loop.createConnection(factory, HOST, 80),
    TypeError,
  );
  const host = 5 as unknown as string;
  await assertRejects(() => loop.createServer(() => ({}), host, 0), TypeError);
  await assertRejects(
    () => loop.createServer(() => ({}), HOST, 70_000),
    RangeError,
  );
});

Deno.test("close() of the loop ends its server and its connections", async () => {
  const loop = new ProactorEventLoop();
  const served = new Recorder();
  const server = await loop.createServer(() => served, HOST, 0);
  const [, client] = await loop.createConnection(
    () => new Recorder(),
    HOST,
    server.addr.port,
  );
  await until(() => served.events.length > 0);
  await soon(loop.close());
  await soon(Promise.all([client.lost.promise, served.lost.promise]));
  await soon(server.finished);
});

Deno.test("run() drives a server and its client", async () => {
  const text = await soon(run(async () => {
    await using loop = new ProactorEventLoop();
    const server = await loop.createServer(() => new UpperCase(), HOST, 0);
    const answer = await ask(loop, server.addr.port, "run");
    await server.shutdown();
    return answer;
  }));
  assertEquals(text, "RUN");
});
