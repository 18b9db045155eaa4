/** Whose members the classes have that are made after Deno's. */

import { assert } from "@std/assert";
import { PipeConnection } from "../../mod.ts";
import { TcpConnection, TcpListener } from "../../src/net/mod.ts";

/** Fails to compile when a member is missing. */
type Missing<Deno, Ours> = Exclude<keyof Deno, keyof Ours>;

function assertMembers(
  { prototype }: { prototype: object },
  names: readonly PropertyKey[],
): void {
  for (const name of names) assert(name in prototype, String(name));
}

const CONNECTION: (keyof Deno.Conn)[] = [
  "read",
  "write",
  "close",
  "closeWrite",
  "localAddr",
  "remoteAddr",
  "readable",
  "writable",
  "ref",
  "unref",
  Symbol.dispose,
];

const LISTENER: (keyof Deno.Listener)[] = [
  "accept",
  "close",
  "addr",
  "ref",
  "unref",
  Symbol.asyncIterator,
  Symbol.dispose,
];

Deno.test("PipeConnection has the members of Deno.Conn", () => {
  const missing: Missing<Deno.Conn, PipeConnection>[] = [];
  assert(missing satisfies never[]);
  assertMembers(PipeConnection, CONNECTION);
});

Deno.test("TcpConnection has the members of Deno.TcpConn", () => {
  const missing: Missing<Deno.TcpConn, TcpConnection>[] = [];
  assert(missing satisfies never[]);
  assertMembers(TcpConnection, [...CONNECTION, "setNoDelay", "setKeepAlive"]);
});

Deno.test("TcpListener has the members of Deno.Listener", () => {
  const missing: Missing<Deno.TcpListener, TcpListener>[] = [];
  assert(missing satisfies never[]);
  assertMembers(TcpListener, LISTENER);
});
