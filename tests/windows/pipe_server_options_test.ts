import { portOf } from "../../src/proactor/default_port.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertGreaterOrEqual,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  connectPipe,
  type IocpProactor,
  type PipeConnection,
  PipeServer,
  ProactorEventLoop,
} from "../../mod.ts";
import { test } from "./_setup.ts";
import { encode, pattern, readBytes, readText } from "./_bytes.ts";
import { connectedPair, createInstance, uniquePipeName } from "./_pipes.ts";
import { soon } from "./_turns.ts";
import { pipe } from "../../src/pipe/mod.ts";
import {
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_TYPE_MESSAGE,
} from "../../src/ffi/constants.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";

test.proactor("maxInstances makes further clients wait until one has left", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { maxInstances: 2, proactor });
  const clients = [
    await connectPipe(path, { proactor }),
    await connectPipe(path, { proactor }),
  ];
  const served = [await soon(server.accept()), await soon(server.accept())];
  await assertRejects(
    () => connectPipe(path, { timeout: 20, proactor }),
    Deno.errors.TimedOut,
  );
  const third = connectPipe(path, { proactor });
  served[0]!.close();
  clients.push(await soon(third));
  served.push(await soon(server.accept()));
  await clients[2]!.write(encode("third"));
  assertEquals(await readText(served[2]!, 5), "third");
  for (const connection of [...clients, ...served]) connection.abort();
});

test.proactor("backlog and instances bound how many get in before accept() is called", async (proactor) => {
  const path = uniquePipeName();
  const options = { backlog: 4, instances: 2, proactor };
  await using server = PipeServer.listen(path, options);
  const connected: PipeConnection[] = [];
  async function connectAll() {
    for (;;) {
      const connecting = connectPipe(path, { timeout: 300, proactor });
      connected.push(await connecting);
    }
  }
  await assertRejects(() => connectAll(), Deno.errors.TimedOut);
  assert(connected.length >= 4 && connected.length <= 6);
  const waiting = connectPipe(path, { proactor });
  const first = connected.length;
  for (let i = 0; i <= first; i++) {
    connected.push(await soon(server.accept()));
  }
  connected.push(await soon(waiting));
  for (const connection of connected) connection.abort();
});

test.proactor("a server whose instances were taken by others goes on when they are free", async (proactor) => {
  const path = uniquePipeName();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const options = { maxInstances: 2, instances: 1, onError, proactor };
  await using server = PipeServer.listen(path, options);
  const squatter = createInstance(proactor, path, {
    maxInstances: 2,
    pipeMode: PIPE_TYPE_MESSAGE,
  });
  assertNotEquals(squatter, INVALID_HANDLE_VALUE);
  const clients: PipeConnection[] = [];
  for (const text of ["0", "1"]) {
    const client = await connectPipe(path, { proactor });
    await client.write(encode(text));
    clients.push(client);
  }
  const served = await soon(server.accept());
  const ours = Number(await readText(served, 1));
  proactor.closeHandle(squatter);
  clients[1 - ours]!.abort();
  const next = await soon(connectPipe(path, { proactor }));
  await next.write(encode("again"));
  const again = await soon(server.accept());
  assertEquals(await readText(again, 5), "again");
  for (const end of [...clients, next, again, served]) end.abort();
  assertEquals(errors, []);
});

for (const direction of ["in", "out"] as const) {
  test.proactor(`direction "${direction}" makes a pipe of one direction`, async (proactor) => {
    const opposite = direction === "in" ? "out" : "in";
    await using pair = await connectedPair(
      proactor,
      { direction },
      { direction: opposite },
    );
    const { served, client } = pair;
    const [reader, writer] = direction === "in"
      ? [served, client]
      : [client, served];
    await writer.write(encode("one way"));
    assertEquals(await readText(reader, 7), "one way");
    await assertRejects(
      () => writer.read(new Uint8Array(1)),
      Deno.errors.NotSupported,
      "only writes",
    );
    await assertRejects(
      () => reader.write(encode("x")),
      Deno.errors.NotSupported,
      "only reads",
    );
  });
}

async function writtenWithoutReader(proactor: IocpProactor, quota: number) {
  const sizes = { inBufferSize: quota, outBufferSize: quota };
  await using pair = await connectedPair(proactor, { type: "byte", ...sizes });
  const { client, served } = pair;
  const written = client.write(pattern(quota + 4096));
  const buffered = client.bufferedAmount;
  await readBytes(served, quota + 4096);
  await soon(written);
  return buffered;
}

test.proactor("inBufferSize bounds what a client can write before the server reads", async (proactor) => {
  assertGreaterOrEqual(await writtenWithoutReader(proactor, 8192), 1);
  assertGreaterOrEqual(await writtenWithoutReader(proactor, 65536), 1);
});

test.proactor("remoteProcessId is the process at the other end, and 0 when closed", async (proactor) => {
  await using pair = await connectedPair(proactor);
  assertEquals(pair.client.remoteProcessId, Deno.pid);
  assertEquals(pair.served.remoteProcessId, Deno.pid);
  pair.client.abort();
  assertEquals(pair.client.remoteProcessId, 0);
});

test.proactor("listen() creates the instances at once, and replaces each that is taken", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { instances: 3, proactor });
  const { api } = portOf(proactor);
  const handles = [0, 1, 2].map(() =>
    api.createFile({
      name: path,
      access: (GENERIC_READ | GENERIC_WRITE) >>> 0,
      shareMode: 0,
      flags: 0,
    })
  );
  assertFalse(handles.includes(INVALID_HANDLE_VALUE));
  // And the one that keeps the name.
  assertEquals(api.getNamedPipeInfo(handles[0]!)?.instances, 4);
  for (let i = 0; i < 3; i++) (await soon(server.accept())).abort();
  for (const handle of handles) api.closeHandle(handle);
  (await soon(connectPipe(path, { timeout: 1000, proactor }))).abort();
});

test.proactor("pipes are byte pipes by default", async (proactor) => {
  const path = uniquePipeName();
  const { api } = portOf(proactor);
  const [reader, writer] = pipe({ proactor });
  for (const end of [reader, writer]) {
    assertEquals(api.getNamedPipeInfo(end.fileno())?.messageType, false);
    end.close();
  }
  await using _server = PipeServer.listen(path, { proactor });
  await using loop = new ProactorEventLoop();
  const other = uniquePipeName();
  const [server] = await loop.startServingPipe(() => ({}), other);
  for (const name of [path, other]) {
    const client = await soon(connectPipe(name, { proactor }));
    assertFalse(client.messageType || client.canCloseWrite);
    client.abort();
  }
  await soon(server.shutdown());
});
