/** Sending files, as asyncio's tests do it, and how it fails. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
} from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import {
  type IocpProactor,
  isWindowsError,
  type ProactorEventLoop,
  type Protocol,
  type SendFileOptions,
  type SendFileSource,
  type Transport,
} from "../../../mod.ts";
import { test } from "../_setup.ts";
import { encode, pattern, readBytes, sha256 } from "../_bytes.ts";
import { connectedPair } from "../_pipes.ts";
import { soon, turn } from "../_turns.ts";
import {
  connectTcp,
  createSocket,
  type Socket,
  type TcpConnection,
  TcpListener,
} from "../../../src/net/mod.ts";
import { transmitSlots } from "../../../src/stream/transmit_slots.ts";
import { TempFile } from "./_files.ts";
import { listeningSocket, socketPair } from "./_sockets.ts";
import { LOCAL, resetOnClose, socketOf, tcpPair } from "./_tcp.ts";

const DATA = pattern(1_114_113);
const SMALL = encode("abcdef");
const AROUND = pattern(65_536, 2);

function concat(...parts: Uint8Array<ArrayBuffer>[]): Promise<ArrayBuffer> {
  return new Blob(parts).arrayBuffer();
}

async function assertSame(
  received: Uint8Array<ArrayBuffer>,
  ...parts: Uint8Array<ArrayBuffer>[]
): Promise<void> {
  const expected = new Uint8Array(await concat(...parts));
  assertEquals(received.length, expected.length);
  assertEquals(await sha256(received), await sha256(expected));
}

/** Receives until the end. */
async function receiveAll(
  proactor: IocpProactor,
  socket: Socket,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const part = await soon(proactor.recv(socket, 65_536));
    if (part.length === 0) return new Uint8Array(await concat(...parts));
    parts.push(part);
  }
}

/** The ways in which a file is given. */
const SOURCES: [string, (file: TempFile) => SendFileSource][] = [
  ["a path", (file) => file.path],
  ["a handle", (file) => file.handle],
  ["an overlapped handle", (file) => file.overlapped()],
  ["an owner", (file) => ({ handle: file.overlapped() })],
];

for (const [name, sourceOf] of SOURCES) {
  test.eachMode(`sendfile() sends ${name}, whole and in part`, async (proactor) => {
    using file = new TempFile(DATA);
    for (
      const [options, start, end] of [
        [{}, 0, DATA.length],
        [{ offset: 1000, count: 2000 }, 1000, 3000],
        [
          { offset: DATA.length - 10, count: 2000 },
          DATA.length - 10,
          DATA.length,
        ],
        [{ offset: DATA.length }, DATA.length, DATA.length],
        [{ offset: 5_000_000_000 }, 0, 0],
        [{ count: 0 }, 0, 0],
      ] as const
    ) {
      using pair = await socketPair(proactor);
      const { client, served } = pair;
      const received = receiveAll(proactor, served);
      const source = sourceOf(file) as string;
      const sent = await soon(proactor.sendfile(client, source, options));
      assertEquals(sent, end - start);
      client.close();
      await assertSame(await received, DATA.slice(start, end));
      assertEquals(file.position, DATA.length);
    }
  });
}

test.eachMode("sendfile() of an empty file sends nothing", async (proactor) => {
  using file = new TempFile(new Uint8Array(0));
  using pair = await socketPair(proactor);
  assertEquals(await soon(proactor.sendfile(pair.client, file.path)), 0);
});

test.proactor("sendfile() that is aborted ends, and nothing is left", async (proactor) => {
  using file = new TempFile(pattern(8 << 20));
  using pair = await socketPair(proactor);
  const aborter = new AbortController();
  const { signal } = aborter;
  const sent = proactor.sendfile(pair.client, file.path, { signal });
  await turn();
  aborter.abort(new Error("enough"));
  await assertRejects(() => soon(sent), Error, "enough");
});

test.proactor("sendfile() ends when its socket is closed", async (proactor) => {
  using file = new TempFile(pattern(8 << 20));
  const { client, served } = await socketPair(proactor);
  const sent = proactor.sendfile(client, file.path);
  await turn();
  client.close();
  const error = await assertRejects(() => soon(sent), Error);
  assert(isWindowsError(error));
  served.close();
});

test.proactor("sendfile() fails when the peer has reset", async (proactor) => {
  using file = new TempFile(pattern(8 << 20));
  const { client, served } = await socketPair(proactor);
  resetOnClose(served.handle!);
  const sent = proactor.sendfile(client, file.handle);
  await turn();
  served.close();
  const error = await assertRejects(() => soon(sent), Error);
  assertInstanceOf(error, Deno.errors.ConnectionReset);
  assertEquals(file.position, 8 << 20);
  client.close();
});

