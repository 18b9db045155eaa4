import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertStrictEquals,
} from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import {
  connectPipe,
  type IocpProactor,
  isWindowsError,
  type PipeConnection,
  PipeServer,
} from "../../mod.ts";
import { test } from "./_setup.ts";
import { encode, readText } from "./_bytes.ts";
import { assertKeepsHandles } from "./_handles.ts";
import { connectedPair, createInstance, uniquePipeName } from "./_pipes.ts";
import { soon, turn, until } from "./_turns.ts";
import { assertConnected } from "./_connections.ts";
import { onWine } from "./_wine.ts";

/** A pipe with one instance, which is taken. */
async function busyPipe(proactor: IocpProactor) {
  const path = uniquePipeName();
  const options = { maxInstances: 1, instances: 1, proactor };
  const server = PipeServer.listen(path, options);
  const taken = await connectPipe(path, { proactor });
  const served = await soon(server.accept());
  function free() {
    taken.abort();
    served.abort();
  }
  return {
    path,
    server,
    // An instance lives until both ends are closed.
    free,
    async [Symbol.asyncDispose]() {
      free();
      await server.shutdown({ deadline: 0 });
    },
  };
}

test.eachMode("connectPipe() gives a connection with the pipe's address", async (proactor) => {
  await using pair = await connectedPair(proactor);
  const { client, served, server } = pair;
  assertEquals(client.remoteAddr, server.addr);
  assertEquals(client.localAddr, served.localAddr);
  assertEquals(client.remoteAddr.transport, "pipe");
  await client.write(encode("hello"));
  assertEquals(await readText(served, 5), "hello");
});

test.proactor("connectPipe() fails at once with NotFound when no server has the name", async (proactor) => {
  const path = uniquePipeName();
  const error = await assertRejects(
    () => connectPipe(path, { timeout: 60_000, proactor }),
    Deno.errors.NotFound,
    `Cannot connect to pipe "${path}": no server has this name`,
  );
  assert(isWindowsError(error));
  assertEquals(error.code, "ERROR_FILE_NOT_FOUND");
});

test.proactor("connectPipe() fails with NotFound after the server was closed", async (proactor) => {
  const path = uniquePipeName();
  const server = PipeServer.listen(path, { proactor });
  server.close();
  await assertRejects(
    () => connectPipe(path, { proactor }),
    Deno.errors.NotFound,
  );
  await soon(server.finished);
});

test.proactor("connectPipe() finds a name in any case of letters", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { proactor });
  const client = await connectPipe(path.toUpperCase(), { proactor });
  client.close();
  (await soon(server.accept())).close();
});

test.proactor("connectPipe() fails with TimedOut when no instance becomes free in time", async (proactor) => {
  await using busy = await busyPipe(proactor);
  const start = performance.now();
  await assertRejects(
    () => connectPipe(busy.path, { timeout: 50, proactor }),
    Deno.errors.TimedOut,
    "no instance was free in time",
  );
  assertGreaterOrEqual(performance.now() - start, 49);
});

test.proactor("connectPipe() with timeout 0 takes what is free and waits for nothing", async (proactor) => {
  await using busy = await busyPipe(proactor);
  await assertRejects(
    () => connectPipe(busy.path, { timeout: 0, proactor }),
    Deno.errors.TimedOut,
  );
  await using pair = await connectedPair(proactor, {}, { timeout: 0 });
  assertEquals(pair.server.connections.size, 1);
});

test.proactor("connectPipe() that waits for a busy pipe throws its signal's reason", async (proactor) => {
  await using busy = await busyPipe(proactor);
  const controller = new AbortController();
  const waiting = connectPipe(busy.path, {
    signal: controller.signal,
    proactor,
  });
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => soon(waiting)), reason);
  const signal = AbortSignal.timeout(20);
  const error = await assertRejects(
    () => soon(connectPipe(busy.path, { signal, proactor })),
  );
  assertInstanceOf(error, DOMException);
  assertEquals(error.name, "TimeoutError");
});

test.proactor("connectPipe() opens nothing when its signal was aborted before", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { proactor });
  const signal = AbortSignal.abort(new Error("never"));
  await assertRejects(
    () => connectPipe(path, { signal, proactor }),
    Error,
    "never",
  );
  await turn();
  assertEquals(server.connections.size, 0);
});

test.proactor("connectPipe() gets in when a client of a busy pipe leaves", async (proactor) => {
  await using busy = await busyPipe(proactor);
  const waiting = connectPipe(busy.path, { proactor });
  await turn();
  busy.free();
  const client = await soon(waiting);
  const served = await soon(busy.server.accept());
  await client.write(encode("in"));
  assertEquals(await readText(served, 2), "in");
  client.abort();
  served.abort();
});

