/** Peers that are slow, silent, or talk nonsense, beside one that is good. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  connectPipe,
  type IocpProactor,
  PipeServer,
  type StreamConnection,
} from "../../mod.ts";
import {
  connectTcp,
  startTls,
  type TcpConnection,
  TcpListener,
  UdpSocket,
} from "../../src/net/mod.ts";
import { pattern } from "../windows/_bytes.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { soon } from "../windows/_turns.ts";
import { CLIENT, SERVER } from "../windows/net/_tls.ts";
import {
  endOf,
  faultTest,
  figure,
  LOCAL,
  randomNumbers,
  scaled,
} from "./_faults.ts";

const LIMIT = 60;

/** Slow peers at once. */
const SLOW = scaled(1000, 100);

/** Milliseconds for which they are slow. */
const DURATION = scaled(20_000, 1000);

/** Milliseconds that a round trip of the good client may take. */
const PATIENT = 5_000;

/** Peers that talk nonsense. */
const NONSENSE = scaled(10_000, 100);

type Server = PipeServer | TcpListener;
type Connect = () => Promise<StreamConnection>;

const SERVERS: Record<string, (proactor: IocpProactor) => [Server, Connect]> = {
  "pipe server": (proactor) => {
    const path = uniquePipeName();
    const server = PipeServer.listen(path, { backlog: SLOW + 1, proactor });
    return [server, () => connectPipe(path, { proactor })];
  },
  "TCP listener": (proactor) => {
    const backlog = SLOW + 1;
    const server = TcpListener.listen({ ...LOCAL, backlog, proactor });
    return [server, () => connectTcp({ ...server.addr, proactor })];
  },
};

/** Serves each connection, and stops when the server closes. */
async function serve(
  server: Server,
  one: (connection: StreamConnection) => Promise<void>,
): Promise<void> {
  const served: Promise<unknown>[] = [];
  const connections: AsyncIterable<StreamConnection> = server;
  for await (const each of connections) served.push(endOf(one(each)));
  await Promise.all(served);
}

async function echo(connection: StreamConnection): Promise<void> {
  const target = new Uint8Array(4096);
  for (let count; (count = await connection.read(target)) !== null;) {
    await connection.write(target.subarray(0, count));
  }
  connection.close();
}

/** Round trips until the time is over; gives the longest. */
async function talk(client: StreamConnection, end: number): Promise<number> {
  const target = new Uint8Array(10);
  let longest = 0;
  while (performance.now() < end) {
    const start = performance.now();
    await client.write(target);
    for (let got = 0; got < target.length;) {
      got += await soon(client.read(target)) ?? Infinity;
    }
    longest = Math.max(longest, performance.now() - start);
    await delay(5);
  }
  return longest;
}

for (const [name, listen] of Object.entries(SERVERS)) {
  faultTest(
    `${SLOW} clients of a ${name} that send a byte now and then hold up no other client`,
    LIMIT,
    async (proactor) => {
      const [server, connect] = listen(proactor);
      const serving = serve(server, echo);
      const open = Array.from({ length: SLOW }, connect);
      const clients = await soon(Promise.all(open));
      const good = await soon(connect());
      const end = performance.now() + DURATION;
      let most = 0;
      const slow = clients.map(async (client, i) => {
        const target = new Uint8Array(1);
        for (await delay(i % 100); performance.now() < end; await delay(100)) {
          await client.write(target);
          assertEquals(await soon(client.read(target)), 1);
          most = Math.max(most, proactor.metrics().bufferBytes);
        }
      });
      const longest = await talk(good, end);
      await soon(Promise.all(slow));
      for (const client of [...clients, good]) client.close();
      server.close();
      await soon(serving);
      await soon(server.finished);
      figure(
        `longest round trip of the good client ${longest.toFixed(1)} ms, ` +
          `buffers ${most >> 10} KiB at most`,
      );
      assertLess(longest, PATIENT);
    },
  );

  faultTest(
    `${SLOW} clients of a ${name} that read slowly get all, in bounded memory`,
    LIMIT,
    async (proactor) => {
      const data = pattern(200_000);
      const [server, connect] = listen(proactor);
      const serving = serve(server, async (connection) => {
        await connection.write(data);
        connection.close({ deadline: 60_000 });
      });
      const clients = await soon(
        Promise.all(Array.from({ length: SLOW }, connect)),
      );
      const end = performance.now() + DURATION;
      let most = 0;
      const reads = clients.map(async (client, i) => {
        const target = new Uint8Array(16_384);
        for (let got = 0;;) {
          const fast = performance.now() > end;
          const part = fast ? target : target.subarray(0, 100);
          const count = await soon(client.read(part));
          if (count === null) return assertEquals(got, data.length);
          for (let k = 0; k < count; k++) assert(part[k] === data[got + k]);
          got += count;
          most = Math.max(most, proactor.metrics().bufferBytes);
          if (!fast) await delay(50 + i % 50);
        }
      });
      await Promise.all(reads);
      for (const client of clients) client.close();
      server.close();
      await soon(serving);
      await soon(server.finished);
      figure(`buffers ${most >> 10} KiB at most`);
      assertLess(most, 2 * SLOW * (data.length + 65_536));
    },
  );
}

