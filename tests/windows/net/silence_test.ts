/** Streams that have talked and then are silent hold no buffer. */

import { assert, assertEquals, assertLess } from "@std/assert";
import {
  type IocpProactor,
  ProactorEventLoop,
  type Protocol,
  type Transport,
} from "../../../mod.ts";
import {
  connectTcp,
  type TcpConnection,
  TcpListener,
} from "../../../src/net/mod.ts";
import { test } from "../_setup.ts";
import { pattern, readBytes } from "../_bytes.ts";
import {
  connectedEnds,
  connectedPair,
  type Ends,
  uniquePipeName,
} from "../_pipes.ts";
import { soon, until } from "../_turns.ts";
import { LOCAL } from "./_tcp.ts";

/** Connections of a test. */
const MANY = 40;

/** What all kinds of connections have. */
interface Stream {
  read(target: Uint8Array): Promise<number | null>;
  write(data: Uint8Array): Promise<number>;
  abort(): void;
}

type Connect = (proactor: IocpProactor) => Promise<Ends<Stream>>;

async function tcpPair(proactor: IocpProactor): Promise<Ends<TcpConnection>> {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  const connect = () => connectTcp({ ...listener.addr, proactor });
  return await connectedEnds(listener, connect);
}

const KINDS: Record<string, Connect> = {
  "byte pipe": (proactor) => connectedPair(proactor, { type: "byte" }),
  "message pipe": (proactor) => connectedPair(proactor, { type: "message" }),
  "TCP": tcpPair,
};

/** Bytes of buffers, when what is on its way has come. */
function held(proactor: IocpProactor): number {
  return proactor.metrics().bufferBytes;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Sends there and back, without a pause. */
async function talk(ends: Ends<Stream>, rounds: number): Promise<void> {
  const message = pattern(64);
  for (let i = 0; i < rounds; i++) {
    await ends.client.write(message);
    assertEquals(await readBytes(ends.served, 64), message);
    await ends.served.write(message);
    assertEquals(await readBytes(ends.client, 64), message);
  }
}

for (const [kind, connect] of Object.entries(KINDS)) {
  test.proactor(
    `a ${kind} that has talked holds ${
      kind === "message pipe" ? "a page" : "no buffer"
    } in silence`,
    async (proactor) => {
      const all: Ends<Stream>[] = [];
      for (let i = 0; i < MANY; i++) all.push(await connect(proactor));
      const before = held(proactor);
      for (const ends of all) await talk(ends, 3);
      const reads = all.map(({ served }) => served.read(new Uint8Array(9)));
      const rest = kind === "message pipe" ? MANY * 4096 : 0;
      await soon(until(() => held(proactor) - before === rest));
      for (const { client } of all) await client.write(pattern(9));
      assertEquals(await soon(Promise.all(reads)), reads.map(() => 9));
      for (const ends of all) await talk(ends, 2);
      for (const ends of all) await ends[Symbol.asyncDispose]();
    },
  );
}

/** Sends at times around those at which buffers are taken back. */
async function trickle(stream: Stream, data: Uint8Array<ArrayBuffer>) {
  for (let i = 0, sent = 0; sent < data.length; i++) {
    const size = Math.min(1 + (i * 7919) % 3000, data.length - sent);
    await stream.write(data.subarray(sent, sent += size));
    const delay = 150 + (i * 37) % 200;
    if (i % 3 === 0) await pause(delay);
  }
}

for (const [kind, connect] of Object.entries(KINDS)) {
  test.proactor(
    `silence of a ${kind} loses no byte, and changes no order`,
    async (proactor) => {
      const all: Ends<Stream>[] = [];
      for (let i = 0; i < MANY; i++) all.push(await connect(proactor));
      const sent = all.map((_, index) => pattern(30_000, index + 1));
      const writing = all.map(({ client }, i) => trickle(client, sent[i]!));
      const reading = all.map(({ served }) => readBytes(served, 30_000));
      const got = await soon(Promise.all(reading));
      await Promise.all(writing);
      for (const [index, data] of got.entries()) {
        assertEquals(data, sent[index]);
      }
      for (const ends of all) {
        await ends[Symbol.asyncDispose]();
      }
    },
  );
}

class Counting implements Protocol {
  received = 0;
  lost = false;
  transport: Transport | undefined;

  connectionMade(transport: Transport): void {
    this.transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    this.received += data.length;
  }

  connectionLost(): void {
    this.lost = true;
  }
}

Deno.test("protocols whose peers are silent hold no buffer, and get all that comes", async () => {
  await using loop = new ProactorEventLoop();
  const { proactor } = loop;
  const served: Counting[] = [];
  const serve = () => {
    const it = new Counting();
    served.push(it);
    return it;
  };
  const path = uniquePipeName();
  const pipes = await loop.startServingPipe(serve, path, { type: "byte" });
  const tcp = await loop.createServer(serve, LOCAL.hostname, 0);
  const clients: Transport[] = [];
  for (let i = 0; i < MANY; i++) {
    const make = () => new Counting();
    const [transport] = i % 2 === 0
      ? await loop.createPipeConnection(make, path)
      : await loop.createConnection(make, LOCAL.hostname, tcp.addr.port);
    clients.push(transport);
  }
  await until(() => served.length === MANY);
  const idle = held(proactor);
  let total = 0;
  for (const pauses of [0, 0, 0, 450, 210, 230]) {
    for (const client of clients) client.write(pattern(100));
    total += 100;
    await soon(until(() => served.every((it) => it.received === total)));
    await pause(pauses);
  }
  await soon(until(() => held(proactor) === idle));
  assertLess(idle, 65_536);
  for (const client of clients) client.close();
  await soon(until(() => served.every((it) => it.lost)));
  for (const server of pipes) server.close();
  tcp.close();
  assert(held(proactor) <= idle);
});
