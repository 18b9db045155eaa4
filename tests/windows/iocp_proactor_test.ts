import { portOf } from "../../src/proactor/default_port.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertGreater,
  assertGreaterOrEqual,
  assertStrictEquals,
} from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  IocpProactor,
  isWindowsError,
  WindowsError,
} from "../../mod.ts";
import { test } from "./_setup.ts";
import { decode, encode, pattern } from "./_bytes.ts";
import { isOpen } from "./_handles.ts";
import { createInstance, uniquePipeName } from "./_pipes.ts";
import { soon, turn, until } from "./_turns.ts";
import { pipe } from "../../src/pipe/mod.ts";
import { PIPE_TYPE_MESSAGE } from "../../src/ffi/constants.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";

const MESSAGE = { pipeMode: PIPE_TYPE_MESSAGE | 2 };

Deno.test("IocpProactor is idle from the start: nothing pending, no wait", async () => {
  await using proactor = new IocpProactor();
  for (let i = 0; i < 50; i++) await turn();
  const { pending, slotsInUse, bufferBytes, waits } = proactor.metrics();
  assertEquals([pending, slotsInUse, bufferBytes, waits], [0, 0, 0, 0]);
});

test.proactor("metrics() counts waits only while something is pending", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  const received = proactor.recv(a, 10);
  await until(() => proactor.metrics().waits === 1);
  assertEquals(proactor.metrics().pending, 1);
  await proactor.send(b, encode("x"));
  await soon(received);
  for (let i = 0; i < 50; i++) await turn();
  assertEquals(proactor.metrics().waits, 1);
});

