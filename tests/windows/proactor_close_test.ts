import { portOf } from "../../src/proactor/default_port.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import {
  CancelledError,
  connectPipe,
  IocpProactor,
  PipeServer,
} from "../../mod.ts";
import { pattern } from "./_bytes.ts";
import { assertKeepsHandles } from "./_handles.ts";
import { connectedPair, createInstance, uniquePipeName } from "./_pipes.ts";
import { soon, turn, until } from "./_turns.ts";
import { pipe } from "../../src/pipe/mod.ts";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import type { Win32Api } from "../../src/ffi/win32_api.ts";
import { defaultProactor } from "../../src/proactor/default_proactor.ts";
import { withChanges } from "./_proxies.ts";

/** Operations that nobody will end, and what they use. */
const PENDING = {
  recv(proactor: IocpProactor) {
    const [a, b] = pipe({ duplex: true, proactor });
    return { future: proactor.recv(a, 100), handles: [a, b] };
  },
  recvInto(proactor: IocpProactor) {
    const [a, b] = pipe({ duplex: true, proactor });
    const future = proactor.recvInto(a, new Uint8Array(100));
    return { future, handles: [a, b] };
  },
  send(proactor: IocpProactor) {
    const [a, b] = pipe({ bufferSize: 1024, proactor });
    return { future: proactor.send(b, pattern(100_000)), handles: [a, b] };
  },
  acceptPipe(proactor: IocpProactor) {
    const [a, b] = pipe({ proactor });
    const handle = createInstance(proactor, uniquePipeName());
    const instance = { handle, close: () => proactor.closeHandle(handle) };
    const future = proactor.acceptPipe(handle);
    return { future, handles: [a, b, instance] };
  },
};

for (const [name, start] of Object.entries(PENDING)) {
  Deno.test(`close() cancels a pending ${name}()`, async () => {
    const proactor = new IocpProactor();
    const { future, handles } = start(proactor);
    assert(future.pending);
    const closed = proactor.close();
    await assertRejects(
      async () => await soon<unknown>(future),
      CancelledError,
    );
    assertEquals(await soon(closed), 0);
    assertEquals(proactor.metrics().pending, 0);
    for (const handle of handles) handle.close();
  });
}

Deno.test("close() fails a connectPipe() that waits for a busy pipe", async () => {
  const proactor = new IocpProactor();
  const path = uniquePipeName();
  const instance = createInstance(proactor, path, { maxInstances: 1 });
  const taken = await soon(proactor.connectPipe(path));
  const waiting = proactor.connectPipe(path);
  const rejected = assertRejects(
    async () => await soon(waiting),
    Deno.errors.BadResource,
    "the proactor is closed",
  );
  assertEquals(await soon(proactor.close()), 0);
  await rejected;
  proactor.closeHandle(taken);
  proactor.closeHandle(instance);
});

Deno.test("close() ends a connectPipe() that waits for a server", async () => {
  const proactor = new IocpProactor();
  const waiting = connectPipe(uniquePipeName(), {
    waitForServer: true,
    proactor,
  });
  const rejected = assertRejects(() => soon(waiting), Deno.errors.BadResource);
  await turn();
  assertEquals(await soon(proactor.close()), 0);
  await rejected;
});

Deno.test("close() ends a select() that waits", async () => {
  const proactor = new IocpProactor();
  const selected = proactor.select();
  const [a, b] = pipe({ proactor });
  const received = proactor.recv(a, 10);
  assertEquals(await soon(proactor.close()), 0);
  assertEquals(await soon(selected), []);
  assert(received.cancelled());
  a.close();
  b.close();
});

Deno.test("close() closes servers and connections that are still open", async () => {
  const proactor = new IocpProactor();
  const { server, client, served } = await connectedPair(proactor);
  const reading = client.read(new Uint8Array(10));
  const writing = served.write(pattern(1_000_000));
  const accepted = server.accept();
  const ended = Promise.allSettled([reading, writing, accepted]);
  assertEquals(await soon(proactor.close()), 0);
  for (const result of await soon(ended)) {
    if (result.status === "rejected") assertInstanceOf(result.reason, Error);
  }
  assert(server.closed());
  client.abort();
  served.abort();
  await soon(server.finished);
  await soon(Promise.all([client.finished, served.finished]));
});

Deno.test("close() gives back every handle that servers and connections had", async () => {
  async function round() {
    const proactor = new IocpProactor();
    const { client, served } = await connectedPair(proactor, { instances: 5 });
    const reading = client.read(new Uint8Array(10)).catch(() => null);
    await soon(proactor.close());
    client.close();
    served.close();
    await soon(reading);
  }
  await assertKeepsHandles(round, 10);
});

