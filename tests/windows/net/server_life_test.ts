/** Servers of the event loop, from asyncio's test_server.py: how they end. */

import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { CancelledError, InvalidStateError } from "../../../mod.ts";
import { connectTcp } from "../../../src/net/mod.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { test } from "../_setup.ts";
import { encode } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import { Recorder } from "../_recorder.ts";
import { ask, join, serve } from "./_server.ts";
import { isSocket } from "./_sockets.ts";

const { AddrInUse, ConnectionRefused } = Deno.errors;

test.loop("startServing: false binds, and startServing() lets clients connect", async (loop) => {
  const server = await serve(loop, "localhost", { startServing: false });
  assertFalse(server.isServing());
  assertFalse(server.closed());
  assertEquals(server.sockets.length, 2);
  const { hostname, port } = server.addr;
  const { proactor } = loop;
  await assertRejects(
    () => soon(connectTcp({ hostname, port, proactor })),
    ConnectionRefused,
  );
  await server.startServing();
  await server.startServing();
  assert(server.isServing());
  for (const addr of server.addrs) assertEquals(await ask(loop, addr), "ABC");
  await soon(server.shutdown());
  assertFalse(server.isServing());
  await assertRejects(
    () => server.startServing(),
    InvalidStateError,
    "Cannot start serving: the server is closed",
  );
});

test.loop("a server that never served can be closed", async (loop) => {
  const server = await serve(loop, null, { startServing: false });
  const sockets = server.sockets.map((socket) => socket.fileno());
  assertEquals(sockets.map(isSocket), [true, true]);
  server.close();
  await soon(server.waitClosed());
  assertEquals(sockets.map(isSocket), [false, false]);
});

test.loop("startServing() that fails closes the server", async (loop) => {
  const server = await serve(loop, "localhost", { startServing: false });
  const sockets = defaultSockets();
  const listen = sockets.listen.bind(sockets);
  let calls = 0;
  sockets.listen = (...args) => ++calls === 2 ? 10048 : listen(...args);
  try {
    await assertRejects(
      () => server.startServing(),
      AddrInUse,
      "Cannot listen",
    );
  } finally {
    Reflect.deleteProperty(sockets, "listen");
  }
  assert(server.closed());
  await soon(server.waitClosed());
});

test.loop("serveForever() ends with close(), and the server is closed then", async (loop) => {
  const server = await serve(loop, "127.0.0.1", { startServing: false });
  const serving = server.serveForever();
  const ended = assertRejects(() => serving, CancelledError);
  await until(() => server.isServing());
  await assertRejects(
    () => server.serveForever(),
    InvalidStateError,
    "it does already",
  );
  assertEquals(await ask(loop, server.addr), "ABC");
  server.close();
  await soon(ended);
  assertEquals(server.sockets, []);
  assertFalse(server.isServing());
  await assertRejects(
    () => server.serveForever(),
    InvalidStateError,
    "the server is closed",
  );
});

test.loop("serveForever() in a task ends when a protocol cancels the task", async (loop) => {
  const protocol = { connectionMade: () => void task.cancel() };
  const server = await loop.createServer(() => protocol, "127.0.0.1", 0, {
    startServing: false,
  });
  const task = loop.createTask((signal) => server.serveForever({ signal }));
  const { hostname, port } = server.addr;
  loop.callLater(1, async () => {
    await until(() => server.isServing());
    const [transport] = await loop.createConnection(
      () => ({}),
      hostname,
      port,
    );
    transport.close();
  });
  await assertRejects(
    () => soon(loop.runUntilComplete(task)),
    CancelledError,
  );
  assert(task.cancelled());
  assertEquals(server.sockets, []);
  assertFalse(server.isServing());
  await soon(server.waitClosed());
});

