import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  connectPipe,
  type IocpProactor,
  type PipeConnection,
  PipeServer,
} from "../../mod.ts";
import { test } from "./_setup.ts";
import { encode, pattern, readText } from "./_bytes.ts";
import { uniquePipeName } from "./_pipes.ts";
import { soon, until } from "./_turns.ts";

/** Bad clients of each kind that come and go. */
const BAD_CLIENTS = 1000;

/** How a bad client behaves once it is connected. */
const MISDEEDS: ((client: PipeConnection) => unknown)[] = [
  (client) => client.abort(),
  (client) => client.close(),
  async (client) => {
    await client.write(pattern(Math.ceil(Math.random() * 100_000)));
    client.abort();
  },
  (client) => {
    client.write(pattern(300_000)).catch(() => {});
    client.abort();
  },
  async (client) => {
    client.write(pattern(200_000)).catch(() => {});
    await client.read(new Uint8Array(10)).catch(() => {});
    client.abort();
  },
  async (client) => {
    await client.write(encode("\0\0\0\xff\xff\xff\xff"));
    await client.closeWrite().catch(() => {});
    client.close();
  },
];

/** Gives each client back what it sends, whatever becomes of it. */
async function echo(connection: PipeConnection): Promise<void> {
  const buffer = new Uint8Array(65536);
  try {
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) break;
      await connection.write(buffer.subarray(0, count));
    }
  } catch (error) {
    // A client that has left is an ordinary end.
    assert(error instanceof Deno.errors.BrokenPipe, String(error));
  } finally {
    connection.abort();
  }
}

async function serveAll(server: PipeServer): Promise<void> {
  const echoes: Promise<void>[] = [];
  for await (const connection of server) echoes.push(echo(connection));
  await Promise.all(echoes);
}

async function misbehave(
  path: string,
  proactor: IocpProactor,
  kind: number,
): Promise<void> {
  const client = await connectPipe(path, { proactor });
  const writing = MISDEEDS[kind % MISDEEDS.length]!(client);
  await Promise.resolve(writing).catch(() => {});
}

for (const type of ["byte", "message"] as const) {
  test.proactor(`${type} pipe: ${BAD_CLIENTS} clients that misbehave do not disturb a good one`, async (proactor) => {
    const path = uniquePipeName();
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const server = PipeServer.listen(path, { type, onError, proactor });
    const serving = serveAll(server);
    const good = await connectPipe(path, { proactor });
    let [sent, bad] = [0, 0];
    const attack = (async () => {
      for (let i = 0; i < BAD_CLIENTS; i += 10) {
        const wave = Array.from({ length: 10 }, (_, k) => i + k);
        await Promise.all(wave.map((k) => misbehave(path, proactor, k)));
        bad += wave.length;
      }
    })();
    while (bad < BAD_CLIENTS) {
      const text = `message ${sent++}`;
      await soon(good.write(encode(text)));
      assertEquals(await readText(good, text.length), text);
    }
    await soon(attack);
    good.close();
    await until(() => server.connections.size === 0);
    assertEquals(errors, []);
    assert(sent > 10);
    server.close();
    await soon(serving);
    await soon(server.finished);
  });
}

for (const pause of [0, 50]) {
  test.proactor(`${BAD_CLIENTS} clients that leave before they are accepted are accepted, and what they wrote is read (pause of ${pause} ms before close())`, async (proactor) => {
    const path = uniquePipeName();
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const server = PipeServer.listen(path, { onError, proactor });
    const texts: string[] = [];
    const serving = (async () => {
      for await (const connection of server) {
        texts.push(await readText(connection));
        connection.abort();
      }
    })();
    const sent: string[] = [];
    for (let i = 0; i < BAD_CLIENTS; i++) {
      const client = await soon(proactor.connectPipe(path));
      sent.push(i % 2 === 0 ? "" : `client ${i}`);
      if (i % 2 === 1) await proactor.send(client, encode(sent[i]!));
      proactor.closeHandle(client);
    }
    await until(() => texts.length === BAD_CLIENTS);
    await delay(pause);
    server.close();
    await soon(serving);
    await soon(server.finished);
    assertEquals(texts.sort(), sent.sort());
    assertEquals(errors, []);
  });
}
