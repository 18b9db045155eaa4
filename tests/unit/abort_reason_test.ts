/**
 * What is cancelled rejects with the reason of the signal, whatever that is, as
 * everywhere on the web platform; a cancellation without one is asyncio's.
 */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { UdpSocket } from "../../src/net/udp/udp_socket.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { frontOf } from "../../src/stream/connection_front.ts";
import { CancelledError, Future } from "../../src/proactor/future/future.ts";
import { PATH, type World } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import { test } from "./_loop.ts";
import {
  bound,
  connections,
  datagramHandle,
  FILE,
  listener,
  putFile,
} from "./_sockets.ts";

const REASONS = [null, "", 0, false, "text", new Error("enough")];

/** Waits for something that does not come, until the signal is aborted. */
type Waiter = (world: World, signal: AbortSignal) => Promise<Waiting>;

interface Waiting {
  ended: PromiseLike<unknown>;
  cleanUp?: () => unknown;
}

const WAITERS: Record<string, Waiter> = {
  "recv()": (world, signal) =>
    withPipe(world, ({ server }) => world.proactor.recv(server, 1, { signal })),
  "send()": (world, signal) =>
    withPipe(world, ({ server }) => {
      const data = new Uint8Array(200_000);
      return world.proactor.send(server, data, { signal });
    }),
  // deno-lint-ignore require-await -- as the others
  "acceptPipe()": async (world, signal) => {
    const pipe = world.serve();
    const ended = world.proactor.acceptPipe(pipe, { signal });
    return { ended, cleanUp: () => world.close(pipe) };
  },
  // deno-lint-ignore require-await -- as the others
  "connectPipe() of the proactor": async ({ proactor }, signal) => ({
    ended: proactor.connectPipe(PATH, { waitForServer: true, signal }),
  }),
  // deno-lint-ignore require-await -- as the others
  "connectPipe()": async ({ proactor }, signal) => ({
    ended: connectPipe(PATH, { waitForServer: true, signal, proactor }),
  }),
  // deno-lint-ignore require-await -- as the others
  "waitForHandle()": async (world, signal) => {
    const event = world.sim.waits.createEvent(true);
    const ended = world.proactor.waitForHandle(event, { signal });
    return { ended, cleanUp: () => world.close(event) };
  },
  // deno-lint-ignore require-await -- as the others
  "accept()": async (world, signal) => {
    const server = listener(world);
    const ended = world.proactor.accept(server, { signal });
    return { ended, cleanUp: () => world.close(server) };
  },
  // deno-lint-ignore require-await -- as the others
  "recvFrom()": async (world, signal) => {
    const handle = bound(world, "datagram");
    const ended = world.proactor.recvFrom(handle, 1, { signal });
    return { ended, cleanUp: () => world.close(handle) };
  },
  "read() of a connection": (world, signal) =>
    withConnection(world, (end) => end.read(new Uint8Array(1), { signal })),
  "whenReadable() of a connection": (world, signal) =>
    withConnection(world, (end) => frontOf(end)!.whenReadable(signal)),
  "write() of a connection": (world, signal) =>
    withConnection(
      world,
      (end) => end.write(new Uint8Array(1 << 20), { signal }),
    ),
  "closeWrite() of a connection": (world, signal) =>
    withConnection(world, (end) => {
      end.write(new Uint8Array(1 << 20)).catch(() => {}); // goes out before
      return end.closeWrite({ signal });
    }),
  "shutdown() of a connection": (world, signal) =>
    withConnection(world, (end) => {
      end.write(new Uint8Array(1 << 20)).catch(() => {}); // goes out before
      return end.shutdown({ signal });
    }),
  "accept() of a server": (world, signal) =>
    withServer(world, (server) => server.accept({ signal })),
  "values() of a server": (world, signal) =>
    withServer(world, (server) => server.values({ signal }).next()),
  "shutdown() of a server": async (world, signal) => {
    const { proactor } = world;
    const server = PipeServer.listen(PATH, { proactor });
    const client = await connectPipe(PATH, { proactor });
    const served = await server.accept();
    return {
      ended: server.shutdown({ signal }),
      cleanUp: async () => {
        client.abort();
        served.abort();
        server.close(); // not begun where the signal came before
        await server.finished;
      },
    };
  },
  "receive() of UDP": (world, signal) =>
    withUdp(world, (socket) => socket.receive(undefined, { signal })),
  "values() of UDP": (world, signal) =>
    withUdp(world, (socket) => socket.values({ signal }).next()),
  "send() of UDP": (world, signal) =>
    withUdp(world, (socket) => {
      world.sim.manual = true;
      return socket.send(bytes("x"), socket.addr, { signal });
    }),
  "shutdown() of UDP": (world, signal) =>
    withUdp(world, (socket) => {
      world.sim.manual = true;
      socket.send(bytes("x"), socket.addr).catch(() => {}); // goes out before
      return socket.shutdown({ signal });
    }),
  "readMessage()": async (world, signal) => {
    const { proactor } = world;
    const server = PipeServer.listen(PATH, { proactor, type: "message" });
    const client = await connectPipe(PATH, { proactor, readMode: "message" });
    const served = await server.accept();
    return {
      ended: client.readMessage({ signal }),
      cleanUp: async () => {
        client.abort();
        served.abort();
        await server.shutdown();
      },
    };
  },
  "sendFile()": (world, signal) =>
    withConnection(world, (end) => {
      putFile(world, bytes("abc"));
      end.write(new Uint8Array(1 << 20)).catch(() => {}); // has the turn
      return end.sendFile(FILE, { signal, files: world.sim.sendFile });
    }),
};

