import { assert, assertEquals } from "@std/assert";
import { connectPipe, type PipeConnection, PipeServer } from "../../mod.ts";
import { test } from "./_setup.ts";
import { encode, readText } from "./_bytes.ts";
import { assertKeepsHandles } from "./_handles.ts";
import { uniquePipeName } from "./_pipes.ts";
import { soon, until } from "./_turns.ts";

/** Clients that connect at once. */
const CLIENTS = 1000;

/**
 * Clients that connect, talk and close one after the other: about 5 s under
 * Wine, and as many on Windows.
 */
const CYCLES = 9_999;

/** Cycles before counting begins: by then Deno has its threads. */
const WARM_UP = 100;

async function upperCase(connection: PipeConnection): Promise<void> {
  const text = await readText(connection, 5);
  await connection.write(encode(text.toUpperCase()));
  connection.close();
}

async function serveAll(server: PipeServer): Promise<void> {
  for await (const connection of server) await upperCase(connection);
}

test.proactor(`${CLIENTS} clients at once are all served with default settings`, async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { proactor });
  const serving = (async () => {
    const served: Promise<void>[] = [];
    for await (const connection of server) served.push(upperCase(connection));
    await Promise.all(served);
  })();
  const start = performance.now();
  let connected = 0;
  let elapsed = 0;
  async function talk(): Promise<string> {
    using client = await connectPipe(path, { proactor });
    if (++connected === CLIENTS) elapsed = performance.now() - start;
    await client.write(encode("hello"));
    return await readText(client, 5);
  }
  const talks = Array.from({ length: CLIENTS }, () => talk());
  const texts = await soon(Promise.all(talks));
  assertEquals(new Set(texts), new Set(["HELLO"]));
  await until(() => server.connections.size === 0);
  server.close();
  await soon(serving);
  console.log(`${Math.round(CLIENTS / elapsed * 1000)} connects/s at once`);
});

test.proactor(`${CLIENTS} clients stay connected at once, and all can talk`, async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, {
    backlog: CLIENTS,
    proactor,
  });
  const connecting = Array.from(
    { length: CLIENTS },
    () => connectPipe(path, { proactor }),
  );
  const clients = await soon(Promise.all(connecting));
  await until(() => server.connections.size === CLIENTS);
  const serving = (async () => {
    for (let i = 0; i < CLIENTS; i++) void upperCase(await server.accept());
  })();
  await Promise.all(clients.map((client) => client.write(encode("hello"))));
  const texts = clients.map((client) => readText(client, 5));
  const all = await soon(Promise.all(texts));
  assertEquals(new Set(all), new Set(["HELLO"]));
  await serving;
  for (const client of clients) client.close();
});

test.proactor(`${CYCLES} clients one after the other leave no handle, slot or buffer`, async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { type: "byte", proactor });
  const serving = serveAll(server);
  async function cycles(count: number) {
    for (let i = 0; i < count; i++) {
      using client = await connectPipe(path, { proactor });
      await client.write(encode("hello"));
      assertEquals(await readText(client, 5), "HELLO");
    }
    await until(() => server.connections.size === 0);
  }
  await cycles(WARM_UP);
  const before = proactor.metrics();
  const start = performance.now();
  await assertKeepsHandles(() => cycles(CYCLES / 3), 1, 100);
  const rate = CYCLES / (performance.now() - start) * 1000;
  const after = proactor.metrics();
  assertEquals(after.slotsInUse, before.slotsInUse);
  assertEquals(after.bufferBytes, before.bufferBytes);
  server.close();
  await soon(serving);
  assert(rate > 0);
  console.log(`${Math.round(rate)} connect/echo/close cycles/s`);
});
