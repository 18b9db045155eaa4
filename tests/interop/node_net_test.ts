import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import {
  connectPipe,
  IocpProactor,
  type PipeConnection,
  PipeServer,
} from "../../mod.ts";
import { type Peer, PEERS } from "./_peers.ts";
import { payload, payloadDigest } from "./peers/payload.mjs";

const LARGE = 64 * 2 ** 20;
const SMALL = 2 ** 20;

/** Deno's own `node:net` server takes no more at once, and never a fifth. */
const CLIENTS = 4;

if (Deno.build.os === "windows") {
  const { loadSymbols } = await import("../../src/ffi/load.ts");
  loadSymbols(); // outside of the tests: libraries stay open
}

for (const peer of PEERS) {
  peerTest(peer, `PipeServer exchanges 64 MiB with a net client of ${peer.name}`, () => serve(peer, 1, LARGE));
}