test.proactor("connectPipe() serves those who wait in the order they came", async (proactor) => {
  await using busy = await busyPipe(proactor);
  const order: number[] = [];
  const waiting = Array.from({ length: 5 }, async (_, i) => {
    const client = await connectPipe(busy.path, { proactor });
    order.push(i);
    return client;
  });
  busy.free();
  for (const pending of waiting) {
    const [client, served] = await soon(
      Promise.all([pending, busy.server.accept()]),
    );
    client.abort();
    served.abort();
  }
  assertEquals(order, [0, 1, 2, 3, 4]);
});

test.proactor("connectPipe() fails with NotFound when the busy pipe it waits for is gone", async (proactor) => {
  const path = uniquePipeName();
  const instance = createInstance(proactor, path, { maxInstances: 1 });
  const taken = await soon(proactor.connectPipe(path));
  const waiting = connectPipe(path, { proactor });
  await turn();
  proactor.closeHandle(instance);
  proactor.closeHandle(taken);
  await assertRejects(() => soon(waiting), Deno.errors.NotFound);
});

test.proactor("connectPipe() with waitForServer waits for the server", async (proactor) => {
  const path = uniquePipeName();
  const waiting = connectPipe(path, { waitForServer: true, proactor });
  await turn();
  await using server = PipeServer.listen(path, { proactor });
  const [client, served] = await soon(
    Promise.all([waiting, server.accept()]),
  );
  await client.write(encode("there"));
  assertEquals(await readText(served, 5), "there");
  client.abort();
  served.abort();
});

test.proactor("connectPipe() with waitForServer ends by its time-out", async (proactor) => {
  const options = { waitForServer: true, timeout: 30, proactor };
  await assertRejects(
    () => connectPipe(uniquePipeName(), options),
    Deno.errors.TimedOut,
  );
});

test.proactor("connectPipe() twice to one instance: the second waits for the first", async (proactor) => {
  await using busy = await busyPipe(proactor);
  let connected = false;
  const second = connectPipe(busy.path, { proactor });
  second.then(() => connected = true);
  for (let i = 0; i < 20; i++) await turn();
  assertEquals(connected, false);
  busy.free();
  (await soon(second)).abort();
  (await soon(busy.server.accept())).abort();
});

test.proactor("connectPipe() is refused by a descriptor that lets nobody in (Wine does not check it and lets us in)", async (proactor) => {
  const path = uniquePipeName();
  const security = { sddl: "D:P(D;;GA;;;WD)" };
  // Only one instance: the DACL would refuse us a second one, too.
  const options = { security, maxInstances: 1, proactor };
  await using server = PipeServer.listen(path, options);
  if (onWine("pipe-security")) {
    (await connectPipe(path, { proactor })).abort();
    return (await soon(server.accept())).abort();
  }
  const error = await assertRejects(
    () => connectPipe(path, { proactor }),
    Deno.errors.PermissionDenied,
  );
  assert(isWindowsError(error));
  assertEquals(error.code, "ERROR_ACCESS_DENIED");
});

for (const [direction, wrong] of [["in", "out"], ["out", "in"]] as const) {
  test.proactor(`connectPipe() with direction "${direction}" is refused by a server with the same direction`, async (proactor) => {
    const path = uniquePipeName();
    await using _server = PipeServer.listen(path, { direction, proactor });
    await assertRejects(
      () => connectPipe(path, { direction, proactor }),
      Deno.errors.PermissionDenied,
    );
    await assertRejects(
      () => connectPipe(path, { proactor }),
      Deno.errors.PermissionDenied,
    );
    (await connectPipe(path, { direction: wrong, proactor })).abort();
  });
}

for (
  const impersonation of [
    "anonymous",
    "identification",
    "impersonation",
  ] as const
) {
  test.proactor(`connectPipe() connects with impersonation level "${impersonation}"`, async (proactor) => {
    await using pair = await connectedPair(proactor, {}, { impersonation });
    await assertConnected(pair);
  });
}

test.proactor("connectPipe() that fails after it got in keeps no handle", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { type: "byte", proactor });
  async function fail() {
    await assertRejects(
      () => connectPipe(path, { readMode: "message", proactor }),
      Deno.errors.NotSupported,
      "it is a byte-type pipe",
    );
    (await soon(server.accept())).abort();
    await until(() => server.connections.size === 0);
  }
  await assertKeepsHandles(fail, 10);
});

test.proactor("connectPipe() 1,000 times at once to one server: none fails", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { proactor });
  const clients: Promise<PipeConnection>[] = [];
  for (let i = 0; i < 1000; i++) {
    clients.push(
      connectPipe(path, { proactor }),
    );
  }
  let accepted = 0;
  for await (const served of server) {
    served.abort();
    if (++accepted === 1000) break;
  }
  for (const client of await soon(Promise.all(clients))) client.abort();
  assertEquals(accepted, 1000);
});
