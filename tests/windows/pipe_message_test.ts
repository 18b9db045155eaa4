import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  connectPipe,
  IocpProactor,
  type PipeConnection,
  PipeServer,
} from "../../mod.ts";
import { test } from "./_setup.ts";
import {
  decode,
  encode,
  pattern,
  readBytes,
  readText,
  sha256,
} from "./_bytes.ts";
import {
  connectedPair,
  createInstance,
  messagePair,
  uniquePipeName,
} from "./_pipes.ts";
import { soon, turn } from "./_turns.ts";
import { PIPE_TYPE_MESSAGE } from "../../src/ffi/constants.ts";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import type { Handle, Win32Api } from "../../src/ffi/win32_api.ts";
import { assertConnected } from "./_connections.ts";
import { withChanges } from "./_proxies.ts";

async function readMessageText(connection: PipeConnection) {
  const message = await soon(connection.readMessage());
  return message === null ? null : decode(message.data);
}

test.eachMode("readMessage() keeps the boundaries of writes, each way", async (proactor) => {
  await using pair = await messagePair(proactor);
  const { client, served } = pair;
  assert(client.messageType && served.messageType);
  for (const [from, to] of [[client, served], [served, client]] as const) {
    for (const text of ["a", "bcd", "ef"]) await from.write(encode(text));
    for (const text of ["a", "bcd", "ef"]) {
      assertEquals(await readMessageText(to), text);
    }
  }
});

test.eachMode("readMessage() waits, and gives what comes later", async (proactor) => {
  await using pair = await messagePair(proactor);
  const waiting = [0, 1, 2].map(() => readMessageText(pair.served));
  for (const text of ["0", "1", "2"]) await pair.client.write(encode(text));
  assertEquals(await Promise.all(waiting), ["0", "1", "2"]);
});

for (const size of [4095, 4096, 4097, 65_535, 65_536, 65_537, 2 ** 20, 5e6]) {
  test.eachMode(`readMessage() gives a message of ${size} bytes in one piece`, async (proactor) => {
    await using pair = await messagePair(proactor);
    const data = pattern(size);
    const waiting = pair.served.readMessage();
    const written = pair.client.write(data);
    await pair.client.closeWrite();
    const message = await soon(waiting);
    assertStrictEquals(message?.more, false);
    assertEquals(message.data.length, size);
    assertEquals(await sha256(message.data), await sha256(data));
    assertEquals(await soon(written), size);
    assertStrictEquals(await soon(pair.served.readMessage()), null);
  });
}

test.eachMode("readMessage() with maxLength gives a long message in parts", async (proactor) => {
  await using pair = await messagePair(proactor);
  const written = pair.client.write(pattern(100_000));
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let more = true; more;) {
    const part = await soon(pair.served.readMessage({ maxLength: 30_000 }));
    assert(part !== null);
    parts.push(part.data);
    more = part.more;
  }
  assertEquals(parts.map((p) => p.length), [30_000, 30_000, 30_000, 10_000]);
  const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
  assertEquals(await sha256(whole), await sha256(pattern(100_000)));
  await soon(written);
  await pair.client.write(encode("next"));
  assertEquals(await readMessageText(pair.served), "next");
});

test.proactor("readMessage() with maxLength of exactly the message has no more", async (proactor) => {
  await using pair = await messagePair(proactor);
  await pair.client.write(encode("12345"));
  await pair.client.write(encode("6"));
  const message = await soon(pair.served.readMessage({ maxLength: 5 }));
  assertEquals([decode(message!.data), message!.more], ["12345", false]);
  assertEquals(await readMessageText(pair.served), "6");
});

test.proactor("read() with a small array gets a message in pieces", async (proactor) => {
  await using pair = await messagePair(proactor);
  await pair.client.write(encode("a long message"));
  await pair.client.write(encode("!"));
  assertEquals(await readText(pair.served, 6), "a long");
  assertEquals(await readMessageText(pair.served), " message");
  assertEquals(await readMessageText(pair.served), "!");
});