async function withPipe(
  world: World,
  wait: (pair: { server: Handle; client: Handle }) => PromiseLike<unknown>,
): Promise<Waiting> {
  const pair = world.pair();
  await turns(1);
  const cleanUp = () => world.close(pair.server, pair.client);
  return { ended: wait(pair), cleanUp };
}

async function withConnection(
  world: World,
  wait: (
    end: Awaited<ReturnType<typeof connections>>[0],
  ) => PromiseLike<unknown>,
): Promise<Waiting> {
  const ends = await connections(world);
  return {
    ended: wait(ends[0]),
    cleanUp: () => ends.map((end) => end.abort()),
  };
}

// deno-lint-ignore require-await -- as the others
async function withServer(
  { proactor }: World,
  wait: (server: PipeServer) => PromiseLike<unknown>,
): Promise<Waiting> {
  const server = PipeServer.listen(PATH, { proactor });
  return { ended: wait(server), cleanUp: () => server.shutdown() };
}

// deno-lint-ignore require-await -- as the others
async function withUdp(
  world: World,
  wait: (socket: UdpSocket) => PromiseLike<unknown>,
): Promise<Waiting> {
  const socket = new UdpSocket(datagramHandle(world));
  const cleanUp = async () => {
    world.sim.manual = false;
    world.sim.completeAll();
    socket.abort();
    await socket.finished;
  };
  return { ended: wait(socket), cleanUp };
}

/** The value it was rejected with, in a list. */
async function rejection(ended: PromiseLike<unknown>): Promise<unknown[]> {
  try {
    await ended;
  } catch (error) {
    return [error];
  }
  return [];
}

for (const [name, wait] of Object.entries(WAITERS)) {
  for (const when of ["before", "while it waits"]) {
    test.world(`${name} rejects with any reason: aborted ${when}`, async (world) => {
      for (const reason of REASONS) {
        const controller = new AbortController();
        if (when === "before") controller.abort(reason);
        const waiting = await wait(world, controller.signal);
        const ended = rejection(waiting.ended);
        await turns();
        controller.abort(reason);
        const rejected = await ended;
        assertEquals(rejected.length, 1);
        assert(Object.is(rejected[0], reason), `${rejected[0]}: ${reason}`);
        await waiting.cleanUp?.();
        await turns();
      }
    });
  }
}

/** A signal, and how many listen to it. */
class CountedSignal {
  readonly #controller = new AbortController();
  listeners = 0;

  get signal(): AbortSignal {
    const { signal } = this.#controller;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => {
      this.listeners++;
      Reflect.apply(addEventListener, signal, args);
    };
    signal.removeEventListener = (...args: unknown[]) => {
      this.listeners--;
      Reflect.apply(removeEventListener, signal, args);
    };
    return signal;
  }
}

for (const [name, wait] of Object.entries(WAITERS)) {
  test.world(`${name} that something else ends leaves no listener`, async (world) => {
    const counted = new CountedSignal();
    const { ended, cleanUp } = await wait(world, counted.signal);
    const rejected = rejection(ended);
    await turns();
    assert(counted.listeners > 0, "nothing listens while it waits");
    await cleanUp?.();
    if (cleanUp === undefined) await world.proactor.close();
    await rejected;
    await turns();
    assertEquals(counted.listeners, 0);
  });
}

test.world("a read that data end leaves no listener on its signal", async (world) => {
  const [end, peer] = await connections(world);
  const counted = new CountedSignal();
  const { signal } = counted;
  const waits = [
    () => end.read(new Uint8Array(1), { signal }),
    () => frontOf(end)!.whenReadable(signal),
  ];
  for (const wait of waits) {
    const ended = wait();
    await turns();
    assertEquals(counted.listeners, 1);
    await peer.write(bytes("x"));
    await ended;
    assertEquals(counted.listeners, 0);
  }
  end.abort();
  peer.abort();
});

Deno.test("cancel() of a future takes any reason; undefined is none", async () => {
  for (const reason of REASONS) {
    const future = new Future<void>();
    assert(future.cancel(reason));
    assert(future.cancelled());
    assertEquals(await rejection(future), [reason]);
  }
  const future = new Future<void>();
  future.cancel(undefined);
  assertInstanceOf((await rejection(future))[0], CancelledError);
});

test.loop("cancel() of a task takes any reason; undefined is none", async ({ loop }) => {
  for (const reason of REASONS) {
    const task = loop.createTask((signal) => {
      const { promise, reject } = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => reject(signal.reason));
      loop.callSoon(() => task.cancel(reason));
      return promise;
    });
    assertEquals(await rejection(loop.runUntilComplete(task)), [reason]);
    assert(task.cancelled());
    const early = loop.createTask(() => {});
    early.cancel(reason);
    assertEquals(await rejection(loop.runUntilComplete(early)), [reason]);
  }
  const task = loop.createTask(() => {});
  task.cancel(undefined);
  const [error] = await rejection(loop.runUntilComplete(task));
  assertInstanceOf(error, CancelledError);
});
