/** The future of one overlapped operation. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvalidStateError } from "../../src/proactor/future/future.ts";
import { outcome, test } from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";
import { turns } from "./_turns.ts";

test.world("an operation that ends at once is done when it is returned", async (world) => {
  const { server, client } = world.pair();
  const write = world.proactor.send(client, bytes("abc"));
  assert(write.done() && !write.pending && !write.partial);
  assertEquals([write.result(), await write], [3, 3]);
  assertEquals(write.exception(), null);
  assertEquals([write.cancel(), write.cancelled()], [false, false]);
  world.close(server, client);
});

test.world("a pending operation has no result yet", async (world) => {
  const { server, client } = world.pair();
  const read = world.proactor.recv(server, 9);
  assert(read.pending && !read.done());
  assertThrows(() => read.result(), InvalidStateError);
  assertThrows(() => read.exception(), InvalidStateError);
  world.proactor.send(client, bytes("abc"));
  assertEquals(text(await read), "abc");
  assert(!read.pending);
  world.close(server, client);
});

test.world("cancel() takes effect when the packet comes, with its reason", async (world) => {
  const { server, client } = world.pair();
  const { proactor, sim } = world;
  sim.manual = true;
  const plain = proactor.recv(server, 9);
  const reasoned = proactor.recv(client, 9);
  assert(plain.cancel());
  assert(reasoned.cancel(new RangeError("why")));
  assert(reasoned.cancel(new TypeError("too late")));
  assertEquals(sim.calls.cancelIoEx, 2);
  await turns();
  assert(!plain.done() && plain.pending);
  sim.manual = false;
  assertEquals(await outcome(plain), "CancelledError");
  assertEquals(await outcome(reasoned), "RangeError");
  assert(!plain.cancel());
  world.close(server, client);
});

test.world("an aborted signal cancels, and its listener goes away", async (world) => {
  const { server, client } = world.pair();
  const aborter = new AbortController();
  const { signal } = aborter;
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    Reflect.apply(addEventListener, signal, args);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    Reflect.apply(removeEventListener, signal, args);
  };
  const read = world.proactor.recv(server, 3, { signal });
  world.proactor.send(client, bytes("abc"));
  assertEquals(text(await read), "abc");
  await turns();
  assertEquals(listeners, 0);
  const other = world.proactor.recv(server, 3, { signal });
  aborter.abort(new RangeError("stop"));
  assertEquals(await outcome(other), "RangeError");
  world.close(server, client);
});

test.world("a message longer than the buffer is partial, at once and later", async (world) => {
  const { server, client } = world.pair({ type: "message" });
  const later = world.proactor.recv(server, 2);
  world.proactor.send(client, bytes("abcd"));
  assertEquals([text(await later), later.partial], ["ab", true]);
  const atOnce = world.proactor.recv(server, 1);
  assertEquals([text(await atOnce), atOnce.partial], ["c", true]);
  const last = world.proactor.recv(server, 9);
  assertEquals([text(await last), last.partial], ["d", false]);
  world.close(server, client);
});

test.world("recv() of zero bytes waits for data and takes none", async (world) => {
  const { server, client } = world.pair();
  const probe = world.proactor.recv(server, 0);
  await turns();
  assert(!probe.done());
  world.proactor.send(client, bytes("abc"));
  assertEquals((await probe).length, 0);
  assertEquals(text(await world.proactor.recv(server, 9)), "abc");
  world.close(server, client);
});

test.world("send() of an empty array is an empty message", async (world) => {
  const { server, client } = world.pair({ type: "message" });
  const read = world.proactor.recv(server, 9);
  assertEquals(await world.proactor.send(client, new Uint8Array(0)), 0);
  assertEquals((await read).length, 0);
  world.close(server, client);
});
