/**
 * Whose members the classes have that are made after Deno's, and that each
 * class has all of its own.
 */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  type Conn,
  type PipeAddr,
  PipeConnection,
  PipeServer,
  type StreamConnection,
  type StreamServer,
} from "../../mod.ts";
import {
  type TcpAddr,
  TcpConnection,
  TcpListener,
  TlsConnection,
  type UnixAddr,
  UnixConnection,
  UnixListener,
} from "../../src/net/mod.ts";
import { HandleStream } from "../../src/process/mod.ts";

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

const STREAM: (keyof StreamConnection)[] = [
  "finished",
  "bufferedAmount",
  "deadline",
  "canCloseWrite",
  "read",
  "readable",
  "write",
  "sendFile",
  "writable",
  "closeWrite",
  "close",
  "abort",
  "shutdown",
  "ref",
  "unref",
  Symbol.dispose,
  Symbol.asyncDispose,
];

const SERVER: (keyof StreamServer)[] = [
  "connections",
  "accept",
  "values",
  "finished",
  "closed",
  "close",
  "shutdown",
  "ref",
  "unref",
  Symbol.asyncIterator,
  Symbol.dispose,
  Symbol.asyncDispose,
];

type Class = { name: string; prototype: object };

const PAGES: [Class, PropertyKey[]][] = [
  [PipeConnection, [...STREAM, ...CONNECTION, "readMessage"]],
  [TcpConnection, [...STREAM, ...CONNECTION, "setNoDelay", "setKeepAlive"]],
  [UnixConnection, [...STREAM, ...CONNECTION]],
  [HandleStream, [...STREAM, "kind", "driver"]],
  [TlsConnection, [...CONNECTION, "finished", "abort", "shutdown"]],
  [PipeServer, [...SERVER, "addr"]],
  [TcpListener, [...SERVER, "addr"]],
  [UnixListener, [...SERVER, "addr"]],
];

for (const [{ name, prototype }, members] of PAGES) {
  Deno.test(`${name} inherits from nothing and has every member itself`, () => {
    assertStrictEquals(Object.getPrototypeOf(prototype), Object.prototype);
    const missing = members.filter((member) =>
      !Object.hasOwn(prototype, member)
    );
    assertEquals(missing, []);
  });
}

/** Fails to compile unless one can be given where the other is wanted. */
function fits<_From extends To, To>(): void {}

Deno.test("Conn is what Deno's connections and ours have in common", () => {
  fits<Deno.Conn, Conn>();
  fits<Deno.TcpConn, Conn<Deno.NetAddr>>();
  fits<Deno.UnixConn, Conn<Deno.UnixAddr>>();
  fits<Deno.TlsConn, Conn<Deno.NetAddr>>();
  fits<PipeConnection, Conn<PipeAddr>>();
  fits<TcpConnection, Conn<TcpAddr>>();
  fits<UnixConnection, Conn<UnixAddr>>();
  fits<TlsConnection, Conn<TcpAddr>>();
  fits<TlsConnection<PipeAddr>, Conn<PipeAddr>>();
});

Deno.test("with addresses of Deno, a Conn is a Deno.Conn", () => {
  fits<Conn<Deno.Addr>, Deno.Conn>();
  fits<Conn<Deno.NetAddr>, Deno.Conn<Deno.NetAddr>>();
  fits<Conn<TcpAddr>, Deno.Conn>();
  fits<TcpConnection, Deno.TcpConn>();
  fits<TcpConnection, Deno.Conn>();
  fits<UnixConnection, Deno.UnixConn>();
  fits<TlsConnection, Deno.TlsConn>();
  // @ts-expect-error: `transport: "pipe"` is no address of Deno.
  fits<PipeConnection, Deno.Conn>();
});

Deno.test("our listeners are Deno's", () => {
  fits<TcpListener, Deno.Listener<TcpConnection, TcpAddr>>();
  fits<TcpListener, Deno.Listener>();
  fits<TcpListener, Deno.TcpListener>();
  fits<UnixListener, Deno.Listener>();
  fits<UnixListener, Deno.UnixListener>();
});
