/**
 * Two protocols at the ends of TCP.
 *
 * @module
 */

import type { IocpProactor } from "../../../mod.ts";
import { TCP_PROTOCOLS } from "../../../src/net/tcp/tcp_protocol.ts";
import type { Ends } from "../_pipes.ts";
import { Recorder } from "../_recorder.ts";
import { soon, until } from "../_turns.ts";
import { LOCAL } from "./_tcp.ts";

/**
 * Connects two protocols.
 *
 * @param proactor The proactor of both ends.
 * @returns Both; disposing aborts their connections and closes the server.
 */
export async function protocolPair(
  proactor: IocpProactor,
): Promise<Ends<Recorder>> {
  const served = new Recorder();
  const listener = TCP_PROTOCOLS.serve(() => served, { ...LOCAL, proactor });
  const [, client] = await TCP_PROTOCOLS.connect(
    () => new Recorder(),
    { ...listener.addr, proactor },
  );
  await until(() => served.events.length > 0);
  return {
    client,
    served,
    async [Symbol.asyncDispose]() {
      client.transport.abort();
      served.transport.abort();
      await soon(Promise.all([client.lost.promise, served.lost.promise]));
      await soon(listener.shutdown());
    },
  };
}
