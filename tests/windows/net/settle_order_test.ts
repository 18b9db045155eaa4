/** Reads and writes settle in the order they were made, in every room. */

import { assertEquals, assertRejects } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode } from "../_bytes.ts";
import { connectedPair } from "../_pipes.ts";
import { soon, turn, until } from "../_turns.ts";
import type { UdpSocket } from "../../../src/net/mod.ts";
import { openFile } from "../../../src/file/mod.ts";
import { Folder, SCRATCH } from "../file/_files.ts";
import { socketPair } from "./_sockets.ts";
import { tcpPair } from "./_tcp.ts";
import { agree, tlsPair } from "./_tls.ts";
import { udpPair } from "./_udp.ts";
import { unixPair, unixTest } from "./_unix.ts";

const NAMES = ["a", "b", "c", "d"];

/** Which of four reads have a signal: every other one, the others, all. */
const MASKS = [0b1010, 0b0101, 0b1111, 0b0000, 0b0100];

type Read = (signal: AbortSignal | undefined) => PromiseLike<string>;

/**
 * Four concurrent reads get a byte each, and settle in their order.
 *
 * @param read Reads a byte.
 * @param send Makes four bytes come.
 */
async function assertOrder(read: Read, send: () => unknown): Promise<void> {
  for (const mask of MASKS) {
    const log: string[] = [];
    for (const [i, name] of NAMES.entries()) {
      const has = (mask & 1 << i) !== 0;
      const signal = has ? new AbortController().signal : undefined;
      read(signal).then((text) => log.push(name + text));
    }
    await turn();
    const sent = send();
    await until(() => log.length === 4);
    await sent;
    assertEquals(log, ["a1", "b2", "c3", "d4"], `signals ${mask}`);
  }
}

interface End {
  read(
    target: Uint8Array,
    options: { signal?: AbortSignal | undefined },
  ): Promise<number | null>;
  write(data: Uint8Array): Promise<number>;
}

function readByte(end: Pick<End, "read">): Read {
  return async (signal) => {
    const target = new Uint8Array(1);
    assertEquals(await end.read(target, { signal }), 1);
    return decode(target);
  };
}

async function assertStream(client: End, served: End): Promise<void> {
  const data = encode("1234");
  await assertOrder(readByte(client), () => served.write(data));
  await assertOrder(readByte(client), async () => {
    for (const byte of data) await served.write(Uint8Array.of(byte));
  });
  const log: number[] = [];
  const sizes = [0, 300_000, 0, 1, 0];
  const written = sizes.map((size, i) =>
    client.write(new Uint8Array(size)).then(() => log.push(i))
  );
  const target = new Uint8Array(65_536);
  for (let rest = 300_001; rest > 0;) {
    rest -= await soon(served.read(target, {})) ?? NaN;
  }
  await soon(Promise.all(written));
  assertEquals(log, sizes.map((_, i) => i));
}

test.eachMode("calls of a pipe settle in order", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "byte" });
  await assertStream(pair.client, pair.served);
});

test.eachMode("calls of a TCP connection settle in order", async (proactor) => {
  await using pair = await tcpPair(proactor);
  await assertStream(pair.client, pair.served);
});

unixTest("calls of a unix connection settle in order", async (proactor) => {
  await using pair = await unixPair(proactor);
  await assertStream(pair.client, pair.served);
});

test.proactor("calls of a TLS connection settle in order", async (proactor) => {
  await using pair = await tlsPair(proactor);
  await agree(pair);
  await assertStream(pair.client, pair.server);
});

test.eachMode("receives of datagrams settle in order", async (proactor) => {
  await using pair = udpPair(proactor);
  const read = async (signal: AbortSignal | undefined) =>
    decode((await pair.a.receive(undefined, { signal }))[0]);
  await assertOrder(read, async () => {
    for (const text of "1234") await pair.b.send(encode(text), pair.a.addr);
  });
});

test.eachMode("recv() and send() of a socket settle in order", async (proactor) => {
  using pair = await socketPair(proactor);
  const read = async (signal: AbortSignal | undefined) =>
    decode(await proactor.recv(pair.client, 1, { signal }));
  await assertOrder(read, async () => {
    await proactor.send(pair.served, encode("1234"));
  });
});

test.proactor("reads of a file settle in order", async (proactor) => {
  using folder = new Folder();
  const options = { ...SCRATCH, proactor };
  await using file = await openFile(folder.file("x"), options);
  await file.write(encode("1234".repeat(MASKS.length)));
  await file.seek(0, Deno.SeekMode.Start);
  await assertOrder(readByte(file), () => {});
});

// --- arrays that shrink --------------------------------------------------------

/** An array of 8 bytes, and what makes it one of so many. */
function shrinking(rest: number) {
  const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
  return { target: new Uint8Array(buffer), shrink: () => buffer.resize(rest) };
}

type Streams = (proactor: IocpProactor) => Promise<
  AsyncDisposable & { client: End; served: End }
>;

const STREAMS: Readonly<Record<string, Streams>> = {
  "a TCP": tcpPair,
  "a TLS": async (proactor) => {
    const pair = await tlsPair(proactor);
    await agree(pair);
    return { ...pair, served: pair.server };
  },
};

for (const [name, connect] of Object.entries(STREAMS)) {
  test.proactor(`${name} connection keeps what a shrunk array has no room for`, async (proactor) => {
    await using pair = await connect(proactor);
    const [some, none] = [shrinking(3), shrinking(0)];
    const reads = [some, none].map((it) => pair.client.read(it.target, {}));
    const rejected = assertRejects(() => reads[1]!, TypeError);
    some.shrink();
    none.shrink();
    await pair.served.write(encode("12345678"));
    assertEquals([await soon(reads[0]!), decode(some.target)], [3, "123"]);
    await soon(rejected);
    const rest = new Uint8Array(9);
    assertEquals(await soon(pair.client.read(rest, {})), 5);
    assertEquals(decode(rest.slice(0, 5)), "45678");
  });
}

const RECEIVES: Readonly<
  Record<string, (socket: UdpSocket, target: Uint8Array) => Promise<unknown>>
> = {
  "receive()": (socket, target) => socket.receive(target),
  "receiveInto()": (socket, target) => socket.receiveInto(target),
};

for (const [name, receive] of Object.entries(RECEIVES)) {
  test.proactor(`${name} loses no datagram for an array that has shrunk`, async (proactor) => {
    await using pair = udpPair(proactor);
    for (const rest of [3, 0]) {
      const { target, shrink } = shrinking(rest);
      const first = receive(pair.a, target).then(
        (result) => decode(Reflect.get(result as object, "0")),
        () => undefined,
      );
      shrink();
      await pair.b.send(encode("12345"), pair.a.addr);
      const got = await soon(first);
      const [data] = got === undefined ? await soon(pair.a.receive()) : [];
      assertEquals(got ?? decode(data!), "12345");
    }
  });
}

test.proactor("recvFromInto() gives the data of an array that has shrunk", async (proactor) => {
  using pair = await socketPair(proactor);
  const { target, shrink } = shrinking(3);
  const reading = proactor.recvInto(pair.client, target);
  shrink();
  await proactor.send(pair.served, encode("12345"));
  const error = await assertRejects(async () => await reading, TypeError);
  assertEquals(decode(error.cause as Uint8Array), "12345");
});
