/**
 * System calls that throw, as FFI does when an argument is out of range, and
 * sizes that would make it: everything is given back, and it is told.
 */

import { assertEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { stub } from "@std/testing/mock";
import {
  ERROR_INVALID_PARAMETER,
  WAIT_TIMEOUT,
} from "../../src/ffi/constants.ts";
import { encodeSocketAddress } from "../../src/ffi/socket/sockaddr.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { DatagramHandle } from "../../src/net/udp/datagram_channel.ts";
import { UdpSocket } from "../../src/net/udp/udp_socket.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { associateSocket } from "../../src/proactor/call/socket_association.ts";
import { inWorld, PATH, test, type World } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { pipeEnds } from "./_pipe_ends.ts";
import { rig } from "./_recorder.ts";
import { bound, listener, LOCAL } from "./_sockets.ts";

const THROWN = "Exception in a system call";

/** As FFI says that a number is no DWORD. */
function refuse(): never {
  throw new TypeError("Expected number");
}

async function withEnds(
  body: (world: World, ends: PipeConnection[]) => Promise<void>,
  options = {},
): Promise<void> {
  await inWorld({}, async (world) => {
    const ends = await pipeEnds(world, options);
    await body(world, ends);
    for (const end of ends) end.abort();
    await Promise.all(ends.map((end) => end.finished));
  });
}

async function assertInvalid(promise: Promise<unknown>): Promise<void> {
  const error = await assertRejects(() => promise, Error);
  assertEquals(Reflect.get(error, "winerror"), ERROR_INVALID_PARAMETER);
}

for (const type of ["byte", "message"] as const) {
  Deno.test(`write() of a ${type} pipe gives everything back when WriteFile throws`, async () => {
    await withEnds(async (world, [end, peer]) => {
      const before = world.inUse;
      using _throws = stub(world.sim, "writeFile", refuse);
      await assertInvalid(end!.write(bytes("abc")));
      assertEquals([world.inUse, end!.bufferedAmount], [before, 0]);
      assertEquals(world.takeReports(), [THROWN]);
      await assertInvalid(end!.write(bytes("abc")));
      await assertInvalid(peer!.write(new Uint8Array(200_000)));
      assertEquals(world.takeReports(), [THROWN]);
    }, { type });
  });

  Deno.test(`read() of a ${type} pipe gives everything back when ReadFile throws`, async () => {
    await withEnds(async (world, [end]) => {
      const before = world.inUse;
      using _throws = stub(world.sim, "readFile", refuse);
      await assertInvalid(end!.read(new Uint8Array(9)));
      assertEquals(world.inUse, before);
      assertEquals(world.takeReports(), [THROWN]);
    }, { type });
  });
}

Deno.test("writes that wait fail when WriteFile throws in their turn", async () => {
  await withEnds(async (world, [end, peer]) => {
    const first = end!.write(new Uint8Array(70_000));
    const others = [1, 2].map(() => end!.write(bytes("abc")));
    const throws = stub(world.sim, "writeFile", refuse);
    const target = new Uint8Array(65_536);
    const failed = Promise.all([first, ...others].map(assertInvalid));
    for (let rest = 65_536; rest > 0;) rest -= await peer!.read(target) ?? NaN;
    await failed;
    throws.restore();
    assertEquals(end!.bufferedAmount, 0);
    assertEquals(world.takeReports(), [THROWN]);
  });
});

Deno.test("reads that wait fail when ReadFile throws in their turn", async () => {
  await withEnds(async (world, [end, peer]) => {
    const reads = [1, 2].map(() => end!.read(new Uint8Array(9)));
    const throws = stub(world.sim, "readFile", refuse);
    void peer!.write(bytes("abc"));
    await Promise.all(reads.map(assertInvalid));
    throws.restore();
    assertEquals(world.takeReports(), [THROWN]);
  });
});

Deno.test("a transport is lost when WriteFile or ReadFile throws", async () => {
  for (const name of ["writeFile", "readFile"] as const) {
    await inWorld({}, async (world) => {
      const { transport, protocol, peer } = rig(world);
      const throws = stub(world.sim, name, refuse);
      if (name === "writeFile") transport.write(bytes("abc"));
      else {
        transport.pauseReading();
        throws.restore();
        const sent = world.proactor.send(peer, bytes("abc"));
        using _again = stub(world.sim, name, refuse);
        transport.resumeReading();
        await turns();
        await sent;
      }
      await transport.finished;
      assertInstanceOf(protocol.error, Error);
      assertEquals(world.takeReports(), [THROWN]);
      if (name === "writeFile") throws.restore();
      world.close(peer);
    });
  }
});

test.world("send() and recv() of the proactor throw what WriteFile and ReadFile throw", (world) => {
  const { server, client } = world.pair();
  using _read = stub(world.sim, "readFile", refuse);
  using _write = stub(world.sim, "writeFile", refuse);
  assertThrows(() => world.proactor.send(server, bytes("a")), TypeError);
  assertThrows(() => world.proactor.recv(server, 9), TypeError);
  assertEquals(world.inUse, [0, 0, 0]);
  world.close(server, client);
});

test.world("a listener arms the next instance when ConnectNamedPipe throws", async (world) => {
  const { proactor } = world;
  const throws = stub(world.sim, "connectNamedPipe", refuse);
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const server = PipeServer.listen(PATH, { instances: 1, onError, proactor });
  await turns();
  throws.restore();
  assertEquals([...new Set(world.takeReports())], [THROWN]);
  const accepted = server.accept();
  const client = await connectPipe(PATH, { proactor, waitForServer: true });
  const served = await accepted;
  for (const end of [client, served]) end.abort();
  await server.shutdown();
  world.takeReports();
  await Promise.all([client.finished, served.finished]);
});

test.world("a client still connects when the wait for an instance throws", async (world) => {
  const { proactor } = world;
  const server = PipeServer.listen(PATH, { maxInstances: 1, proactor });
  const first = await connectPipe(PATH, { proactor });
  const throws = stub(world.sim, "fsControl", refuse);
  const second = connectPipe(PATH, { proactor, waitForServer: true });
  await until(() => world.reports.length > 0);
  throws.restore();
  const served = await server.accept();
  for (const end of [first, served]) end.abort();
  const ends = [await second, await server.accept()];
  for (const end of ends) end.abort();
  await server.shutdown();
  await Promise.all([first, served, ...ends].map((end) => end.finished));
  assertEquals([...new Set(world.takeReports())], [THROWN]);
});

test.world("accept() closes the socket that it has made when AcceptEx throws", (world) => {
  const socket = listener(world);
  using _throws = stub(world.sim.sockets, "acceptEx", refuse);
  assertThrows(() => world.proactor.accept(socket), TypeError);
  assertEquals(world.inUse, [0, 0, 0]);
  world.close(socket);
});

test.world("waitForHandle() closes its duplicate when the registration throws", (world) => {
  const { server, client } = world.pair();
  using _throws = stub(world.sim.waits, "registerWait", refuse);
  using _busy = stub(world.sim.waits, "tryWait", () => WAIT_TIMEOUT);
  assertThrows(() => world.proactor.waitForHandle(server), TypeError);
  assertEquals(world.inUse, [0, 0, 0]);
  world.close(server, client);
});

// --- datagrams ---------------------------------------------------------------

function datagramSocket(world: World): UdpSocket {
  const { port, sim } = world;
  const { sockets } = sim;
  const socket: Handle = bound(world, "datagram");
  const local = { transport: "udp", hostname: "127.0.0.1", port: 1 } as const;
  const handle: DatagramHandle = {
    port,
    sockets,
    handle: associateSocket(port, sockets, socket),
    rules: { family: "IPv4", dualStack: false },
    local,
    remote: local,
    remoteName: encodeSocketAddress({
      family: "IPv4",
      hostname: "127.0.0.1",
      port: 1,
    }),
    reportUnreachable: false,
    deadline: undefined,
  };
  return new UdpSocket(handle);
}

test.world("a socket of datagrams goes on when a send or a receive throws", async (world) => {
  const socket = datagramSocket(world);
  const before = world.inUse;
  const throws = [
    stub(world.sim.sockets, "wsaSendTo", refuse),
    stub(world.sim.sockets, "wsaRecvFrom", refuse),
  ];
  await assertInvalid(socket.send(bytes("abc")));
  await assertInvalid(socket.receive());
  assertEquals([world.inUse, socket.bufferedAmount], [before, 0]);
  assertEquals(world.takeReports(), [THROWN, THROWN]);
  for (const one of throws) one.restore();
  assertEquals(await socket.send(bytes("abc")), 3);
  await socket.shutdown();
});

// --- sizes -------------------------------------------------------------------

/** 4 GiB that are never touched. */
function huge(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(2 ** 32);
}

Deno.test("messages of 4 GiB are refused before any call", async () => {
  await withEnds(async (world, [end]) => {
    const [before, calls] = [world.inUse, world.calls];
    await assertRejects(() => end!.write(huge()), RangeError, "4294967296");
    const writer = end!.writable;
    assertEquals([world.inUse, world.calls], [before, calls]);
    assertEquals(writer.locked, false);
    assertEquals(await end!.write(bytes("ok")), 2);
  }, { type: "message", inBufferSize: 9, outBufferSize: 9 });
  await inWorld({}, async (world) => {
    const { transport, protocol, peer } = rig(world, { type: "message" });
    assertThrows(() => transport.write(huge()), RangeError, "4294967296");
    assertEquals(protocol.log, ["made"]);
    transport.abort();
    world.close(peer);
    await transport.finished;
  });
});

test.world("one call of 4 GiB is refused by the proactor", (world) => {
  const { server, client } = world.pair();
  const socket = bound(world, "datagram");
  const { proactor } = world;
  const data = huge();
  assertThrows(() => proactor.send(server, data), RangeError);
  assertThrows(() => proactor.send(server, [data, data]), RangeError);
  assertThrows(() => proactor.sendTo(socket, data, LOCAL), RangeError);
  assertThrows(() => proactor.recv(server, 2 ** 32), RangeError);
  assertThrows(() => proactor.recvFrom(socket, 2 ** 32), RangeError);
  assertEquals(world.inUse, [0, 0, 0]);
  world.close(server, client, socket);
});

test.world("a datagram of 4 GiB is refused", async (world) => {
  const socket = datagramSocket(world);
  await assertRejects(() => socket.send(huge()), RangeError);
  await socket.shutdown();
});
