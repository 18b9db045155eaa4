/** What a signal ends, and what it leaves as it is. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { UdpSocket } from "../../src/net/udp/udp_socket.ts";
import type { StreamConnection } from "../../src/stream/stream_connection.ts";
import { inWorld, PATH, test, type World } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import { connections, datagramHandle } from "./_sockets.ts";

const MUCH = 1 << 20;

async function readAll(connection: StreamConnection): Promise<number> {
  const target = new Uint8Array(65_536);
  let length = 0;
  for (;;) {
    const count = await connection.read(target);
    if (count === null) return length;
    length += count;
  }
}

/** Lets a call wait, and aborts it. */
async function abortWhileWaiting(
  call: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const controller = new AbortController();
  const ended = assertRejects(() => call(controller.signal), Error, "enough");
  await turns();
  controller.abort(new Error("enough"));
  await ended;
}

function withEnds(
  use: (ends: [StreamConnection, StreamConnection]) => Promise<void>,
): Promise<void> {
  return inWorld({}, async (world) => {
    const [one, other] = await connections(world);
    await use([one!, other!]);
    one!.abort();
    other!.abort();
    await Promise.all([one!.finished, other!.finished]);
  });
}

function withServer(
  use: (server: PipeServer, world: World) => Promise<void>,
): Promise<void> {
  return inWorld({}, async (world) => {
    const { proactor } = world;
    await using server = PipeServer.listen(PATH, { proactor });
    await use(server, world);
  });
}

Deno.test("what an aborted write() was given is sent all the same, in order", () =>
  withEnds(async ([one, other]) => {
    await abortWhileWaiting((signal) =>
      one.write(new Uint8Array(MUCH), { signal })
    );
    const rest = one.write(bytes("rest"));
    const closing = one.shutdown();
    assertEquals(await readAll(other), MUCH + 4);
    await Promise.all([rest, closing]);
  }));

Deno.test("write() with a signal that is aborted already sends nothing", () =>
  withEnds(async ([one, other]) => {
    const signal = AbortSignal.abort(new Error("enough"));
    await assertRejects(
      () => one.write(bytes("no"), { signal }),
      Error,
      "enough",
    );
    await one.write(bytes("yes"));
    const target = new Uint8Array(9);
    assertEquals(text(target.subarray(0, (await other.read(target))!)), "yes");
  }));

Deno.test("a signal that is aborted after the end changes nothing", () =>
  withEnds(async ([one, other]) => {
    const controller = new AbortController();
    const { signal } = controller;
    const reading = other.read(new Uint8Array(9), { signal });
    assertEquals(await one.write(bytes("x"), { signal }), 1);
    assertEquals(await reading, 1);
    controller.abort();
    assertEquals(await one.write(bytes("y")), 1);
  }));

Deno.test("the failure of an aborted write() is told to the next one", () =>
  withEnds(async ([one, other]) => {
    await abortWhileWaiting((signal) =>
      one.write(new Uint8Array(MUCH), { signal })
    );
    other.abort();
    await other.finished;
    await turns();
    await assertRejects(() => one.write(bytes("x")));
  }));

Deno.test("an aborted closeWrite() closes the write side all the same", () =>
  withEnds(async ([one, other]) => {
    const writing = one.write(new Uint8Array(MUCH));
    await abortWhileWaiting((signal) => one.closeWrite({ signal }));
    assertEquals(await readAll(other), MUCH);
    await writing;
    await assertRejects(() => one.write(bytes("x")), Error, "closed");
  }));

Deno.test("an aborted shutdown() of a connection closes it all the same", () =>
  withEnds(async ([one, other]) => {
    const writing = one.write(new Uint8Array(MUCH));
    await abortWhileWaiting((signal) => one.shutdown({ signal }));
    assertEquals(await readAll(other), MUCH);
    await Promise.all([writing, one.finished]);
  }));

Deno.test("shutdown() with a signal that is aborted already closes nothing", () =>
  withEnds(async ([one]) => {
    const signal = AbortSignal.abort(new Error("enough"));
    await assertRejects(() => one.shutdown({ signal }), Error, "enough");
    assertEquals(await one.write(bytes("x")), 1);
  }));

Deno.test("an aborted accept() leaves the next client to the next call", () =>
  withServer(async (server, { proactor }) => {
    await abortWhileWaiting((signal) => server.accept({ signal }));
    const accepted = server.accept();
    using _client = await connectPipe(PATH, { proactor });
    using served = await accepted;
    assertEquals(served.localAddr, server.addr);
    assertEquals(server.closed(), false);
  }));

Deno.test("of two calls of accept() only the one with the signal is ended", () =>
  withServer(async (server, { proactor }) => {
    const first = server.accept();
    await abortWhileWaiting((signal) => server.accept({ signal }));
    using _client = await connectPipe(PATH, { proactor });
    using _served = await first;
  }));

Deno.test("a signal ends an iteration, and leaves the server open", () =>
  withServer(async (server, { proactor }) => {
    const controller = new AbortController();
    const { signal } = controller;
    const iterating = (async () => {
      for await (const served of server.values({ signal })) served.abort();
    })();
    using _client = await connectPipe(PATH, { proactor });
    await turns();
    controller.abort(new Error("enough"));
    await assertRejects(() => iterating, Error, "enough");
    assertEquals(server.closed(), false);
  }));

Deno.test("leaving values() closes the server, as leaving the server does", () =>
  withServer(async (server, { proactor }) => {
    using _client = await connectPipe(PATH, { proactor });
    for await (const served of server.values()) {
      served.abort();
      break;
    }
    assert(server.closed());
  }));

test.world("an aborted shutdown() of a server still aborts at its deadline", async ({ proactor }) => {
  const server = PipeServer.listen(PATH, { proactor });
  using _client = await connectPipe(PATH, { proactor });
  const served = await server.accept();
  const signal = AbortSignal.timeout(10);
  await assertRejects(() => server.shutdown({ deadline: 40, signal }));
  assertEquals(server.connections.has(served), true);
  await server.finished;
});

test.world("an aborted send() of UDP is sent all the same, and received", async (world) => {
  const socket = new UdpSocket(datagramHandle(world));
  world.sim.manual = true;
  await abortWhileWaiting((signal) =>
    socket.send(bytes("late"), socket.addr, { signal })
  );
  world.sim.manual = false;
  world.sim.completeAll();
  const got: string[] = [];
  await abortWhileWaiting(async (signal) => {
    for await (const [data] of socket.values({ signal })) {
      got.push(text(data));
    }
  });
  assertEquals(got, ["late"]);
  await socket.shutdown();
});

Deno.test("UdpSocket.connect() with an aborted signal makes no socket", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  const options = { hostname: "localhost", port: 5353, signal };
  await assertRejects(() => UdpSocket.connect(options), Error, "enough");
});