test.proactor("readMessage() ends by its signal, and the message is kept for the next", async (proactor) => {
  await using pair = await messagePair(proactor);
  const signal = AbortSignal.timeout(20);
  const error = await assertRejects(
    () => soon(pair.served.readMessage({ signal })),
  );
  assertInstanceOf(error, DOMException);
  await pair.client.write(encode("late"));
  assertEquals(await readMessageText(pair.served), "late");
});

test.proactor("readMessage() that is given up within a message loses none of it", async (proactor) => {
  await using pair = await messagePair(proactor);
  const controller = new AbortController();
  const { signal } = controller;
  const data = pattern(1_000_000);
  const given = pair.served.readMessage({ signal });
  const written = pair.client.write(data);
  await turn();
  controller.abort();
  const [first] = await Promise.allSettled([soon(given)]);
  const message = first.status === "fulfilled"
    ? first.value
    : await soon(pair.served.readMessage());
  assertEquals(await sha256(message!.data), await sha256(data));
  await soon(written);
});

test.eachMode("closeWrite() is the end for the peer, and the other way stays open", async (proactor) => {
  await using pair = await messagePair(proactor);
  const { client, served } = pair;
  await client.write(encode("last"));
  await client.closeWrite();
  assertEquals(await readText(served), "last");
  assertStrictEquals(await served.readMessage(), null);
  await served.write(encode("answer"));
  assertEquals(await readText(client, 6), "answer");
  await assertRejects(
    () => client.write(encode("x")),
    Deno.errors.BadResource,
    "the write side is closed",
  );
  await client.closeWrite();
});

test.proactor("closeWrite() works from the server, too", async (proactor) => {
  await using pair = await messagePair(proactor);
  await pair.served.write(encode("last"));
  await pair.served.closeWrite();
  assertEquals(await readMessageText(pair.client), "last");
  assertStrictEquals(await readMessageText(pair.client), null);
});

test.proactor("closeWrite() comes behind what was written", async (proactor) => {
  await using pair = await messagePair(proactor);
  const data = pattern(500_000);
  const written = pair.client.write(data);
  const closed = pair.client.closeWrite();
  assertEquals(
    await sha256(await readBytes(pair.served)),
    await sha256(data),
  );
  await soon(Promise.all([written, closed]));
});

test.proactor("closeWrite() is refused on a byte pipe", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "byte" });
  await assertRejects(
    () => pair.client.closeWrite(),
    Deno.errors.NotSupported,
    "it has no half close",
  );
  await assertConnected(pair);
});

test.proactor("a client in byte mode reads a message pipe as a stream", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "message" });
  await pair.served.write(encode("ab"));
  await pair.served.write(encode("cd"));
  await pair.served.closeWrite();
  assertEquals(await readText(pair.client), "abcd");
  assertFalse(pair.client.messageType === false);
  await assertRejects(
    () => pair.client.readMessage(),
    Deno.errors.NotSupported,
    "this end of the pipe reads bytes",
  );
});

for (const way of ["from the server", "from the client"]) {
  Deno.test(`closeWrite() ${way} sends the end when a reader of bytes has read all`, async () => {
    const native = new NativeWin32();
    let ends = 0;
    const api = withChanges<Win32Api>(native, {
      writeFile(file, buffer, length, overlapped) {
        if (length === 0) ends++;
        return native.writeFile(file, buffer, length, overlapped);
      },
    });
    await using proactor = new IocpProactor({ api });
    const path = uniquePipeName();
    const [stream, handle] = way === "from the server"
      ? await foreignClient(proactor, path)
      : await foreignServer(proactor, path);
    for (const part of ["ab", "cd", "ef"]) await stream.write(encode(part));
    await soon(stream.closeWrite());
    await delay(20);
    assertEquals(ends, 0, "the end must not stand behind data");
    let all = "";
    for (;;) {
      const data = await soon(proactor.recv(handle, 3));
      if (data.length === 0) break;
      all += decode(data);
    }
    assertEquals([all, ends], ["abcdef", 1]);
    await proactor.send(handle, encode("answer"));
    assertEquals(await readText(stream, 6), "answer");
    stream.abort();
    proactor.closeHandle(handle);
    await soon(stream.finished);
  });
}

