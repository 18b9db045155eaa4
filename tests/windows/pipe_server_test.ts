import { portOf } from "../../src/proactor/default_port.ts";
import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertStrictEquals,
} from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import {
  connectPipe,
  IocpProactor,
  isWindowsError,
  type PipeConnection,
  PipeServer,
} from "../../mod.ts";
import { test } from "./_setup.ts";
import { encode, readText } from "./_bytes.ts";
import { connectedPair, uniquePipeName } from "./_pipes.ts";
import { soon, turn, until } from "./_turns.ts";
import {
  GENERIC_READ,
  GENERIC_WRITE,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
} from "../../src/ffi/constants.ts";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import type { Win32Api } from "../../src/ffi/win32_api.ts";
import { withChanges } from "./_proxies.ts";

async function upperCaseLines(server: PipeServer) {
  for await (const connection of server) {
    readText(connection, 7).then(async (line) => {
      await connection.write(encode(line.toUpperCase()));
      connection.close();
    });
  }
}

test.eachMode("listen() serves five clients at once, and after close() there is no such pipe", async (proactor) => {
  const path = uniquePipeName();
  await assertRejects(
    () => connectPipe(path, { proactor }),
    Deno.errors.NotFound,
  );
  const server = PipeServer.listen(path, { proactor });
  const serving = upperCaseLines(server);
  const clients = Array.from({ length: 5 }, async (_, i) => {
    using client = await connectPipe(path, { proactor });
    await client.write(encode(`lower-${i}`));
    return await readText(client);
  });
  const lines = await soon(Promise.all(clients));
  assertEquals(lines, [0, 1, 2, 3, 4].map((i) => `LOWER-${i}`));
  server.close();
  await soon(serving);
  await soon(server.finished);
  await assertRejects(
    () => connectPipe(path, { proactor }),
    Deno.errors.NotFound,
  );
});

test.proactor("listen() on a served name fails with AddrInUse (on Wine too, where FIRST_PIPE_INSTANCE does nothing)", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { proactor });
  const error = assertThrows(
    () => PipeServer.listen(path, { proactor }),
    Deno.errors.AddrInUse,
    `Cannot listen on pipe "${path}": the name is served already`,
  );
  assert(isWindowsError(error));
  assertEquals(error.syscall, "CreateNamedPipeW");
  await assertServes(server, path, proactor);
});

/** Demands that a server takes a client. */
async function assertServes(
  server: PipeServer,
  path: string,
  proactor: IocpProactor,
): Promise<void> {
  const client = await connectPipe(path, { proactor });
  (await soon(server.accept())).abort();
  client.abort();
}

test.proactor("listen() takes a name again after close()", async (proactor) => {
  const path = uniquePipeName();
  for (let i = 0; i < 3; i++) {
    await using server = PipeServer.listen(path, { proactor });
    await assertServes(server, path, proactor);
  }
});

test.proactor("listen() 50 times while clients wait for the server: each gets in", async (proactor) => {
  const path = uniquePipeName();
  for (let i = 0; i < 50; i++) {
    const options = { waitForServer: true, proactor };
    const connecting = connectPipe(path, options);
    await using server = PipeServer.listen(path, { instances: 1, proactor });
    const served = await soon(server.accept());
    (await soon(connecting)).abort();
    served.abort();
    server.close();
  }
});

test.proactor("accept() rejects when the server is closed meanwhile", async (proactor) => {
  const server = PipeServer.listen(uniquePipeName(), { proactor });
  const waiting = [server.accept(), server.accept()];
  server.close();
  for (const accepted of waiting) {
    await assertRejects(
      () => soon(accepted),
      Deno.errors.BadResource,
      "Cannot accept: the listener has been closed",
    );
  }
  await soon(server.finished);
});

for (const type of ["byte", "message"] as const) {
  Deno.test(`what 60 clients of a ${type} pipe wrote before they left, before ConnectNamedPipe, is read`, async () => {
    const path = uniquePipeName();
    const native = new NativeWin32();
    let left = 60;
    const api = withChanges<Win32Api>(native, {
      connectNamedPipe: (pipe, overlapped) => {
        if (left > 0) writeAndLeave(native, path, `payload ${left--}`);
        return native.connectNamedPipe(pipe, overlapped);
      },
    });
    await using proactor = new IocpProactor({ api });
    await using server = PipeServer.listen(path, { type, proactor });
    const got = new Set<string>();
    while (got.size < 60) {
      using connection = await soon(server.accept());
      got.add(await readText(connection));
    }
    assertEquals(left, 0);
  });
}

/** The handle is not for overlapped I/O, so this is done when it returns. */
function writeAndLeave(api: Win32Api, name: string, payload: string): void {
  const client = api.createFile({
    name,
    access: (GENERIC_READ | GENERIC_WRITE) >>> 0,
    shareMode: 0,
    flags: 0,
  });
  const slot = api.virtualAlloc(0n, 4096, MEM_RESERVE | MEM_COMMIT);
  const data = encode(payload);
  api.copyIn(slot + 64n, data);
  assertEquals(api.writeFile(client, slot + 64n, data.length, slot), 0);
  api.virtualFree(slot, 0, MEM_RELEASE);
  assertEquals(api.closeHandle(client), 0);
}