test.proactor("sendfile() refuses what is no file", async (proactor) => {
  using pair = await socketPair(proactor);
  const { client, served } = pair;
  const send = (file: string | bigint, options = {}) =>
    soon(proactor.sendfile(client, file, options));
  const missing = await assertRejects(
    () => send("C:\\no\\such\\file"),
    Deno.errors.NotFound,
    'Cannot open file "C:\\no\\such\\file"',
  );
  assert(isWindowsError(missing));
  assertEquals(missing.syscall, "NtCreateFile");
  await assertRejects(() => send("C:\\windows"), Deno.errors.IsADirectory);
  await assertRejects(() => send(served.handle!), TypeError, "regular file");
  await assertRejects(() => send(0x7ffc_0000n), Deno.errors.BadResource);
  using file = new TempFile(SMALL);
  await assertRejects(() => send(file.path, { offset: -1 }), RangeError);
  await assertRejects(() => send(file.path, { count: 1.5 }), RangeError);
  assertEquals(await send(file.path), 6);
});

// --- the loop: sock_sendfile -----------------------------------------------------

for (const native of [true, false]) {
  const how = native ? "" : " by copying";
  const taken = native ? 0 : 2;

  test.loop(`sockSendfile() sends from each offset${how}`, async (loop) => {
    using file = new TempFile(SMALL);
    await withSlots(taken, async () => {
      for (const offset of [0, 3, 6]) {
        using pair = await socketPair(loop.proactor);
        const { client, served } = pair;
        const options = { offset };
        const sent = await soon(loop.sockSendfile(client, file.path, options));
        assertEquals(sent, 6 - offset);
        client.close();
        await assertSame(
          await receiveAll(loop.proactor, served),
          SMALL.slice(offset),
        );
      }
    });
  });

  test.loop(`sockSendfile() stands between other sends${how}`, async (loop) => {
    using file = new TempFile(DATA);
    await withSlots(taken, async () => {
      using pair = await socketPair(loop.proactor);
      const { client, served } = pair;
      const received = receiveAll(loop.proactor, served);
      await soon(loop.sockSendAll(client, AROUND));
      assertEquals(
        await soon(loop.sockSendfile(client, file.handle)),
        DATA.length,
      );
      await soon(loop.sockSendAll(client, AROUND));
      client.close();
      await assertSame(await received, AROUND, DATA, AROUND);
    });
  });

  for (const name of ["transport", "connection"] as const) {
    test.loop(`sendfile() over a ${name} keeps its place${how}`, async (loop) => {
      using file = new TempFile(DATA);
      await withSlots(taken, async () => {
        await using ends = await makeEnds(loop, name);
        const { send, write, received } = ends;
        write(AROUND);
        const sent = send(file.path, {});
        write(AROUND.slice(0, 100));
        const part = send(file.handle, { offset: 1000, count: 100 });
        const rest = send(file.path, { offset: DATA.length / 2 | 0 });
        write(AROUND);
        assertEquals(await soon(Promise.all([sent, part, rest])), [
          DATA.length,
          100,
          DATA.length - (DATA.length / 2 | 0),
        ]);
        ends.close();
        await assertSame(
          await received,
          AROUND,
          DATA,
          AROUND.slice(0, 100),
          DATA.slice(1000, 1100),
          DATA.slice(DATA.length / 2 | 0),
          AROUND,
        );
      });
    });

    test.loop(`sendfile() over a ${name} fails when the peer leaves${how}`, async (loop) => {
      using file = new TempFile(pattern(8 << 20));
      await withSlots(taken, async () => {
        await using ends = await makeEnds(loop, name, { stopAfter: 1024 });
        const sent = ends.send(file.path, {});
        const error = await assertRejects(() => soon(sent), Error);
        assert(
          error instanceof Deno.errors.ConnectionReset ||
            error instanceof Deno.errors.ConnectionAborted,
          `${error}`,
        );
        const { length } = await ends.received;
        assertGreaterOrEqual(length, 1024);
        assertLess(length, 8 << 20);
        assert(ends.isBroken());
      });
    });
  }
}

/** Takes slots away, so that files are copied. */
async function withSlots(taken: number, body: () => Promise<void>) {
  for (let i = 0; i < taken; i++) assert(transmitSlots.tryAcquire());
  try {
    await body();
  } finally {
    for (let i = 0; i < taken; i++) transmitSlots.release();
  }
}

/** One end that sends, and what the other one receives. */
interface Ends extends AsyncDisposable {
  send(file: SendFileSource, options: SendFileOptions): Promise<number>;
  write(data: Uint8Array<ArrayBuffer>): void;
  close(): void;
  isBroken(): boolean;
  received: Promise<Uint8Array<ArrayBuffer>>;
}

