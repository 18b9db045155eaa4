/** Sockets with a path on the event loop. */

import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { InvalidStateError, ProactorEventLoop } from "../../../mod.ts";
import type { UnixAddr } from "../../../src/net/mod.ts";
import type { Server } from "../../../src/loop/mod.ts";
import type { ExceptionContext } from "../../../src/loop/exception_handler.ts";
import { encode } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import { Recorder } from "../_recorder.ts";
import { UpperCase } from "./_tcp.ts";
import { fileExists, uniquePath, unixTest } from "./_unix.ts";

async function ask(loop: ProactorEventLoop, path: string): Promise<string> {
  const [transport, client] = await soon(
    loop.createUnixConnection(() => new Recorder(), path),
  );
  transport.write(encode("abc"));
  transport.writeEof();
  assertEquals(await soon(client.lost.promise), null);
  return client.text;
}

unixTest("createUnixServer() serves clients until it is closed", async () => {
  await using loop = new ProactorEventLoop();
  const path = uniquePath();
  const server: Server<UnixAddr> = await loop.createUnixServer(
    () => new UpperCase(),
    path,
  );
  assertEquals(server.addrs, [{ transport: "unix", path }]);
  const answers = Promise.all([1, 2, 3].map(() => ask(loop, path)));
  assertEquals(await soon(loop.runUntilComplete(answers)), [
    "ABC",
    "ABC",
    "ABC",
  ]);
  await soon(server.shutdown());
  assertFalse(fileExists(path));
  await assertRejects(
    () => soon(loop.createUnixConnection(() => ({}), path)),
    Deno.errors.ConnectionRefused,
  );
});

unixTest("getExtraInfo() knows the path and the socket", async () => {
  await using loop = new ProactorEventLoop();
  const path = uniquePath();
  const served = new Recorder();
  const server = await loop.createUnixServer(() => served, path);
  const [transport] = await soon(
    loop.createUnixConnection(() => ({}), path),
  );
  await until(() => served.events.length > 0);
  const named = { transport: "unix", path };
  const unnamed = { transport: "unix", path: "" };
  assertEquals(transport.getExtraInfo("peername"), named);
  assertEquals(transport.getExtraInfo("sockname"), unnamed);
  assertEquals(served.transport.getExtraInfo("sockname"), named);
  assertEquals(served.transport.getExtraInfo("peername"), unnamed);
  assertEquals(typeof transport.getExtraInfo("socket"), "bigint");
  transport.close();
  await soon(server.shutdown());
});

unixTest("createUnixServer() with startServing: false only binds", async () => {
  await using loop = new ProactorEventLoop();
  const path = uniquePath();
  const options = { startServing: false };
  const factory = () => new UpperCase();
  const server = await loop.createUnixServer(factory, path, options);
  await assertRejects(
    () => soon(loop.createUnixConnection(() => ({}), path)),
    Deno.errors.ConnectionRefused,
  );
  await server.startServing();
  assertEquals(await ask(loop, path), "ABC");
  await soon(server.shutdown());
});

unixTest("a factory that throws loses its client only", async () => {
  await using loop = new ProactorEventLoop();
  const contexts: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => contexts.push(context));
  const path = uniquePath();
  let calls = 0;
  const server = await loop.createUnixServer(() => {
    if (++calls === 1) throw new Error("no protocol");
    return new UpperCase();
  }, path);
  const [, client] = await soon(
    loop.createUnixConnection(() => new Recorder(), path),
  );
  await soon(client.lost.promise);
  assertEquals(contexts.map(({ message }) => message), ["Unix accept failed"]);
  assertEquals(await ask(loop, path), "ABC");
  await assertRejects(
    () =>
      soon(loop.createUnixConnection(() => {
        throw new Error("no protocol");
      }, path)),
    Error,
    "no protocol",
  );
  await soon(server.shutdown());
});

unixTest(
  "unix methods of a closed loop, or without a path, are refused",
  async () => {
    await using loop = new ProactorEventLoop();
    const path = uniquePath();
    const factory = "factory" as unknown as () => object;
    await assertRejects(() => loop.createUnixServer(factory, path), TypeError);
    await assertRejects(
      () => loop.createUnixConnection(factory, path),
      TypeError,
    );
    await assertRejects(() => loop.createUnixServer(() => ({}), ""), TypeError);
    await loop.close();
    await assertRejects(
      () => loop.createUnixServer(() => ({}), path),
      InvalidStateError,
    );
    await assertRejects(
      () => loop.createUnixConnection(() => ({}), path),
      InvalidStateError,
    );
  },
);
