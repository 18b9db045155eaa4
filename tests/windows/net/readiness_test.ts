import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals, assertFalse } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { test } from "../_setup.ts";
import { soon, turn, turns } from "../_turns.ts";
import { CancelledError } from "../../../src/proactor/future/future.ts";
import type { IocpProactor } from "../../../src/proactor/iocp_proactor.ts";
import {
  waitReadable,
  waitWritable,
} from "../../../src/net/readiness/readiness.ts";
import { pollerOf } from "../../../src/proactor/call/socket_poller.ts";
import { SD_SEND } from "../../../src/ffi/socket/constants.ts";
import { encodeBuffers } from "../../../src/ffi/socket/structs.ts";
import type { Socket } from "../../../src/ffi/socket/api.ts";
import { ANY, Bench, sockets } from "../sockets/_bench.ts";
import { assertIdle } from "./_readiness.ts";

/** Datagrams are not on the port of the proactor: that is not needed. */
const SKIP = { skip: true };

/** Sends until a connection takes no more. */
async function fill(
  bench: Bench,
  socket: Socket,
  proactor: IocpProactor,
): Promise<void> {
  const length = 500_000;
  const buffers = encodeBuffers([{ address: bench.memory(length), length }]);
  for (let i = 0; i < 200; i++) {
    const writable = waitWritable(socket, { proactor });
    // Nothing tells that there will be no room: it would be told long before.
    const full = new Promise((resolve) => setTimeout(resolve, 100));
    await Promise.race([writable, full]);
    const ended = writable.cancel();
    await full;
    if (ended) return;
    sockets.wsaSend(socket, buffers, 0, bench.overlapped());
  }
  throw new Error("The connection takes everything");
}

test.eachMode("waitReadable() ends when a datagram comes, and takes none", async (proactor) => {
  using bench = new Bench();
  const [sender, receiver] = [bench.udp(SKIP), bench.udp(SKIP)];
  const readable = waitReadable(receiver, { proactor });
  await turn();
  assertFalse(readable.done());
  bench.sendTo(sender, "hello", bench.name(receiver));
  assertEquals(await soon(readable), undefined);
  const { address, transferred } = bench.recvFrom(receiver, 10);
  assertEquals(bench.read(address, transferred), "hello");
  await assertIdle(proactor);
});

test.eachMode("waitReadable() ends again and again until everything was read", async (proactor) => {
  using bench = new Bench();
  const { client, server } = bench.pair(SKIP);
  bench.send(client, "ab");
  await soon(waitReadable(server, { proactor }));
  await soon(waitReadable(server, { proactor }));
  bench.recv(server, 1);
  await soon(waitReadable(server, { proactor }));
  bench.recv(server, 1);
  const empty = waitReadable(server, { proactor });
  await turn();
  await turn();
  assertFalse(empty.done());
  empty.cancel();
  await assertIdle(proactor);
});

test.eachMode("waitReadable() does not end for what was read meanwhile", async (proactor) => {
  using bench = new Bench();
  const { client, server } = bench.pair(SKIP);
  const first = waitReadable(server, { proactor });
  bench.send(client, "a");
  // The packet of the poll is queued now. Its answer is not for the second.
  bench.readable(server);
  bench.recv(server, 1);
  const second = waitReadable(server, { proactor });
  await soon(first);
  await turn();
  await turn();
  assertFalse(second.done());
  bench.send(client, "b");
  await soon(second);
  await assertIdle(proactor);
});

test.eachMode("waitReadable() ends when the peer shuts down", async (proactor) => {
  using bench = new Bench();
  const { client, server } = bench.pair();
  const readable = waitReadable(server, { proactor });
  sockets.shutdown(client, SD_SEND);
  await soon(readable);
  await assertIdle(proactor);
});

test.eachMode("waitReadable() ends when a client waits to be accepted", async (proactor) => {
  using bench = new Bench();
  const listener = bench.listener();
  const readable = waitReadable(listener, { proactor });
  const client = bench.tcp();
  bench.bind(client, ANY);
  bench.associate(client, { skip: false });
  bench.succeed(bench.connect(client, listener));
  await soon(readable);
  await assertIdle(proactor);
});

test.eachMode("waitWritable() ends at once when there is room", async (proactor) => {
  using bench = new Bench();
  const { client } = bench.pair();
  await soon(waitWritable(client, { proactor }));
  await assertIdle(proactor);
});

test.eachMode("waitReadable() and waitWritable() of one socket end for themselves", async (proactor) => {
  using bench = new Bench();
  const { client, server } = bench.pair(SKIP);
  const order: string[] = [];
  const readable = waitReadable(server, { proactor });
  readable.then(() => order.push("readable"));
  const writable = waitWritable(server, { proactor });
  await soon(writable.then(() => order.push("writable")));
  assertFalse(readable.done());
  assertEquals(pollerOf(portOf(proactor)).sockets, 1);
  bench.send(client, "a");
  await soon(readable);
  assertEquals(order, ["writable", "readable"]);
  await assertIdle(proactor);
});

test.eachMode("waitReadable() serves all who wait, in the order they came", async (proactor) => {
  using bench = new Bench();
  const [sender, receiver] = [bench.udp(SKIP), bench.udp(SKIP)];
  const order: number[] = [];
  const waits = Array.from({ length: 2000 }, async (_, i) => {
    await waitReadable(receiver, { proactor });
    order.push(i);
  });
  assertEquals(proactor.metrics().pending, 1);
  bench.sendTo(sender, "x", bench.name(receiver));
  await soon(Promise.all(waits));
  assertEquals(order, waits.map((_, i) => i));
  await assertIdle(proactor);
});