type Foreign = [stream: PipeConnection, reader: Handle];

async function foreignClient(
  proactor: IocpProactor,
  path: string,
): Promise<Foreign> {
  using server = PipeServer.listen(path, { type: "message", proactor });
  const handle = await proactor.connectPipe(path);
  return [await soon(server.accept()), handle];
}

async function foreignServer(
  proactor: IocpProactor,
  path: string,
): Promise<Foreign> {
  const pipeMode = PIPE_TYPE_MESSAGE;
  const handle = createInstance(proactor, path, { pipeMode });
  const stream = await connectPipe(path, { proactor });
  return [stream, await soon(proactor.acceptPipe(handle))];
}

test.proactor("close() behind closeWrite() waits for nobody, and nothing is lost", async (proactor) => {
  const [stream, handle] = await foreignClient(proactor, uniquePipeName());
  await stream.write(encode("unread"));
  await soon(stream.closeWrite());
  stream.close();
  await soon(stream.finished);
  assertEquals(decode(await soon(proactor.recv(handle, 9))), "unread");
  assertEquals(await soon(proactor.recv(handle, 9)), new Uint8Array(0));
  proactor.closeHandle(handle);
});

test.proactor("30 peers that never read hold up neither the rest nor the end", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { type: "message", proactor });
  const handles: Handle[] = [];
  for (let i = 0; i < 30; i++) {
    handles.push(await soon(proactor.connectPipe(path)));
    const served = await soon(server.accept());
    await served.write(encode("unread"));
    await soon(served.closeWrite());
  }
  // On Deno's pool, which thirty calls that block would fill.
  await soon(sha256(pattern(1000)));
  await using pair = await messagePair(proactor);
  await pair.client.write(encode("x"));
  assertEquals(await readMessageText(pair.served), "x");
  for (const connection of server.connections) connection.abort();
  for (const handle of handles) proactor.closeHandle(handle);
});

test.proactor("readMessage() of a message that the end cuts off gives what is there", async (proactor) => {
  await using pair = await messagePair(proactor);
  const data = pattern(1_000_000);
  const writing = pair.client.write(data);
  const start = new Uint8Array(1000);
  assertEquals(await soon(pair.served.read(start)), start.length);
  pair.client.abort();
  await assertRejects(() => soon(writing), Deno.errors.Interrupted);
  const rest = await soon(pair.served.readMessage());
  assertEquals(start, data.subarray(0, start.length));
  assertStrictEquals(rest?.more, false);
  const end = start.length + rest.data.length;
  assert(end < data.length);
  assertEquals(rest.data, data.subarray(start.length, end));
});

test.proactor("64 MiB in one message arrive unchanged", async (proactor) => {
  await using pair = await messagePair(proactor);
  const data = pattern(64 * 2 ** 20);
  const hash = await sha256(data);
  const maxLength = data.length;
  const [message] = await Promise.all([
    soon(pair.served.readMessage({ maxLength })),
    pair.client.write(data),
  ]);
  assertStrictEquals(message?.more, false);
  assertEquals(await sha256(message.data), hash);
});

test.proactor("1,000 messages of all lengths arrive one by one", async (proactor) => {
  await using pair = await messagePair(proactor);
  const lengths = Array.from({ length: 1000 }, (_, i) => i * i % 9000 + 1);
  const writing = (async () => {
    for (const n of lengths) await pair.client.write(pattern(n, n));
  })();
  for (const n of lengths) {
    const message = await soon(pair.served.readMessage());
    assertEquals(message?.data.length, n);
    assertEquals(message!.data, pattern(n, n));
  }
  await soon(writing);
});
