/** Readiness of the library's own connections, and in event loops. */

import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  type IocpProactor,
  ProactorEventLoop,
  type StreamConnection,
} from "../../../mod.ts";
import { test } from "../_setup.ts";
import { decode, encode, readText } from "../_bytes.ts";
import { connectedPair, messagePair } from "../_pipes.ts";
import { soon, turn, turns, until } from "../_turns.ts";
import { pipe } from "../../../src/pipe/mod.ts";
import {
  addReader,
  addWriter,
  removeReader,
  waitReadable,
  waitWritable,
} from "../../../src/net/mod.ts";
import { Bench } from "../sockets/_bench.ts";
import { resetOnClose, socketOf, tcpPair } from "./_tcp.ts";

const { BadResource, Interrupted, NotSupported } = Deno.errors;

/** Both ends of a connection. */
interface Pair extends AsyncDisposable {
  served: StreamConnection;
  client: StreamConnection;
}

type Connect = (proactor: IocpProactor) => Promise<Pair>;

const KINDS: Record<string, Connect> = {
  TCP: (proactor) => tcpPair(proactor),
  "byte pipe": (proactor) => connectedPair(proactor, { type: "byte" }),
  "message pipe": messagePair,
};

for (const [kind, connect] of Object.entries(KINDS)) {
  test.eachMode(`waitReadable() of a connection (${kind}) takes nothing`, async (proactor) => {
    await using pair = await connect(proactor);
    const { client, served } = pair;
    const waits = [1, 2].map(() => waitReadable(served, { proactor }));
    await turns(3);
    assert(!waits[0]!.done());
    await client.write(encode("hello"));
    for (const wait of waits) assertEquals(await soon(wait), undefined);
    await soon(waitReadable(served, { proactor }));
    assertEquals(await readText(served, 2), "he");
    await soon(waitReadable(served, { proactor }));
    assertEquals(await readText(served, 3), "llo");
    const empty = waitReadable(served, { proactor });
    await turns(3);
    assert(!empty.done());
    empty.cancel();
    await assertRejects(async () => await empty, CancelledError);
    await client.write(encode("more"));
    assertEquals(await readText(served, 4), "more");
  });

  test.eachMode(`the end of a connection (${kind}) is readable, and stays`, async (proactor) => {
    await using pair = await connect(proactor);
    const { client, served } = pair;
    const readable = waitReadable(served, { proactor });
    client.close();
    await soon(readable);
    await soon(waitReadable(served, { proactor }));
    assertStrictEquals(await soon(served.read(new Uint8Array(1))), null);
    await soon(waitReadable(served, { proactor }));
  });

  test.eachMode(`addReader() of a connection (${kind}) follows the data`, async (proactor) => {
    await using pair = await connect(proactor);
    const { client, served } = pair;
    let text = "";
    addReader(served, () => {
      const target = new Uint8Array(1); // reads may overlap
      served.read(target).then((count) => {
        if (count === null) removeReader(served, { proactor });
        else text += decode(target);
      });
    }, { proactor });
    await client.write(encode("abc"));
    await until(() => text === "abc");
    client.close();
    await until(() => !removeReader(served, { proactor }));
  });
}

test.eachMode("an empty message is readable, and still there afterwards", async (proactor) => {
  await using pair = await messagePair(proactor);
  const { client, served } = pair;
  const readable = waitReadable(served, { proactor });
  await client.closeWrite();
  await soon(readable);
  assertStrictEquals(await soon(served.readMessage()), null);
});

test.eachMode("a reset is readable, the read tells it", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const readable = waitReadable(served, { proactor });
  resetOnClose(socketOf(client));
  client.abort();
  await soon(readable);
  await assertRejects(() => soon(served.read(new Uint8Array(1))));
});

test.proactor("waits stand behind the reads that wait already", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const read = served.read(new Uint8Array(10));
  const readable = waitReadable(served, { proactor });
  await client.write(encode("x"));
  assertEquals(await soon(read), 1);
  await turns(3);
  assert(!readable.done());
  await client.write(encode("y"));
  await soon(readable);
});