test.eachMode("waitReadable() takes 32 sockets to a device", async (proactor) => {
  using bench = new Bench();
  const sender = bench.udp(SKIP);
  const receivers = Array.from({ length: 500 }, () => bench.udp(SKIP));
  const ready: number[] = [];
  const waits = receivers.map(async (receiver, i) => {
    await waitReadable(receiver, { proactor });
    ready.push(i);
  });
  const poller = pollerOf(portOf(proactor));
  assertEquals([poller.sockets, poller.devices], [500, 16]);
  const chosen = [499, 0, 250];
  for (const i of chosen) {
    bench.sendTo(sender, "x", bench.name(receivers[i]!));
    await soon(waits[i]!);
  }
  assertEquals(ready, chosen);
  for (const receiver of receivers) {
    bench.sendTo(sender, "x", bench.name(receiver));
  }
  await soon(Promise.all(waits));
  assertEquals(ready.length, 500);
  await assertIdle(proactor);
});

test.eachMode("cancel() ends a wait at once and its poll soon", async (proactor) => {
  using bench = new Bench();
  const receiver = bench.udp(SKIP);
  const wait = waitReadable(receiver, { proactor });
  assert(wait.cancel());
  assertFalse(wait.cancel());
  await assertRejects(async () => await wait, CancelledError);
  await assertIdle(proactor);
});

test.eachMode("cancel() leaves the others who wait for the socket alone", async (proactor) => {
  using bench = new Bench();
  const [sender, receiver] = [bench.udp(SKIP), bench.udp(SKIP)];
  const waits = [1, 2, 3].map(() => waitReadable(receiver, { proactor }));
  waits[0]!.cancel();
  waits[2]!.cancel();
  bench.sendTo(sender, "x", bench.name(receiver));
  await soon(waits[1]!);
  assertEquals(waits.map((wait) => wait.cancelled()), [true, false, true]);
  await assertIdle(proactor);
});

test.eachMode("cancel() in a storm loses no readiness", async (proactor) => {
  using bench = new Bench();
  const sender = bench.udp(SKIP);
  const receivers = Array.from({ length: 64 }, () => bench.udp(SKIP));
  const last = receivers.map((receiver) => {
    for (let i = 0; i < 20; i++) {
      const wait = i % 3 === 0 ? waitWritable : waitReadable;
      wait(receiver, { proactor }).cancel();
    }
    return waitReadable(receiver, { proactor });
  });
  await turn();
  for (const receiver of receivers) {
    bench.sendTo(sender, "x", bench.name(receiver));
  }
  await soon(Promise.all(last));
  await assertIdle(proactor);
});

test.eachMode("a signal ends a wait with its reason", async (proactor) => {
  using bench = new Bench();
  const receiver = bench.udp(SKIP);
  const controller = new AbortController();
  const { signal } = controller;
  const wait = waitReadable(receiver, { proactor, signal });
  controller.abort(new Error("enough"));
  await assertRejects(async () => await wait, Error, "enough");
  const again = waitReadable(receiver, { proactor, signal });
  await assertRejects(async () => await again, Error, "enough");
  await assertIdle(proactor);
});

test.eachMode("a socket that is closed ends its waits in both directions", async (proactor) => {
  using bench = new Bench();
  const { server, client } = bench.pair();
  await fill(bench, server, proactor);
  const waits = [
    waitReadable(server, { proactor }),
    waitWritable(server, { proactor }),
    waitReadable(server, { proactor }),
  ];
  await turns(5);
  bench.close(server);
  for (const wait of waits) {
    await assertRejects(
      async () => await soon(wait),
      Deno.errors.BadResource,
      "it was closed",
    );
  }
  bench.close(client);
  await assertIdle(proactor);
});

test.eachMode("a socket that takes over a closed one's value is another one", async (proactor) => {
  using bench = new Bench();
  const [sender, receiver] = [bench.udp(SKIP), bench.udp(SKIP)];
  const wait = waitReadable(receiver, { proactor });
  bench.close(receiver);
  const successor = bench.udp(SKIP);
  const next = waitReadable(successor, { proactor });
  await assertRejects(async () => await soon(wait), Deno.errors.BadResource);
  assertFalse(next.done());
  bench.sendTo(sender, "x", bench.name(successor));
  await soon(next);
  await assertIdle(proactor);
});

test.eachMode("waitReadable() refuses what is no socket", (proactor) => {
  using bench = new Bench();
  assertThrows(
    () => waitReadable(bench.port, { proactor }),
    Deno.errors.BadResource,
    "is not a socket",
  );
  assertThrows(
    () => waitReadable(0x77774n, { proactor }),
    Deno.errors.BadResource,
  );
  assertThrows(
    () => waitReadable({ handle: null }, { proactor }),
    Deno.errors.BadResource,
  );
  assertThrows(
    () => waitWritable(1 as unknown as bigint, { proactor }),
    TypeError,
    "the handle is a number",
  );
});

test.eachMode("close() of the proactor ends all waits", async (proactor) => {
  using bench = new Bench();
  const receivers = Array.from({ length: 40 }, () => bench.udp(SKIP));
  const waits = receivers.map((socket) => waitReadable(socket, { proactor }));
  assertEquals(await proactor.close(), 0);
  for (const wait of waits) {
    await assertRejects(
      async () => await soon(wait),
      Deno.errors.BadResource,
      "the proactor is closed",
    );
  }
  assertThrows(
    () => waitReadable(receivers[0]!, { proactor }),
    Deno.errors.BadResource,
  );
  assertEquals(proactor.metrics().slotsInUse, 0);
});