async function makeEnds(
  loop: ProactorEventLoop,
  name: "transport" | "connection",
  options: { stopAfter?: number } = {},
): Promise<Ends> {
  const { proactor } = loop;
  const { stopAfter = Infinity } = options;
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  const accepted = listener.accept();
  const { port } = listener.addr;
  const sender = name === "transport"
    ? transportEnd(loop, (await createTransport(loop, port))[0])
    : connectionEnd(await soon(connectTcp({ ...listener.addr, proactor })));
  const served = await soon(accepted);
  const received = readBytes(served, stopAfter).then((data) => {
    if (stopAfter !== Infinity) resetOnClose(socketOf(served));
    served.abort();
    return data;
  });
  return {
    ...sender,
    received,
    async [Symbol.asyncDispose]() {
      sender.close();
      await received;
      await soon(listener.shutdown());
    },
  };
}

function createTransport(loop: ProactorEventLoop, port: number) {
  const protocol: Protocol = {};
  return soon(loop.createConnection(() => protocol, "127.0.0.1", port));
}

function transportEnd(loop: ProactorEventLoop, transport: Transport) {
  return {
    send: (file: SendFileSource, options: SendFileOptions) =>
      loop.sendfile(transport, file, options),
    write: (data: Uint8Array<ArrayBuffer>) => transport.write(data),
    close: () => transport.close(),
    isBroken: () => transport.isClosing(),
  };
}

function connectionEnd(connection: TcpConnection) {
  let failed = false;
  return {
    send: (file: SendFileSource, options: SendFileOptions) =>
      connection.sendFile(file, options).catch((error) => {
        failed = true;
        throw error;
      }),
    write: (data: Uint8Array<ArrayBuffer>) =>
      void connection.write(data).catch(() => failed = true),
    close: () => connection.close(),
    isBroken: () => failed,
  };
}

test.loop("sendfile() succeeds when the peer closes behind the last byte", async (loop) => {
  using file = new TempFile(DATA);
  await using ends = await makeEnds(loop, "transport", {
    stopAfter: DATA.length,
  });
  assertEquals(await soon(ends.send(file.path, {})), DATA.length);
  await assertSame(await ends.received, DATA);
});

test.loop("sendfile() is refused on a transport that closes", async (loop) => {
  using file = new TempFile(SMALL);
  await using ends = await makeEnds(loop, "transport");
  ends.close();
  await assertRejects(
    () => ends.send(file.path, {}),
    Deno.errors.BadResource,
    "Cannot send file: the transport is closing",
  );
});

test.loop("sendfile() is refused on a datagram transport", async (loop) => {
  using file = new TempFile(SMALL);
  const lost = Promise.withResolvers<void>();
  const [transport] = await loop.createDatagramEndpoint(
    () => ({ connectionLost: () => lost.resolve() }),
    { localAddr: LOCAL },
  );
  await assertRejects(
    () => loop.sendfile(transport as unknown as Transport, file.path),
    Deno.errors.NotSupported,
    "datagrams",
  );
  transport.close();
  await soon(lost.promise);
});

test.loop("sockSendfile() refuses datagram sockets and bad numbers", async (loop) => {
  using file = new TempFile(SMALL);
  using pair = await socketPair(loop.proactor);
  using listener = listeningSocket();
  using datagrams = createSocket({ type: "datagram" });
  await assertRejects(
    () => loop.sockSendfile(datagrams, file.path),
    TypeError,
    "the socket is not a stream",
  );
  await assertRejects(
    () => loop.sockSendfile(pair.client, file.path, { offset: -1 }),
    RangeError,
  );
  await assertRejects(
    () => loop.sockSendfile(pair.client, file.path, { count: -1 }),
    RangeError,
  );
  await assertRejects(
    () => soon(loop.sockSendfile(listener, file.path)),
    Deno.errors.NotConnected,
  );
});

test.loop("sendfile() without fallback waits for its turn, or fails", async (loop) => {
  using file = new TempFile(DATA);
  await using ends = await makeEnds(loop, "transport");
  let sent: Promise<number> | undefined;
  await withSlots(2, async () => {
    sent = ends.send(file.path, { fallback: false });
    await turn();
  });
  assertEquals(await soon(sent!), DATA.length);
  const seekable = {
    read: () => Promise.resolve(null),
    seek: () => Promise.resolve(0),
  };
  await assertRejects(
    () => ends.send(seekable, { fallback: false }),
    Deno.errors.NotSupported,
    "the fallback is disabled",
  );
  ends.close();
  await assertSame(await ends.received, DATA);
});

// --- connections -----------------------------------------------------------------

