/**
 * Bytes to an echo server and back: by size on one connection, by the number
 * of connections that ask at once.
 *
 * @module
 */

import { type Client, openClients, type Style, STYLES } from "./_styles.ts";

/** What goes to the server and back. */
interface Load {
  group: string;
  size: number;
  connections: number;
}

const LOADS: readonly Load[] = [
  { group: "echo 64 B", size: 64, connections: 1 },
  { group: "echo 1 KiB", size: 1024, connections: 1 },
  { group: "echo 64 KiB", size: 65_536, connections: 1 },
  ...[4, 64, 256].map((connections) => ({
    group: `echo 64 B on ${connections} connections`,
    size: 64,
    connections,
  })),
];

for (const load of LOADS) {
  for (const style of STYLES) {
    if (load.connections <= style.maxClients) benchEcho(style, load);
  }
}

function benchEcho(style: Style, { group, size, connections }: Load): void {
  const writes = [new Uint8Array(size)];
  const ask = (client: Client) => client.ask(writes, size);
  let opened: Promise<Client[]> | undefined;
  Deno.bench({
    name: style.name,
    group,
    baseline: style === STYLES[0],
    ignore: style.ignore,
    async fn() {
      opened ??= openClients(style, connections, () => (data) => data);
      await Promise.all((await opened).map(ask));
    },
  });
}