Deno.test("close() is idempotent: every call resolves with the same", async () => {
  const proactor = new IocpProactor();
  const [a, b] = pipe({ proactor });
  proactor.recv(a, 10);
  const closes = [proactor.close(), proactor.close(), proactor.close()];
  assert(proactor.closed);
  assertEquals(await soon(Promise.all(closes)), [0, 0, 0]);
  assertEquals(await proactor.close(), 0);
  assertEquals(await proactor.close({ deadline: 0 }), 0);
  a.close();
  b.close();
});

Deno.test("close() drains 1,000 pending operations", async () => {
  const proactor = new IocpProactor();
  const [a, b] = pipe({ duplex: true, proactor });
  const reads = Array.from({ length: 1000 }, () => proactor.recv(a, 10));
  const settled = Promise.allSettled(reads);
  assertEquals(await soon(proactor.close()), 0);
  const results = await soon(settled);
  assert(results.every(({ status }) => status === "rejected"));
  a.close();
  b.close();
});

Deno.test("close() delivers what has come already", async () => {
  const proactor = new IocpProactor();
  const [a, b] = pipe({ duplex: true, proactor });
  const received = proactor.recv(a, 10);
  const sent = proactor.send(b, Uint8Array.of(1, 2, 3));
  assertEquals(await soon(proactor.close()), 0);
  assertEquals(await soon(received), Uint8Array.of(1, 2, 3));
  assertEquals(await soon(sent), 3);
  a.close();
  b.close();
});

/** Demands that a close cancels a read, and leaves nothing. */
async function assertCancels(
  close: (proactor: IocpProactor) => Promise<number>,
): Promise<void> {
  const proactor = new IocpProactor();
  const [a, b] = pipe({ proactor });
  const received = proactor.recv(a, 10);
  assertEquals(await soon(close(proactor)), 0);
  assert(received.cancelled());
  a.close();
  b.close();
}

Deno.test("close() ends the wait on the thread", async () => {
  await assertCancels(async (proactor) => {
    await until(() => proactor.metrics().waits === 1);
    return await proactor.close();
  });
});

Deno.test("close() takes Infinity for a deadline", async () => {
  await assertCancels((proactor) => proactor.close({ deadline: Infinity }));
});

/** Slots and pooled buffers are reserved in pieces of at least this size. */
const LARGE = 1 << 20;

/** A Windows that cancels nothing, and what was not freed of its memory. */
function withoutCancel() {
  const kept = new Set<bigint>();
  const changes: Partial<Win32Api> = {
    cancelIoEx: () => 0,
    virtualAlloc(address, size, type) {
      const result = native.virtualAlloc(address, size, type);
      if (address === 0n && size >= LARGE) kept.add(result);
      return result;
    },
    virtualFree(address, size, type) {
      kept.delete(address);
      return native.virtualFree(address, size, type);
    },
  };
  const native = new NativeWin32();
  return { api: withChanges(native, changes), kept };
}

Deno.test("close() gives up at its deadline and keeps the memory of what never came back", async () => {
  const { api, kept } = withoutCancel();
  const proactor = new IocpProactor({ api });
  const [a, b] = pipe({ duplex: true, proactor });
  const received = proactor.recv(a, 100);
  const start = performance.now();
  const rejected = assertRejects(async () => await soon(received));
  assertEquals(await soon(proactor.close({ deadline: 40 })), 1);
  assertGreaterOrEqual(performance.now() - start, 39);
  await rejected;
  assertEquals(proactor.metrics().quarantined, 1);
  assertEquals(kept.size, 2);
  a.close();
  b.close();
});

Deno.test("await using closes the proactor", async () => {
  let outside: IocpProactor;
  {
    await using proactor = new IocpProactor();
    outside = proactor;
    assertStrictEquals(outside.closed, false);
  }
  assert(outside.closed);
  const { api, handle } = portOf(outside);
  assert(api.postQueuedCompletionStatus(handle, 0, 1, 0n) !== 0);
});

Deno.test("the shared proactor serves those who give none, and needs no close", async () => {
  const path = uniquePipeName();
  const server = PipeServer.listen(path);
  const client = await connectPipe(path);
  const served = await soon(server.accept());
  await client.write(Uint8Array.of(1));
  assertEquals(await soon(served.read(new Uint8Array(1))), 1);
  client.close();
  served.close();
  await soon(server.shutdown());
  assertEquals(defaultProactor().metrics().slotsInUse, 0);
});

Deno.test("the shared proactor is made anew after its close", async () => {
  const first = defaultProactor();
  assertStrictEquals(defaultProactor(), first);
  await first.close();
  const second = defaultProactor();
  assert(!second.closed && second !== first);
  await second.close();
});