test.eachMode("acceptPipe() and connectPipe() connect two handles", async (proactor) => {
  const path = uniquePipeName();
  const server = createInstance(proactor, path);
  const accepted = proactor.acceptPipe(server);
  assert(accepted.pending);
  const client = await soon(proactor.connectPipe(path));
  assertEquals(await soon(accepted), server);
  await proactor.send(client, encode("ping"));
  assertEquals(decode(await soon(proactor.recv(server, 100))), "ping");
  await proactor.send(server, encode("pong"));
  assertEquals(decode(await soon(proactor.recv(client, 100))), "pong");
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.eachMode("acceptPipe() ends at once when the client was faster", async (proactor) => {
  const path = uniquePipeName();
  const server = createInstance(proactor, path);
  const client = await soon(proactor.connectPipe(path));
  assertEquals(await soon(proactor.acceptPipe(server)), server);
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.proactor("acceptPipe() takes a client that has come, written and left", async (proactor) => {
  const path = uniquePipeName();
  const server = createInstance(proactor, path);
  const client = await soon(proactor.connectPipe(path));
  await soon(proactor.send(client, encode("said")));
  proactor.closeHandle(client);
  await soon(proactor.acceptPipe(server));
  assertEquals(decode(await soon(proactor.recv(server, 10))), "said");
  assertEquals(await soon(proactor.recv(server, 10)), new Uint8Array(0));
  proactor.closeHandle(server);
});

test.eachMode("acceptPipe() can be cancelled and started again", async (proactor) => {
  const path = uniquePipeName();
  const server = createInstance(proactor, path);
  const first = proactor.acceptPipe(server);
  first.cancel();
  await assertRejects(async () => await soon(first), CancelledError);
  const second = proactor.acceptPipe(server);
  const client = await soon(proactor.connectPipe(path));
  assertEquals(await soon(second), server);
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

/** Both ends of a message-type pipe, raw. */
async function messageEnds(proactor: IocpProactor) {
  const path = uniquePipeName();
  const server = createInstance(proactor, path, MESSAGE);
  const accepted = proactor.acceptPipe(server);
  const client = await soon(proactor.connectPipe(path));
  await soon(accepted);
  return { server, client };
}

test.eachMode("recv() is partial while a message goes on", async (proactor) => {
  const { server, client } = await messageEnds(proactor);
  const waiting = proactor.recv(server, 4);
  await proactor.send(client, encode("a message"));
  assertEquals([decode(await soon(waiting)), waiting.partial], ["a me", true]);
  const next = proactor.recv(server, 3);
  assertEquals([decode(await soon(next)), next.partial], ["ssa", true]);
  const last = proactor.recv(server, 100);
  assertEquals([decode(await soon(last)), last.partial], ["ge", false]);
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.eachMode("send() of an empty array is an empty message", async (proactor) => {
  const { server, client } = await messageEnds(proactor);
  const empty = proactor.recv(server, 100);
  assertEquals(await soon(proactor.send(client, new Uint8Array(0))), 0);
  await soon(proactor.send(client, encode("next")));
  assertEquals(await soon(empty), new Uint8Array(0));
  assertEquals(decode(await soon(proactor.recv(server, 100))), "next");
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.proactor("connectPipe() fails with NotFound when there is no such pipe", async (proactor) => {
  const path = uniquePipeName();
  const error = await assertRejects(
    async () => await proactor.connectPipe(path),
    Deno.errors.NotFound,
    `Cannot connect to pipe "${path}": no server has this name`,
  );
  assert(isWindowsError(error));
  assertEquals([error.winerror, error.code, error.syscall], [
    2,
    "ERROR_FILE_NOT_FOUND",
    "CreateFileW",
  ]);
});

test.proactor("connectPipe() that waits for a busy pipe can be cancelled", async (proactor) => {
  const path = uniquePipeName();
  const server = createInstance(proactor, path, { maxInstances: 1 });
  const first = await soon(proactor.connectPipe(path));
  const waiting = proactor.connectPipe(path);
  assertFalse(waiting.done());
  waiting.cancel();
  await assertRejects(async () => await soon(waiting), CancelledError);
  proactor.closeHandle(first);
  proactor.closeHandle(server);
});

test.proactor("stopServing() cancels one handle and leaves the other alone", async (proactor) => {
  const [path, other] = [uniquePipeName(), uniquePipeName()];
  const stopped = createInstance(proactor, path);
  const serving = createInstance(proactor, other);
  const cancelled = proactor.acceptPipe(stopped);
  const accepted = proactor.acceptPipe(serving);
  proactor.stopServing(stopped);
  await assertRejects(async () => await soon(cancelled), CancelledError);
  assertThrows(
    () => proactor.acceptPipe(stopped),
    Deno.errors.BadResource,
    "serving was stopped",
  );
  const client = await soon(proactor.connectPipe(other));
  assertEquals(await soon(accepted), serving);
  for (const handle of [stopped, serving, client]) {
    proactor.closeHandle(
      handle,
    );
  }
});

test.proactor("register() is idempotent, and another proactor is refused", async (proactor) => {
  await using other = new IocpProactor();
  const [a, b] = pipe({ proactor });
  using _a = a;
  using _b = b;
  proactor.register(a);
  proactor.register(a);
  const error = assertThrows(() => other.register(a), WindowsError);
  assert(isWindowsError(error));
  assertEquals(error.syscall, "CreateIoCompletionPort");
  assertEquals(error.code, "ERROR_INVALID_PARAMETER");
});

test.proactor("register() refuses an end that is not overlapped", (proactor) => {
  const [a, b] = pipe({ overlapped: [false, true], proactor });
  using _a = a;
  using _b = b;
  assertThrows(() => proactor.register(a), WindowsError);
  proactor.register(b);
});

test.proactor("closeHandle() cancels what is pending and closes", async (proactor) => {
  const path = uniquePipeName();
  const server = createInstance(proactor, path);
  const accepted = proactor.acceptPipe(server);
  proactor.closeHandle(server);
  // In the same turn: later the value may be another handle's.
  assertFalse(isOpen(server));
  assertThrows(() => proactor.closeHandle(server), Deno.errors.BadResource);
  await assertRejects(async () => await soon(accepted), Error);
});

test.eachMode("select() returns what has ended, once", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  assertEquals(await proactor.select(0), []);
  const received = proactor.recv(a, 100);
  const sent = proactor.send(b, encode("hello"));
  const ended: unknown[] = [];
  while (ended.length < 2) ended.push(...await soon(proactor.select()));
  assertEquals(new Set(ended), new Set([received, sent]));
  assertEquals(await proactor.select(0), []);
});

test.proactor("select() returns nothing on time-out, and not early", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  const received = proactor.recv(a, 100);
  const start = performance.now();
  assertEquals(await soon(proactor.select(30)), []);
  assertGreaterOrEqual(performance.now() - start, 29);
  received.cancel();
  await soon(Promise.allSettled([received]));
});

test.proactor("select() waits longer than 2**31 ms instead of not at all", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  const received = proactor.recv(a, 100);
  const selected = proactor.select(3_000_000_000);
  for (let i = 0; i < 50; i++) await turn();
  await proactor.send(b, encode("x"));
  assertGreater((await soon(selected)).length, 0);
  await soon(received);
});

test.proactor("poll() dispatches on this thread, and 0 within a callback", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  assertEquals(proactor.poll(), 0);
  const received = proactor.recv(a, 100);
  let within = -1;
  received.onDone = () => within = proactor.poll();
  const [c, d] = [portOf(proactor), proactor.send(b, encode("x"))];
  while (!received.done()) c.drain(1000);
  assertEquals(within, 0);
  assertEquals(decode(received.result()), "x");
  await soon(d);
});

test.proactor("poll() returns 0 after its time-out", (proactor) => {
  const start = performance.now();
  assertEquals(proactor.poll(30), 0);
  assertGreaterOrEqual(performance.now() - start, 25);
});

test.proactor("1,000 operations at once all end, and their slots come back", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _a = a;
  using _b = b;
  const reads = Array.from({ length: 1000 }, () => proactor.recv(a, 1));
  assertEquals(proactor.metrics().pending, 1000);
  const data = pattern(1000);
  await soon(proactor.send(b, data));
  const bytes = await soon(Promise.all(reads.map(async (r) => (await r)[0])));
  assertEquals(Uint8Array.from(bytes as number[]), data);
  assertEquals(proactor.metrics().slotsInUse, 0);
});

test.proactor("handles are values that Windows knows", (proactor) => {
  const handle = createInstance(proactor, uniquePipeName());
  assert(handle !== INVALID_HANDLE_VALUE && isOpen(handle));
  proactor.closeHandle(handle);
  assertStrictEquals(isOpen(handle), false);
});
