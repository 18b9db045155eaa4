/** One `Buffer` that is used again for each write, and other programs. */

import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { type IocpProactor, toNodeDuplex } from "../../mod.ts";
import { connectTcp } from "../../src/net/mod.ts";
import { openFile } from "../../src/file/mod.ts";
import { subprocessExec } from "../../src/process/mod.ts";
import { loadFileSymbols } from "../../src/ffi/file/native.ts";
import { TCP_PROTOCOLS } from "../../src/net/tcp/tcp_protocol.ts";
import { soon } from "../windows/_turns.ts";
import { LOCAL, netTest } from "./_net.ts";
import { test } from "./_script.ts";
import "../windows/process/_process.ts";

if (Deno.build.os === "windows") loadFileSymbols();

/** How often the buffer is used, and its bytes. */
const USES = 200;
const SIZE = 10_000;

/** Writes the buffer, each time with other bytes, and waits for none. */
function reuse<T>(write: (buffer: Buffer) => T): T[] {
  const buffer = Buffer.alloc(SIZE);
  const results = Array.from({ length: USES }, (_, i) => {
    buffer.fill(i);
    return write(buffer);
  });
  buffer.fill(0xee);
  return results;
}

/** The hash of what must arrive. */
function expected(): string {
  const hash = createHash("sha256");
  reuse((buffer) => hash.update(buffer));
  return hash.digest("hex");
}

async function hashOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream) hash.update(chunk);
  return hash.digest("hex");
}

type Writer = (port: number, proactor: IocpProactor) => Promise<unknown>;

const WRITERS: Readonly<Record<string, Writer>> = {
  "TcpConnection.write()": async (port, proactor) => {
    await using connection = await connectTcp({ port, proactor });
    await Promise.all(reuse((buffer) => connection.write(buffer)));
  },
  "TcpConnection.writable": async (port, proactor) => {
    const connection = await connectTcp({ port, proactor });
    const writer = connection.writable.getWriter();
    await Promise.all(reuse((buffer) => writer.write(buffer)));
    await writer.close();
    connection.close();
  },
  "the node duplex": async (port, proactor) => {
    const duplex = await toNodeDuplex(await connectTcp({ port, proactor }));
    reuse((buffer) => duplex.write(buffer));
    await new Promise<void>((resolve) => duplex.end(resolve));
    duplex.destroy();
  },
  "Transport.write()": async (port, proactor) => {
    const options = { port, proactor };
    const [transport] = await TCP_PROTOCOLS.connect(() => ({}), options);
    reuse((buffer) => transport.write(buffer));
    transport.close();
  },
};

for (const [name, write] of Object.entries(WRITERS)) {
  netTest(`${name} of one Buffer, read by Deno's own TCP`, async (proactor) => {
    using listener = Deno.listen(LOCAL);
    const received = (async () => {
      const connection = await listener.accept();
      return await hashOf(connection.readable);
    })();
    const { port } = listener.addr as Deno.NetAddr;
    await soon(write(port, proactor));
    assertEquals(await soon(received), expected());
  });
}

const HASH = `
  import { createHash } from "node:crypto";
  const hash = createHash("sha256");
  for await (const chunk of Deno.stdin.readable) hash.update(chunk);
  console.log(hash.digest("hex"));
`;

test.process("stdin of a child takes one Buffer again and again", async () => {
  await using child = await subprocessExec(Deno.execPath(), {
    stdin: "piped",
    stdout: "piped",
    args: ["eval", "--no-config", "--no-lock", HASH],
  });
  const writer = child.stdin.getWriter();
  const written = reuse((buffer) => writer.write(buffer));
  const closed = writer.close();
  const answer = await soon(new Response(child.stdout).text());
  await soon(Promise.all([...written, closed]));
  assertEquals(answer.trim(), expected());
});

netTest(
  "OverlappedFile.write() of one Buffer, read by Deno",
  async (proactor) => {
    const path = await Deno.makeTempFile();
    try {
      await using file = await openFile(path, { write: true, proactor });
      await soon(Promise.all(reuse((buffer) => file.write(buffer))));
      const hash = createHash("sha256").update(await Deno.readFile(path));
      assertEquals(hash.digest("hex"), expected());
    } finally {
      await Deno.remove(path);
    }
  },
);