test.eachMode("sendFile() runs on many connections at once", async (proactor) => {
  using file = new TempFile(DATA);
  const pairs = await Promise.all(
    Array.from({ length: 6 }, () => tcpPair(proactor)),
  );
  const received = pairs.map(({ served }) => readBytes(served));
  const sent = pairs.map(async ({ client }) => {
    const count = await soon(client.sendFile(file.path));
    client.close();
    return count;
  });
  assertEquals(await soon(Promise.all(sent)), Array(6).fill(DATA.length));
  for (const data of await Promise.all(received)) {
    await assertSame(
      data,
      DATA,
    );
  }
  for (const pair of pairs) await pair[Symbol.asyncDispose]();
});

test.proactor("sendFile() that is aborted ends writing, not reading", async (proactor) => {
  using file = new TempFile(pattern(8 << 20));
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const aborter = new AbortController();
  const sent = client.sendFile(file.handle, { signal: aborter.signal });
  await turn();
  aborter.abort(new Error("enough"));
  await assertRejects(() => soon(sent), Error, "enough");
  await assertRejects(
    () => client.write(encode("x")),
    Deno.errors.Interrupted,
  );
  await soon(served.write(encode("hello")));
  assertEquals(await soon(client.read(new Uint8Array(10))), 5);
});

test.proactor("sendFile() that is aborted before its turn sends nothing", async (proactor) => {
  using file = new TempFile(SMALL);
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const written = client.write(pattern(4 << 20));
  const aborter = new AbortController();
  const sent = client.sendFile(file.path, { signal: aborter.signal });
  const last = client.write(encode("end"));
  aborter.abort(new Error("enough"));
  await assertRejects(() => soon(sent), Error, "enough");
  const received = await readBytes(served, (4 << 20) + 3);
  await assertSame(received, pattern(4 << 20), encode("end"));
  await soon(Promise.all([written, last]));
});

test.proactor("abort() ends a file that is being sent", async (proactor) => {
  using file = new TempFile(pattern(8 << 20));
  await using pair = await tcpPair(proactor);
  const sent = pair.client.sendFile(file.path);
  await turn();
  pair.client.abort();
  await assertRejects(() => soon(sent), Deno.errors.Interrupted);
  await soon(pair.client.finished);
});

test.proactor("close() lets a file that is being sent get through", async (proactor) => {
  using file = new TempFile(DATA);
  await using pair = await tcpPair(proactor);
  const sent = pair.client.sendFile(file.path);
  pair.client.close();
  await assertSame(await readBytes(pair.served), DATA);
  assertEquals(await soon(sent), DATA.length);
});

test.eachMode("sendFile() tells its progress when it copies", async (proactor) => {
  using file = new TempFile(DATA);
  await using pair = await connectedPair(proactor, { type: "byte" });
  const { client, served } = pair;
  const told: number[] = [];
  const received = readBytes(served);
  const before = client.write(AROUND);
  const sent = client.sendFile(file.path, {
    offset: 13,
    onProgress: (count) => told.push(count),
  });
  const after = client.write(AROUND);
  client.close();
  assertEquals(await soon(sent), DATA.length - 13);
  await soon(Promise.all([before, after]));
  await assertSame(await received, AROUND, DATA.slice(13), AROUND);
  assertEquals(told.at(-1), DATA.length - 13);
  assertGreaterOrEqual(told.length, DATA.length / 65_536 | 0);
});

test.proactor("sendFile() over a pipe fails when the peer is gone", async (proactor) => {
  using file = new TempFile(pattern(8 << 20));
  await using pair = await connectedPair(proactor, { type: "byte" });
  const sent = pair.client.sendFile(file.path);
  await turn();
  pair.served.abort();
  await assertRejects(() => soon(sent), Deno.errors.BrokenPipe);
});

test.proactor("sendFile() is refused on a message pipe", async (proactor) => {
  using file = new TempFile(SMALL);
  await using pair = await connectedPair(proactor, { type: "message" });
  await assertRejects(
    () => pair.client.sendFile(file.path),
    Deno.errors.NotSupported,
    "a message",
  );
});

test.loop("sendfile() over a pipe transport copies", async (loop) => {
  using file = new TempFile(DATA);
  const { proactor } = loop;
  await using pair = await connectedPair(proactor, { type: "byte" });
  const { localAddr } = pair.client;
  const accepted = pair.server.accept();
  const lost = Promise.withResolvers<void>();
  const [transport] = await loop.createPipeConnection(
    () => ({ connectionLost: () => lost.resolve() }),
    localAddr.path,
  );
  const served = await soon(accepted);
  const received = readBytes(served, DATA.length);
  assertEquals(await soon(loop.sendfile(transport, file.handle)), DATA.length);
  await assertSame(await received, DATA);
  transport.close();
  served.abort();
  await soon(lost.promise);
});
