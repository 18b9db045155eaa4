/** TCP of ours, and `node:net` at the other end. */

import type { IocpProactor } from "../../mod.ts";
import {
  connectTcp,
  type TcpConnection,
  TcpListener,
} from "../../src/net/mod.ts";
import { LOCAL } from "../windows/net/_tcp.ts";
import {
  type PeerServer,
  type Place,
  type Scene,
  testPeers,
} from "./_peer_tests.ts";
import { onWine } from "../windows/_wine.ts";

testPeers({
  server: "TcpListener",
  connect: "connectTcp()",
  clients: 20,
  // Sometimes Wine's server keeps the socket of a program that was killed.
  missingForKilled: onWine("killed-socket") ? "Windows, not Wine" : "",
  listen,
  use,
});

function listen(proactor: IocpProactor): Place {
  const listener = TcpListener.listen({ ...LOCAL, proactor });
  return {
    target: `tcp:${listener.addr.port}`,
    accept: () => listener.accept(),
    [Symbol.asyncDispose]: () => listener.shutdown(),
  };
}

/** The peer takes a free port, and tells it where we listen for it. */
async function use(
  { peer, proactor }: Scene,
  connections: number,
): Promise<PeerServer> {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  const work = peer.startServer(`tcp:${listener.addr.port}`, connections);
  const failed = work.done.then(() => listener.accept());
  await using told = await Promise.race([listener.accept(), failed]);
  const port = Number(await readText(told));
  return { work, open: () => connectTcp({ port, proactor }) };
}

async function readText(connection: TcpConnection): Promise<string> {
  return await new Response(connection.readable).text();
}