test.proactor("accept() fails after close()", async (proactor) => {
  const server = PipeServer.listen(uniquePipeName(), { proactor });
  assert(!server.closed());
  server.close();
  server.close();
  assert(server.closed());
  await assertRejects(() => server.accept(), Deno.errors.BadResource);
  await soon(server.finished);
});

test.proactor("accept() hands clients to those who wait in the order they came", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { proactor });
  const accepted = [server.accept(), server.accept(), server.accept()];
  for (const text of ["0", "1", "2"]) {
    const client = await connectPipe(path, { proactor });
    await client.write(encode(text));
    client.close();
  }
  const texts: string[] = [];
  for (const next of accepted) {
    const served = await soon(next);
    texts.push(await readText(served));
    served.abort();
  }
  assertEquals(texts.toSorted(), ["0", "1", "2"]);
});

test.proactor("for await ends when the server is closed", async (proactor) => {
  const path = uniquePipeName();
  const server = PipeServer.listen(path, { proactor });
  const seen: PipeConnection[] = [];
  const iterated = (async () => {
    for await (const connection of server) seen.push(connection);
  })();
  const client = await connectPipe(path, { proactor });
  await until(() => seen.length === 1);
  server.close();
  await soon(iterated);
  client.abort();
  seen[0]!.abort();
  await soon(server.finished);
});

test.proactor("close() leaves connections that were handed out alone", async (proactor) => {
  const { server, client, served } = await connectedPair(proactor);
  let finished = false;
  server.finished.then(() => finished = true);
  server.close();
  await client.write(encode("still here"));
  assertEquals(await readText(served, 10), "still here");
  assert(!finished);
  assertEquals(server.connections.size, 1);
  client.close();
  served.close();
  await soon(server.finished);
  assertEquals(server.connections.size, 0);
});

test.proactor("close() closes connections that nobody has accepted", async (proactor) => {
  const path = uniquePipeName();
  const server = PipeServer.listen(path, { proactor });
  const client = await connectPipe(path, { proactor });
  await until(() => server.connections.size === 1);
  server.close();
  assertEquals(await readText(client), "");
  await soon(server.finished);
  client.close();
});

test.proactor("connections holds what is open now", async (proactor) => {
  const { server, served, client } = await connectedPair(proactor);
  assertEquals([...server.connections], [served]);
  client.close();
  assertStrictEquals(await served.read(new Uint8Array(1)), null);
  assertEquals(server.connections.size, 1);
  served.close();
  await soon(served.finished);
  await turn();
  assertEquals(server.connections.size, 0);
  await soon(server.shutdown());
});

test.proactor("shutdown() waits for the connections", async (proactor) => {
  const { server, served, client } = await connectedPair(proactor);
  let ended = false;
  const shutdown = server.shutdown().then(() => ended = true);
  for (let i = 0; i < 20; i++) await turn();
  assert(!ended);
  client.close();
  served.close();
  await soon(shutdown);
});

test.proactor("shutdown() aborts connections at its deadline", async (proactor) => {
  const { server, served, client } = await connectedPair(proactor);
  const reading = served.read(new Uint8Array(10));
  const start = performance.now();
  const shutdown = server.shutdown({ deadline: 40 });
  await assertRejects(() => soon(reading), Deno.errors.Interrupted);
  await soon(shutdown);
  assertGreaterOrEqual(performance.now() - start, 39);
  assertEquals(await readText(client), "");
  client.close();
});

test.proactor("shutdown() does not take a deadline of more than 2**31 ms for none", async (proactor) => {
  const { server, served, client } = await connectedPair(proactor);
  const shutdown = server.shutdown({ deadline: 3_000_000_000 });
  for (let i = 0; i < 50; i++) await turn();
  await client.write(encode("alive"));
  assertEquals(await readText(served, 5), "alive");
  client.close();
  served.close();
  await soon(shutdown);
});

test.proactor("signal shuts the server down when it is aborted", async (proactor) => {
  const controller = new AbortController();
  const { signal } = controller;
  const server = PipeServer.listen(uniquePipeName(), { signal, proactor });
  const accepted = server.accept();
  controller.abort();
  await assertRejects(() => soon(accepted), Deno.errors.BadResource);
  await soon(server.finished);
});

test.proactor("await using closes the server and waits for its connections", async (proactor) => {
  const path = uniquePipeName();
  const finished: string[] = [];
  {
    await using server = PipeServer.listen(path, { proactor });
    server.finished.then(() => finished.push("server"));
    const client = await connectPipe(path, { proactor });
    const served = await soon(server.accept());
    served.finished.then(() => finished.push("connection"));
    client.close();
    served.close();
  }
  assertEquals(finished, ["connection", "server"]);
  await assertRejects(
    () => connectPipe(path, { proactor }),
    Deno.errors.NotFound,
  );
});

test.proactor("a client that only looks and leaves disturbs nobody", async (proactor) => {
  const path = uniquePipeName();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const options = { instances: 1, onError, proactor };
  await using server = PipeServer.listen(path, options);
  const { api } = portOf(proactor);
  for (let i = 0; i < 5; i++) {
    const probe = await soon(proactor.connectPipe(path));
    api.closeHandle(probe);
  }
  const client = await soon(connectPipe(path, { proactor }));
  await client.write(encode("hello"));
  client.close();
  const texts: string[] = [];
  while (!texts.includes("hello")) {
    const served = await soon(server.accept());
    texts.push(await readText(served));
    served.abort();
  }
  assertEquals(errors, []);
});
