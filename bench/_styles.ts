/**
 * Servers and clients of them, both in this process, in each style.
 *
 * They live as long as the benchmarks.
 *
 * @module
 */

import { openDenoListen } from "./_deno_listen_style.ts";
import { openNodeNet } from "./_node_net_style.ts";
import { ALL, notWindows, requireGrants } from "./_permissions.ts";
import { openProtocols } from "./_protocol_style.ts";
import { openStreams } from "./_stream_style.ts";
import type { Answerer, Client, Style, Transport } from "./_style.ts";

export type { Answerer, Client, Style, Transport } from "./_style.ts";

const TRANSPORTS = ["byte pipe", "message pipe", "TCP"] as const;

/** The pipe server of Deno's `node:net` never takes a fifth client. */
const NODE_PIPE_CLIENTS = 4;

/** All styles; of each transport, the first is what others are compared with. */
export const STYLES: readonly Style[] = [
  ...TRANSPORTS.flatMap((transport): Style[] => [{
    name: `${transport}, protocol style`,
    transport,
    ignore: notWindows,
    maxClients: Infinity,
    open: (makeAnswerer) => openProtocols(transport, makeAnswerer),
  }, {
    name: `${transport}, stream style`,
    transport,
    ignore: notWindows,
    maxClients: Infinity,
    open: (makeAnswerer) => openStreams(transport, makeAnswerer),
  }]),
  nodeNetStyle("byte pipe", NODE_PIPE_CLIENTS),
  nodeNetStyle("TCP", Infinity),
  {
    ...requireGrants("TCP, Deno.listen", ["net"]),
    transport: "TCP",
    maxClients: Infinity,
    open: openDenoListen,
  },
];

/**
 * The styles in which bytes travel so.
 *
 * @param transport How bytes travel.
 * @returns The styles; the first is what the others are compared with.
 */
export function stylesOf(transport: Transport): Style[] {
  return STYLES.filter((one) => one.transport === transport);
}

/**
 * Connects several clients to a server of their own.
 *
 * @param style The style.
 * @param count How many clients.
 * @param makeAnswerer Called for each of them.
 * @returns The clients.
 */
export async function openClients(
  style: Style,
  count: number,
  makeAnswerer: () => Answerer,
): Promise<Client[]> {
  const service = await style.open(makeAnswerer);
  const clients: Client[] = [];
  for (let i = 0; i < count; i++) clients.push(await service.connect());
  return clients;
}

/** `node:net` asks for all permissions when it opens a pipe. */
function nodeNetStyle(
  transport: "byte pipe" | "TCP",
  maxClients: number,
): Style {
  return {
    ...requireGrants(`${transport}, node:net of Deno`, ALL),
    transport,
    maxClients,
    open: (makeAnswerer) => openNodeNet(transport, makeAnswerer),
  };
}