/** What a peer sends in place of its handshake. */
const GARBAGE: Record<
  string,
  (connection: TcpConnection, random: (below: number) => number) => unknown
> = {
  nothing: () => {},
  "a byte, then no more": (connection) => connection.write(Uint8Array.of(22)),
  "random bytes": (connection, random) =>
    connection.write(Uint8Array.from({ length: 500 }, () => random(256))),
  "a record that never ends": (connection) =>
    connection.write(Uint8Array.of(22, 3, 1, 0xff, 0xff, 1, 2, 3)),
  "random bytes in a record": (connection, random) =>
    connection.write(
      Uint8Array.from(
        [22, 3, 1, 0, 100, ...Array.from({ length: 100 }, () => random(256))],
      ),
    ),
  "its end": (connection) => connection.closeWrite(),
  "a reset": (connection) => connection.abort(),
};

for (const serverSide of [true, false]) {
  const side = serverSide ? "server" : "client";
  faultTest(
    `${NONSENSE} peers of a TLS ${side} that talk nonsense, or nothing, end within their time`,
    LIMIT,
    async (proactor) => {
      await using listener = TcpListener.listen({ ...LOCAL, proactor });
      const random = randomNumbers(9);
      const ends = new Map<string, number>();
      const kinds = Object.values(GARBAGE);
      const settings = {
        ...(serverSide ? SERVER : CLIENT),
        handshakeTimeout: 50,
      };
      const one = async (i: number) => {
        const accepted = listener.accept();
        const peer = await soon(connectTcp({ ...listener.addr, proactor }));
        const tls = await startTls(await soon(accepted), settings);
        await Promise.resolve(kinds[i % kinds.length]!(peer, random));
        const end = await soon(
          tls.handshake().then(
            () => "agreed",
            (error: Error) => error.name,
          ),
        );
        ends.set(end, (ends.get(end) ?? 0) + 1);
        peer.abort();
        tls.abort();
        await soon(tls.finished);
      };
      for (let i = 0; i < NONSENSE; i++) await one(i);
      figure(`ends: ${[...ends].map(([end, n]) => `${n} ${end}`).join(", ")}`);
      assertEquals(ends.has("agreed"), false);
    },
  );
}

faultTest(
  `${NONSENSE} datagrams of any length arrive whole`,
  LIMIT,
  async (proactor) => {
    const receiver = UdpSocket.listen({ ...LOCAL, proactor });
    const sender = await UdpSocket.connect({ ...receiver.addr, proactor });
    const random = randomNumbers(7);
    const target = new Uint8Array(65_507);
    for (let i = 0; i < NONSENSE; i++) {
      const data = pattern(random(4) === 0 ? random(65_508) : random(1500), i);
      await sender.send(data);
      const { byteLength } = await soon(receiver.receiveInto(target));
      assertEquals(byteLength, data.length);
      assert(
        target.subarray(0, byteLength).every((byte, k) => byte === data[k]),
      );
    }
    receiver.close();
    sender.close();
  },
);

faultTest(
  `messages of nonsense reach a reader in byte mode and one in message mode`,
  LIMIT,
  async (proactor) => {
    const random = randomNumbers(8);
    for (const readMode of ["byte", "message"] as const) {
      const path = uniquePipeName();
      await using server = PipeServer.listen(path, {
        type: "message",
        proactor,
      });
      using client = await soon(connectPipe(path, { readMode, proactor }));
      using served = await soon(server.accept());
      let expected = 0;
      for (let i = 0; i < NONSENSE; i++) {
        const data = pattern(1 + random(5000), i);
        await served.write(data);
        for (let got = 0; got < data.length;) {
          const target = new Uint8Array(1 + random(3000));
          const count = await soon(client.read(target)) ?? 0;
          assert(count > 0, "the stream has ended");
          for (let k = 0; k < count; k++) assert(target[k] === data[got + k]);
          got += count;
        }
        expected += data.length;
      }
      figure(`${readMode} mode: ${expected} bytes`);
    }
  },
);
