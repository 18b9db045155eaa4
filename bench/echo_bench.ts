/**
 * Bytes to an echo server and back, over pipes and over TCP: by size on one
 * connection, by the number of connections that ask at once.
 *
 * @module
 */

import { type Client, openClients, type Style, stylesOf } from "./_styles.ts";

/** What goes to the server and back. */
interface Load {
  group: string;
  size: number;
  connections: number;
}

const LOADS: readonly Load[] = [
  { group: "echo 64 B", size: 64, connections: 1 },
  { group: "echo 64 KiB", size: 65_536, connections: 1 },
  ...[4, 64].map((connections) => ({
    group: `echo 64 B on ${connections} connections`,
    size: 64,
    connections,
  })),
];

for (const transport of ["byte pipe", "message pipe", "TCP"] as const) {
  const styles = stylesOf(transport);
  const loads = transport === "message pipe" ? LOADS.slice(0, 1) : LOADS;
  for (const load of loads) {
    for (const style of styles) {
      if (load.connections > style.maxClients) continue;
      benchEcho(style, load, style === styles[0]);
    }
  }
}

function benchEcho(
  style: Style,
  { group, size, connections }: Load,
  baseline: boolean,
): void {
  const writes = [new Uint8Array(size)];
  const ask = (client: Client) => client.ask(writes, size);
  let opened: Promise<Client[]> | undefined;
  Deno.bench({
    name: style.name,
    group: `${style.transport}: ${group}`,
    baseline,
    ignore: style.ignore,
    async fn() {
      opened ??= openClients(style, connections, () => (data) => data);
      await Promise.all((await opened).map(ask));
    },
  });
}
