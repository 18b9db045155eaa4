import { assert, assertEquals, assertLess } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import {
  connectTcp,
  type TcpAddr,
  type TcpConnection,
  TcpListener,
} from "../../../src/net/mod.ts";
import { test } from "../_setup.ts";
import { encode, readText } from "../_bytes.ts";
import { soon, turn, until } from "../_turns.ts";
import { LOCAL } from "./_tcp.ts";

/** Connections; both ends are in this process. */
const CONNECTIONS = 5000;

/** Connections that are made at once. */
const BATCH = 250;

/** Bytes of a slot of native memory. */
const SLOT_SIZE = 64;

/** Bytes of JavaScript that an end may take, its promises included. */
const HEAP_LIMIT = 16_384;

/** Milliseconds in which one of many must be answered. */
const AT_ONCE = 1000;

test.proactor(`${CONNECTIONS} idle connections hold no buffer, and one that talks is answered at once`, async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const before = measure(proactor);
  const served: TcpConnection[] = [];
  const serving = (async () => {
    for await (const connection of listener) {
      served.push(connection);
      echo(connection);
    }
  })();
  const clients = await connectAll(proactor, listener.addr);
  await until(() => served.length === CONNECTIONS);
  await turn();
  const idle = measure(proactor);
  assertEquals(idle.bufferBytes, before.bufferBytes);
  const slots = (idle.slots - before.slots) / (2 * CONNECTIONS);
  const heap = (idle.heap - before.heap) / (2 * CONNECTIONS);
  assertEquals(slots, 2); // one to read, one to write
  assertLess(heap, HEAP_LIMIT);
  const took = await talk(clients[CONNECTIONS / 2]!);
  assertLess(took, AT_ONCE);
  console.log(
    `${CONNECTIONS} idle connections: each end holds ${slots * SLOT_SIZE} ` +
      `bytes of slots, 0 of buffers, ${Math.round(heap)} of heap; ` +
      `one of them was answered in ${took.toFixed(1)} ms`,
  );
  listener.close();
  await serving;
  for (const connection of [...clients, ...served]) connection.abort();
  await soon(listener.finished);
});

/** What everything holds now. */
function measure(proactor: IocpProactor) {
  const { bufferBytes, slotsInUse: slots } = proactor.metrics();
  return { bufferBytes, slots, heap: Deno.memoryUsage().heapUsed };
}

async function connectAll(
  proactor: IocpProactor,
  { hostname, port }: TcpAddr,
): Promise<TcpConnection[]> {
  const clients: TcpConnection[] = [];
  while (clients.length < CONNECTIONS) {
    const batch = Array.from(
      { length: BATCH },
      () => connectTcp({ hostname, port, proactor }),
    );
    clients.push(...await soon(Promise.all(batch)));
  }
  return clients;
}

/** Waits for bytes, and sends them back. */
async function echo(connection: TcpConnection): Promise<void> {
  const target = new Uint8Array(16);
  try {
    const count = await connection.read(target);
    assert(count !== null);
    await connection.write(target.subarray(0, count));
  } catch (error) {
    if (!(error instanceof Deno.errors.Interrupted)) throw error; // aborted
  }
}

/** Milliseconds until an answer. */
async function talk(client: TcpConnection): Promise<number> {
  const start = performance.now();
  await client.write(encode("hello"));
  assertEquals(await readText(client, 5), "hello");
  return performance.now() - start;
}
