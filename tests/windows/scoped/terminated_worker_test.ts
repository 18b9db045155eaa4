// These tests run twice: with --allow-ffi, and with a grant that names the
// libraries by absolute paths.
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { connectPipe, type IocpProactor, PipeServer } from "../../../mod.ts";
import { pipe } from "../../../src/pipe/mod.ts";
import {
  connectTcp,
  createSocket,
  TcpListener,
  UdpSocket,
} from "../../../src/net/mod.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { test } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { handleCount, isOpen } from "../_handles.ts";
import { uniquePipeName } from "../_pipes.ts";
import { soon, turn } from "../_turns.ts";
import { TestWorker } from "../_worker.ts";

defaultSockets();

const HOST = { hostname: "127.0.0.1", port: 0 };

/** Serves a pipe, a TCP port and a UDP port, by connections and by sockets. */
const SERVER = `
  import { PipeServer } from "src/pipe/pipe_server.ts";
  import { TcpListener } from "src/net/tcp/tcp_listener.ts";
  import { UdpSocket } from "src/net/udp/udp_socket.ts";
  import { createSocket } from "src/net/socket/socket.ts";
  const kept = [];
  async function serve(server) {
    for await (const connection of server) {
      kept.push(connection);
      connection.read(new Uint8Array(10)).catch(() => {});
      await connection.write(new Uint8Array(1));
    }
  }
  self.onmessage = async ({ data: { path, end } }) => {
    if (end) return self.close();
    const pipe = PipeServer.listen(path);
    const tcp = TcpListener.listen(${JSON.stringify(HOST)});
    const udp = await UdpSocket.listen(${JSON.stringify(HOST)});
    udp.receive().catch(() => {});
    const raw = createSocket();
    raw.bind({ family: "IPv4", ...${JSON.stringify(HOST)} });
    raw.listen();
    kept.push(udp, raw);
    serve(pipe);
    serve(tcp);
    self.postMessage({
      tcp: tcp.addr.port,
      udp: udp.addr.port,
      raw: raw.localAddr.port,
    });
  };
`;

/** Opens pipes, and closes them in good order. */
const TIDY = `
  import { IocpProactor } from "src/proactor/iocp_proactor.ts";
  import { pipe } from "src/pipe/anonymous_pipe.ts";
  self.onmessage = async ({ data: { keep } }) => {
    const proactor = new IocpProactor();
    const [a, b] = pipe({ duplex: true, proactor });
    const handles = [a.fileno(), b.fileno()];
    await proactor.send(a, new Uint8Array(1));
    a.close();
    b.close();
    if (!keep) await proactor.close();
    self.postMessage(handles);
  };
`;

/** Tries until it succeeds: Windows needs a moment for the end of a thread. */
async function eventually<T>(attempt: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      await turn();
    }
  }
}

type Ports = Record<"tcp" | "udp" | "raw", number>;

const WAYS: Record<string, (worker: TestWorker) => void> = {
  "terminate()": (worker) => worker[Symbol.dispose](),
  "close() of its own": (worker) => worker.post({ end: true }),
};

for (const [way, end] of Object.entries(WAYS)) {
  test.proactor(`scoped: what a worker served ends with it: ${way}`, async (proactor) => {
    const path = uniquePipeName();
    using worker = new TestWorker(SERVER);
    worker.post({ path });
    const ports = await soon(worker.next()) as Ports;
    const { hostname } = HOST;
    const [mine, peer] = pipe({ duplex: true, proactor });
    const read = proactor.recv(mine, 10);
    const clients = [
      await soon(connectPipe(path, { proactor })),
      await soon(connectTcp({ hostname, port: ports.tcp, proactor })),
    ];
    for (const client of clients) {
      assertEquals(await soon(client.read(new Uint8Array(10))), 1);
    }
    const ends = clients.map((client) => client.read(new Uint8Array(10)));
    end(worker);
    for (const each of await soon(Promise.allSettled(ends))) {
      const isEnd = each.status === "rejected" || each.value === null;
      assert(isEnd, "the connection went on");
    }
    for (const client of clients) client.abort();
    await soon(reopen(proactor, path, ports));
    await soon(proactor.send(peer, encode("hello")));
    assertEquals(decode(await soon(read)), "hello");
    mine.close();
    peer.close();
  });
}

async function reopen(
  proactor: IocpProactor,
  path: string,
  { tcp, udp, raw }: Ports,
): Promise<void> {
  const server = await eventually(() => PipeServer.listen(path, { proactor }));
  await server.shutdown();
  for (const port of [tcp, raw]) {
    const address = { ...HOST, port, proactor };
    const listener = await eventually(() => TcpListener.listen(address));
    await listener.shutdown();
  }
  const address = { ...HOST, port: udp, proactor };
  const socket = await eventually(() => UdpSocket.listen(address));
  socket.close();
  const again = createSocket();
  again.bind({ family: "IPv4", ...HOST, port: raw });
  again.close();
}

for (const keep of [true, false]) {
  const name = keep ? "with" : "without";
  test.proactor(`scoped: a worker that ends ${name} a proactor closes nothing of others`, async (proactor) => {
    using worker = new TestWorker(TIDY);
    worker.post({ keep });
    const values = await soon(worker.next()) as bigint[];
    // Ours take the values that the worker had.
    const pipes = Array.from({ length: 40 }, () => pipe({ proactor })).flat();
    const reused = pipes.filter((end) => values.includes(end.fileno()));
    assert(reused.length > 0, "no value was reused");
    worker[Symbol.dispose]();
    using watch = new TestWorker(TIDY);
    watch.post({ keep: false });
    await soon(watch.next());
    for (let i = 0; i < 50; i++) await turn();
    for (const end of pipes) {
      assert(isOpen(end.fileno()));
      end.close();
    }
  });
}

Deno.test("scoped: workers that close what they opened leave no handle", async () => {
  const run = async () => {
    using worker = new TestWorker(TIDY);
    worker.post({ keep: false });
    await soon(worker.next());
  };
  for (let i = 0; i < 5; i++) await run();
  const before = handleCount();
  for (let i = 0; i < 15; i++) await run();
  await eventuallyAtMost(before + 15 - 1);
});

Deno.test("scoped: a worker that is terminated leaves the handle of its thread", async () => {
  const run = async () => {
    using worker = new TestWorker(SERVER);
    worker.post({ path: uniquePipeName() });
    await soon(worker.next());
  };
  for (let i = 0; i < 5; i++) await run();
  const before = handleCount();
  for (let i = 0; i < 15; i++) await run();
  await eventuallyAtMost(before + 2 * 15 - 1);
});

async function eventuallyAtMost(limit: number): Promise<void> {
  const end = performance.now() + 20_000;
  while (handleCount() > limit && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assertLessOrEqual(handleCount(), limit);
}