test.loop("serveForever() with a signal rejects with its reason when all are gone", async (loop) => {
  const server = await serve(loop, "127.0.0.1");
  const controller = new AbortController();
  const { signal } = controller;
  let ended = false;
  const serving = server.serveForever({ signal })
    .finally(() => ended = true);
  const outcome = assertRejects(() => serving, Error, "enough");
  const { transport } = await join(loop, server);
  controller.abort(new Error("enough"));
  await until(() => server.closed());
  for (let i = 0; i < 5; i++) await turn();
  assertFalse(ended);
  transport.close();
  await soon(outcome);
  await assertRejects(() => server.serveForever({ signal }), Error, "enough");
});

test.loop("serveForever() ends when the proactor is closed", async (loop) => {
  const server = await serve(loop, "localhost");
  const ended = assertRejects(() => server.serveForever(), CancelledError);
  await turn();
  await soon(loop.close());
  await soon(ended);
  assert(server.closed());
});

test.loop("waitClosed() waits for close() and for the last client", async (loop) => {
  const server = await serve(loop, "127.0.0.1");
  let closed = false;
  const waiting = server.waitClosed().then(() => closed = true);
  const { transport, client } = await join(loop, server);
  for (let i = 0; i < 5; i++) await turn();
  assertFalse(closed);
  server.close();
  for (let i = 0; i < 5; i++) await turn();
  assertFalse(closed, "a client is there");
  transport.write(encode("abc"));
  await until(() => client.text === "ABC");
  transport.close();
  await soon(waiting);
  await server.waitClosed();
});

test.loop("waitClosed() ends when server and client close in one turn", async (loop) => {
  const server = await serve(loop, "127.0.0.1");
  const { transport } = await join(loop, server);
  server.close();
  transport.close();
  await soon(server.waitClosed());
});

for (const how of ["closeClients", "abortClients"] as const) {
  test.loop(`${how}() after close() ends the server`, async (loop) => {
    const server = await serve(loop, "localhost");
    const joined = [await join(loop, server), await join(loop, server)];
    server.close();
    server[how]();
    await soon(server.waitClosed());
    assertEquals(server.connections.size, 0);
    for (const { client } of joined) await soon(client.lost.promise);
  });
}

test.loop("abortClients() ends clients that read nothing, closeClients() waits", async (loop) => {
  const served: Recorder[] = [];
  const factory = () => {
    const recorder = new Recorder();
    served.push(recorder);
    return recorder;
  };
  const server = await loop.createServer(factory, "127.0.0.1", 0);
  const { transport } = await join(loop, server);
  transport.pauseReading();
  const [writer] = served;
  const block = new Uint8Array(1 << 20);
  while (writer!.transport.getWriteBufferSize() < (1 << 22)) {
    writer!.transport.write(block);
    await turn();
  }
  server.close();
  server.closeClients();
  for (let i = 0; i < 5; i++) await turn();
  assertEquals(server.connections.size, 1);
  server.abortClients();
  await soon(server.waitClosed());
  transport.abort();
});

test.loop("a signal closes a server, connections live on", async (loop) => {
  const controller = new AbortController();
  const { signal } = controller;
  const server = await serve(loop, "localhost", { signal });
  const { transport, client } = await join(loop, server);
  controller.abort();
  assert(server.closed());
  transport.write(encode("abc"));
  await until(() => client.text === "ABC");
  transport.close();
  await soon(server.finished);
  await assertRejects(
    () => serve(loop, "localhost", { signal }),
    DOMException,
  );
});

test.loop("shutdown() with a deadline aborts who stays", async (loop) => {
  const server = await serve(loop, "localhost");
  const { client } = await join(loop, server);
  await soon(server.shutdown({ deadline: 10 }));
  await soon(client.lost.promise);
  await assertRejects(() => server.shutdown({ deadline: -1 }), RangeError);
});

test.loop("getLoop() and the sockets of a server", async (loop) => {
  await using server = await serve(loop, "localhost");
  assertEquals(server.getLoop(), loop);
  assertEquals(server.sockets.length, 2);
  assert(server.sockets.every((socket) => isSocket(socket.fileno())));
});
