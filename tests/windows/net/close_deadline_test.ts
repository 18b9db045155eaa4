/** Closes whose peer is slow, or takes nothing: pipes, sockets, TLS. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import type {
  DroppedBytesError,
  IocpProactor,
  StreamConnection,
} from "../../../mod.ts";
import type { TlsConnection } from "../../../src/net/mod.ts";
import { test } from "../_setup.ts";
import { pattern, sha256 } from "../_bytes.ts";
import { connectedPair } from "../_pipes.ts";
import { soon } from "../_turns.ts";
import { TempFile } from "./_files.ts";
import { agree, tlsPair } from "./_tls.ts";
import { MEGABYTE, tcpPair } from "./_tcp.ts";

const { TimedOut, Interrupted } = Deno.errors;

/** More than Windows and the peer's Windows take without a reader. */
const DATA = pattern(20 * MEGABYTE);

type Conn = StreamConnection | TlsConnection;

interface Two extends AsyncDisposable {
  /** The end that is closed. */
  writer: Conn;
  /** The end that reads. */
  reader: Conn;
}

/** How an end is told that it did not get all. */
type Told = "error" | "end";

const KINDS: Record<
  string,
  [(proactor: IocpProactor) => Promise<Two>, Told]
> = {
  "server's end of a byte pipe": [
    async (proactor) => {
      const pair = await connectedPair(proactor, { type: "byte" });
      return two(pair, pair.served, pair.client);
    },
    "end", // by error 233
  ],
  "client's end of a byte pipe": [
    async (proactor) => {
      const pair = await connectedPair(proactor, { type: "byte" });
      return two(pair, pair.client, pair.served);
    },
    "end",
  ],
  TCP: [async (proactor) => {
    const pair = await tcpPair(proactor);
    return two(pair, pair.client, pair.served);
  }, "error"],
  TLS: [async (proactor) => {
    const pair = await tlsPair(proactor);
    await agree(pair);
    return two(pair, pair.client, pair.server);
  }, "error"],
};

function two(pair: AsyncDisposable, writer: Conn, reader: Conn): Two {
  return {
    writer,
    reader,
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  };
}

/** Reads to the end, with a pause after each MiB. */
async function readSlowly(reader: Conn, pause: number): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let sum = 0;;) {
    const chunk = new Uint8Array(65536);
    const count = await reader.read(chunk);
    if (count === null) return await new Blob(parts).bytes();
    parts.push(chunk.subarray(0, count));
    const before = Math.floor(sum / MEGABYTE);
    sum += count;
    if (Math.floor(sum / MEGABYTE) > before) await delay(pause);
  }
}

async function lossOf(promise: Promise<unknown>): Promise<DroppedBytesError> {
  return await assertRejects(() => soon(promise), Error) as DroppedBytesError;
}

for (const [kind, [open, told]] of Object.entries(KINDS)) {
  test.proactor(`${kind}: a close waits for a slow peer`, async (proactor) => {
    await using ends = await open(proactor);
    const { writer, reader } = ends;
    const written = writer.write(DATA);
    const closed = writer.shutdown({ deadline: 1000 });
    const received = await soon(readSlowly(reader, 120));
    assertEquals(received.length, DATA.length);
    assertEquals(
      await sha256(received as Uint8Array<ArrayBuffer>),
      await sha256(DATA),
    );
    await soon(closed);
    assertEquals(await written, DATA.length);
  });

  test.proactor(`${kind}: a close gives up on a peer that stops`, async (proactor) => {
    await using ends = await open(proactor);
    const { writer, reader } = ends;
    const written = lossOf(writer.write(DATA));
    assertEquals(await reader.read(new Uint8Array(65536)) !== null, true);
    const loss = await lossOf(writer.shutdown({ deadline: 200 }));
    assertInstanceOf(loss, TimedOut);
    assert(loss.bytesDropped > 0 && loss.bytesDropped <= DATA.length);
    assertInstanceOf(await written, TimedOut);
    const rest = readSlowly(reader, 0);
    if (told === "error") assertInstanceOf(await lossOf(rest), Error);
    else assert((await soon(rest)).length < DATA.length);
  });

  test.proactor(`${kind}: an abort with writes under way`, async (proactor) => {
    await using ends = await open(proactor);
    const { writer, reader } = ends;
    const written = lossOf(writer.write(DATA));
    const closed = lossOf(writer.shutdown());
    writer.abort();
    assertInstanceOf(await written, Interrupted);
    assertInstanceOf(await closed, Interrupted);
    const rest = readSlowly(reader, 0);
    if (told === "error") assertInstanceOf(await lossOf(rest), Error);
    else assert((await soon(rest)).length < DATA.length);
  });
}

test.proactor("a close behind a file waits for a slow peer", async (proactor) => {
  await using pair = await tcpPair(proactor);
  using file = new TempFile(DATA);
  const sent = pair.client.sendFile(file.path);
  const closed = pair.client.shutdown({ deadline: 1000 });
  const received = await soon(readSlowly(pair.served, 120));
  assertEquals(received.length, DATA.length);
  await soon(closed);
  assertEquals(await sent, DATA.length);
});
