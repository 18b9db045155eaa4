/** Pipes of ours, and `node:net` at the other end. */

import { connectPipe, type IocpProactor, PipeServer } from "../../mod.ts";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { type Place, type Scene, testPeers } from "./_peer_tests.ts";
import { PEERS } from "./_peers.ts";

/** The `node:net` server of Deno takes four clients, and then no other. */
const CLIENTS = 4;

if (PEERS.some(({ missing }) => missing === "")) {
  loadSymbols(); // libraries stay open, so no test should be blamed
}

testPeers({
  server: "PipeServer",
  connect: "connectPipe()",
  clients: CLIENTS,
  missingForKilled: "",
  listen,
  use,
});

function listen(proactor: IocpProactor): Place {
  const target = uniqueName();
  const server = PipeServer.listen(target, { type: "byte", proactor });
  return {
    target,
    accept: () => server.accept(),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function use({ peer, proactor }: Scene, connections: number) {
  const path = uniqueName();
  const options = { proactor, waitForServer: true, timeout: 30_000 };
  const work = peer.startServer(path, connections);
  return Promise.resolve({ work, open: () => connectPipe(path, options) });
}

function uniqueName(): string {
  return `\\\\.\\pipe\\proactor-interop-${crypto.randomUUID()}`;
}
