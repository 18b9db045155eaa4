/** What nobody has closed, and nobody can close any more. */

import { portOf } from "../../../src/proactor/default_port.ts";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { type IocpProactor, PipeServer } from "../../../mod.ts";
import { pipe } from "../../../src/pipe/mod.ts";
import {
  connectTcp,
  createSocket,
  TcpListener,
  UdpSocket,
} from "../../../src/net/mod.ts";
import { openFile, watchDirectory } from "../../../src/file/mod.ts";
import { collectUntil } from "../../unit/_collect.ts";
import { exists, Folder, SCRATCH } from "../file/_files.ts";
import { test } from "../_setup.ts";
import { encode } from "../_bytes.ts";
import { uniquePipeName } from "../_pipes.ts";
import { soon } from "../_turns.ts";
import { LOCAL, tcpPair } from "./_tcp.ts";
import { agree, tlsPair } from "./_tls.ts";
import { unixPair, unixTest } from "./_unix.ts";

/** What is reported from now on. */
function warningsOf(proactor: IocpProactor): string[] {
  const warnings: string[] = [];
  portOf(proactor).report = (error) => {
    assertInstanceOf(error, Error);
    assertEquals(error.name, "ResourceWarning");
    warnings.push(error.message);
  };
  return warnings;
}

/** What is said to the console while something runs. */
async function consoleOf(body: () => Promise<void>): Promise<string[]> {
  const messages: string[] = [];
  const { error } = console;
  console.error = (_message, thrown) => messages.push(`${thrown?.message}`);
  try {
    await body();
  } finally {
    console.error = error;
  }
  return messages;
}

const REASON = "it was collected without a close";

test.proactor("a TCP connection that is forgotten is closed", async (proactor) => {
  const warnings = warningsOf(proactor);
  const { peer } = await (async () => {
    const { client, served } = await tcpPair(proactor);
    const signal = AbortSignal.timeout(1);
    // Leaves a read in flight that nobody waits for.
    await served.read(new Uint8Array(1), { signal }).catch(() => {});
    return { peer: client };
  })();
  await collectUntil(() => warnings.length === 2);
  assertEquals(
    warnings.filter((text) => text.includes("listener")).length,
    1,
  );
  assertEquals(await soon(peer.read(new Uint8Array(1))), null);
  peer.abort();
});

test.proactor("a TCP listener that is forgotten is closed", async (proactor) => {
  const warnings = warningsOf(proactor);
  const port = (() => TcpListener.listen({ ...LOCAL, proactor }).addr.port)();
  await collectUntil(() => warnings.length > 0);
  assertEquals(warnings, [`Closed TCP listener: ${REASON}`]);
  const again = TcpListener.listen({ ...LOCAL, port, proactor });
  await again.shutdown();
});

test.proactor("a UDP socket that is forgotten is closed", async (proactor) => {
  const warnings = warningsOf(proactor);
  const port = await (async () => {
    const socket = UdpSocket.listen({ ...LOCAL, proactor });
    const signal = AbortSignal.timeout(1);
    await socket.receive(undefined, { signal }).catch(() => {});
    return socket.addr.port;
  })();
  await collectUntil(() => warnings.length > 0);
  assertEquals(warnings, [`Closed UDP socket 127.0.0.1:${port}: ${REASON}`]);
  UdpSocket.listen({ ...LOCAL, port, proactor }).close();
});

test.proactor("a file that is forgotten is closed", async (proactor) => {
  const warnings = warningsOf(proactor);
  using folder = new Folder();
  const path = folder.file("data.txt");
  await (async () => {
    const file = await openFile(path, { ...SCRATCH, proactor });
    await file.write(encode("hello"));
  })();
  await collectUntil(() => warnings.length > 0);
  assertEquals(warnings, [`Closed file "${path}": ${REASON}`]);
  // It is one that is deleted with its last handle.
  assertEquals(exists(path), false);
});

test.proactor("a watcher that is forgotten is closed", async (proactor) => {
  const warnings = warningsOf(proactor);
  using folder = new Folder();
  await (async () => void await watchDirectory(folder.path, { proactor }))();
  await collectUntil(() => warnings.length > 0);
  assertEquals(warnings, [`Closed watcher of "${folder.path}": ${REASON}`]);
});

test.proactor("a watcher that somebody waits for is not", async (proactor) => {
  const warnings = warningsOf(proactor);
  using folder = new Folder();
  const { next } = await (async () => {
    const watcher = await watchDirectory(folder.path, { proactor });
    const next = (async () => {
      for await (const event of watcher) return event.kind;
      return null;
    })();
    return { next };
  })();
  const file = folder.file("new.txt");
  let ended = false;
  next.then(() => ended = true);
  for (let i = 0; i < 3; i++) await collectUntil(() => i >= 0);
  const made = await openFile(file, { ...SCRATCH, proactor });
  await soon(next);
  assertEquals([ended, await next], [true, "create"]);
  made.close();
  await made.core.finished;
  assertEquals(warnings, []);
});

test.proactor("a TLS connection that is forgotten is closed", async (proactor) => {
  const warnings = warningsOf(proactor);
  let peer: { abort(): void } | undefined;
  const messages = await consoleOf(async () => {
    let left = 0;
    await (async () => {
      const pair = await tlsPair(proactor);
      await agree(pair);
      peer = pair.client;
      pair.served.finished.then(() => left++);
    })();
    await collectUntil(() => left === 1);
  });
  assertEquals(messages.length, 1);
  assertEquals(messages[0]!.startsWith("Closed TLS connection to"), true);
  assertEquals(warnings.filter((text) => !text.includes("listener")), []);
  peer!.abort();
});

Deno.test("a bare pipe and a bare socket that are forgotten are closed", async () => {
  const messages: string[] = [];
  messages.push(
    ...await consoleOf(async () => {
      const count = () => messages.length;
      const { error } = console;
      console.error = (_text, thrown) => messages.push(thrown.message);
      (() => void [pipe(), createSocket()])();
      await collectUntil(() => count() === 3);
      console.error = error;
    }),
  );
  const kinds = messages.map((text) => text.replace(/\d+/, "N")).sort();
  assertEquals(kinds, [
    `Closed pipe handle N: ${REASON}`,
    `Closed pipe handle N: ${REASON}`,
    `Closed socket N: ${REASON}`,
  ]);
});

test.proactor("a pipe server that is forgotten frees its name", async (proactor) => {
  const warnings = warningsOf(proactor);
  const path = uniquePipeName();
  (() => void PipeServer.listen(path, { proactor }))();
  await collectUntil(() => warnings.length > 0);
  assertEquals(warnings, [`Closed pipe server: ${REASON}`]);
  await PipeServer.listen(path, { proactor }).shutdown();
});

test.proactor("500 connections that are forgotten leave no slot", async (proactor) => {
  const warnings = warningsOf(proactor);
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  for (let i = 0; i < 10; i++) {
    const batch = Array.from({ length: 50 }, async () => {
      await connectTcp({ ...listener.addr, proactor });
      await listener.accept();
    });
    await soon(Promise.all(batch));
  }
  await collectUntil(() => warnings.length >= 1000);
  await soon(listener.shutdown());
});

unixTest("a unix connection that is forgotten is closed", async (proactor) => {
  const warnings = warningsOf(proactor);
  const { peer } = await (async () => {
    const { client } = await unixPair(proactor);
    return { peer: client };
  })();
  await collectUntil(() => warnings.length === 2);
  assertEquals(await soon(peer.read(new Uint8Array(1))), null);
  peer.abort();
});
