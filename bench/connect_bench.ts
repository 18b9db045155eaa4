/**
 * Connecting, a byte there and back, closing.
 *
 * @module
 */

import type { StreamConnection } from "../mod.ts";
import { listen, type StreamServer } from "./_stream_style.ts";
import { notWindows } from "./_permissions.ts";
import type { Transport } from "./_style.ts";

const BYTE = new Uint8Array(1);

/** They live as long as the benchmarks: one that is collected is reported. */
const servers: StreamServer[] = [];

for (const clients of [1, 50]) {
  for (const transport of ["byte pipe", "TCP"] as const) {
    benchConnect(transport, clients);
  }
}

function benchConnect(transport: Transport, clients: number): void {
  let server: StreamServer | undefined;
  const open = () => {
    server = listen(transport);
    servers.push(server);
    return server;
  };
  Deno.bench({
    name: transport,
    group: `connect, ask, close: ${clients} at once`,
    baseline: transport === "byte pipe",
    ignore: notWindows,
    async fn() {
      const one = server ?? open();
      await Promise.all(Array.from({ length: clients }, () => visit(one)));
    },
  });
}

async function visit({ listener, connect }: StreamServer): Promise<void> {
  const served = answer(listener.accept());
  await using client = await connect();
  await client.write(BYTE);
  await client.read(new Uint8Array(1));
  client.abort();
  await served;
}

async function answer(accepted: Promise<StreamConnection>): Promise<void> {
  await using connection = await accepted;
  const byte = new Uint8Array(1);
  await connection.read(byte);
  await connection.write(byte);
}