test.proactor("closing a connection ends its waits", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  const reports: unknown[] = [];
  portOf(proactor).report = (error) => reports.push(error);
  const readable = waitReadable(served, { proactor });
  addReader(served, () => {}, { proactor });
  served.close();
  await assertRejects(async () => await soon(readable), Interrupted);
  await until(() => reports.length === 1);
  assert(reports[0] instanceof Interrupted);
  assertThrows(() => waitReadable(served, { proactor }), BadResource);
  assert(!removeReader(served, { proactor }));
  client.abort();
});

test.proactor("a connection has no writability to wait for, a write-only end no data", async (proactor) => {
  await using pair = await connectedPair(
    proactor,
    { type: "byte", direction: "in" },
    { direction: "out" },
  );
  const { client } = pair;
  const text = "a connection queues writes, which can be awaited";
  assertThrows(
    () => waitWritable(client as unknown as bigint, { proactor }),
    NotSupported,
    text,
  );
  assertThrows(
    () => addWriter(client as unknown as bigint, () => {}, { proactor }),
    NotSupported,
    text,
  );
  assertThrows(
    () => waitReadable(client, { proactor }),
    NotSupported,
    "only writes",
  );
});

Deno.test("done callbacks of a wait run in the loop that drives the proactor", async () => {
  await using loop = new ProactorEventLoop();
  const { proactor } = loop;
  const [reader, writer] = pipe({ duplex: true, proactor });
  using bench = new Bench();
  const socket = bench.udp({ skip: true });
  const running: string[] = [];
  const waits = {
    pipe: waitReadable(reader, { proactor }),
    socket: waitWritable(socket, { proactor }),
  };
  for (const [name, wait] of Object.entries(waits)) {
    wait.addDoneCallback(() => {
      running.push(`${name} ${loop.isRunning()}`);
      if (running.length === 2) loop.stop();
    });
  }
  await soon(proactor.send(writer, encode("x")));
  for (const wait of Object.values(waits)) await soon(wait);
  for (let i = 0; i < 5; i++) await turn();
  assertEquals(running, [], "the loop does not run");
  await soon(loop.runForever());
  assertEquals(running.sort(), ["pipe true", "socket true"]);
  reader.close();
  writer.close();
});

Deno.test("readers of a proactor with a loop are called by the loop", async () => {
  await using loop = new ProactorEventLoop();
  const { proactor } = loop;
  const [reader, writer] = pipe({ duplex: true, proactor });
  const calls: boolean[] = [];
  addReader(reader, () => {
    calls.push(loop.isRunning());
    if (calls.length < 3) return;
    removeReader(reader, { proactor });
    loop.stop();
  }, { proactor });
  await soon(proactor.send(writer, encode("x")));
  for (let i = 0; i < 5; i++) await turn();
  assertEquals(calls, [], "the loop does not run");
  await soon(loop.runForever());
  assertEquals(calls, [true, true, true]);
  reader.close();
  writer.close();
});

Deno.test("addReader() of a loop takes pipes and connections", async () => {
  await using loop = new ProactorEventLoop();
  const { proactor } = loop;
  const [reader, writer] = pipe({ duplex: true, proactor });
  const pair = await tcpPair(proactor);
  const calls = new Set<string>();
  const note = (name: string) => {
    calls.add(name);
    if (calls.size === 2) loop.stop();
  };
  loop.addReader(reader, note, "pipe");
  loop.addReader(pair.served, note, "connection");
  loop.callSoon(async () => {
    await proactor.send(writer, encode("x"));
    await pair.client.write(encode("x"));
  });
  await soon(loop.runForever());
  assert(loop.removeReader(reader));
  assert(loop.removeReader(pair.served));
  assertThrows(() => loop.addWriter(writer, () => {}), NotSupported);
  reader.close();
  writer.close();
  await pair[Symbol.asyncDispose]();
});
