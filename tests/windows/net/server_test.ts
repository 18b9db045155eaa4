/** Servers of the event loop: the addresses that they listen on. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import { InvalidStateError } from "../../../mod.ts";
import { connectTcp, type TcpAddr, TcpListener } from "../../../src/net/mod.ts";
import type { Server } from "../../../src/loop/mod.ts";
import { SO_REUSEADDR, SOL_SOCKET } from "../../../src/ffi/socket/constants.ts";
import { defaultSockets } from "../../../src/ffi/socket/default.ts";
import { test } from "../_setup.ts";
import { soon } from "../_turns.ts";
import { ask, serve } from "./_server.ts";
import { UpperCase } from "./_tcp.ts";
import { onWine } from "../_wine.ts";

const { AddrInUse, AddrNotAvailable, ConnectionRefused } = Deno.errors;

/** Addresses for documents (RFC 5737, RFC 3849): nobody has them. */
const NOT_OURS = "192.0.2.1";
const NOT_OURS_V6 = "2001:db8::1";

function hostnames(server: Server<TcpAddr>): string[] {
  return server.addrs.map(({ hostname }) => hostname).sort();
}

test.loop("createServer() listens on all addresses of a name", async (loop) => {
  const server = await serve(loop, "localhost");
  assertEquals(hostnames(server), ["127.0.0.1", "::1"]);
  assertEquals(server.addr, server.addrs[0]);
  const [first, second] = server.addrs;
  assertNotEquals(first!.port, second!.port, "port 0 is another for each");
  for (const addr of server.addrs) assertEquals(await ask(loop, addr), "ABC");
  await soon(server.shutdown());
});

for (const host of [null, undefined, ""]) {
  test.loop(`createServer() on host ${JSON.stringify(host)} listens on all interfaces`, async (loop) => {
    const server = await serve(loop, host);
    assertEquals(hostnames(server), ["0.0.0.0", "::"]);
    for (const { hostname, port } of server.addrs) {
      const own = hostname === "::" ? "::1" : "127.0.0.1";
      const addr = { transport: "tcp", hostname: own, port } as const;
      assertEquals(await ask(loop, addr), "ABC");
    }
    await soon(server.shutdown());
  });
}

test.loop("createServer() serves one port over both families", async (loop) => {
  const probe = await serve(loop, ["127.0.0.1", "::1"]);
  const { port } = probe.addr;
  await soon(probe.shutdown());
  const factory = () => new UpperCase();
  const server = await loop.createServer(factory, null, port);
  assertEquals(server.addrs.map((addr) => addr.port), [port, port]);
  for (const hostname of ["127.0.0.1", "::1"]) {
    const addr = { transport: "tcp", hostname, port } as const;
    assertEquals(await ask(loop, addr), "ABC");
  }
  await soon(server.shutdown());
});

test.loop("createServer() with ipv6Only: false serves all interfaces on one socket", async (loop) => {
  const server = await serve(loop, null, { ipv6Only: false });
  assertEquals(hostnames(server), ["::"]);
  const { port } = server.addr;
  for (const hostname of ["127.0.0.1", "::1"]) {
    const addr = { transport: "tcp", hostname, port } as const;
    assertEquals(await ask(loop, addr), "ABC");
  }
  await soon(server.shutdown());
});

test.loop("createServer() takes several hosts, and each address once", async (loop) => {
  const hosts = ["127.0.0.1", "127.0.0.2", "localhost", "127.0.0.1"];
  const server = await serve(loop, hosts);
  assertEquals(hostnames(server), ["127.0.0.1", "127.0.0.2", "::1"]);
  for (const addr of server.addrs) {
    assertEquals(await ask(loop, addr), "ABC");
  }
  await soon(server.shutdown());
});

test.loop("createServer() listens on one family if asked to", async (loop) => {
  for (
    const [family, host, expected] of [
      ["ipv4", "localhost", ["127.0.0.1"]],
      ["ipv6", "localhost", ["::1"]],
      ["ipv4", null, ["0.0.0.0"]],
      ["ipv6", null, ["::"]],
    ] as const
  ) {
    const server = await serve(loop, host, { family });
    assertEquals(hostnames(server), [...expected]);
    await soon(server.shutdown());
  }
  await assertRejects(
    () => serve(loop, "127.0.0.1", { family: "ipv6" }),
    Deno.errors.NotFound,
    'Cannot resolve host "127.0.0.1": no IPv6 address',
  );
});

test.loop("createServer() binds nothing when one address is taken", async (loop) => {
  const { proactor } = loop;
  await using taken = TcpListener.listen({
    hostname: "127.0.0.2",
    port: 0,
    proactor,
  });
  const { port } = taken.addr;
  const error = await assertRejects(
    () => loop.createServer(() => ({}), ["127.0.0.1", "127.0.0.2"], port),
    AddrInUse,
    `Cannot listen on 127.0.0.2:${port}: the address is in use`,
  );
  assertEquals(Reflect.get(error, "syscall"), "bind");
  await assertRejects(
    () => soon(connectTcp({ hostname: "127.0.0.1", port, proactor })),
    ConnectionRefused,
  );
  const server = await loop.createServer(() => ({}), "127.0.0.1", port);
  await soon(server.shutdown());
});

test.loop("createServer() leaves out addresses that are not this computer's", async (loop) => {
  const server = await serve(loop, [NOT_OURS, "127.0.0.1", NOT_OURS_V6]);
  assertEquals(hostnames(server), ["127.0.0.1"]);
  assertEquals(await ask(loop, server.addr), "ABC");
  await soon(server.shutdown());
  const one = await assertRejects(
    () => serve(loop, NOT_OURS),
    AddrNotAvailable,
    `Cannot listen on ${NOT_OURS}:0: the address is not available`,
  );
  assertEquals(one.cause, undefined);
  const all = await assertRejects(
    () => serve(loop, [NOT_OURS, NOT_OURS_V6]),
    AddrNotAvailable,
  );
  assertInstanceOf(all.cause, AggregateError);
  assertEquals(all.cause.errors.length, 2);
});

test.loop("createServer() refuses what is no host or port", async (loop) => {
  const create = (host: unknown, port: unknown) => () =>
    loop.createServer(() => ({}), host as string, port as number);
  await assertRejects(create([], 0), TypeError, "neither a name nor");
  await assertRejects(create(["127.0.0.1", 5], 0), TypeError);
  await assertRejects(create(null, 70_000), RangeError, "port 70000");
  await assertRejects(create(null, undefined), RangeError, "port undefined");
  await assertRejects(
    () => serve(loop, null, { backlog: 0 }),
    RangeError,
    "backlog",
  );
});

test.loop("an exclusive server keeps its address to itself", async (loop) => {
  const { proactor } = loop;
  const server = await serve(loop, "127.0.0.1", { exclusive: true });
  for (const reuseAddress of [false, true]) {
    const options = { ...server.addr, reuseAddress, proactor };
    await assertRejects(
      async () => void await TcpListener.listen(options).shutdown(),
      AddrInUse,
    );
  }
  await soon(server.shutdown());
});

test.loop("servers with reuseAddress share an address (Wine lets no two listen)", async (loop) => {
  const host = "127.0.0.1";
  const options = { reuseAddress: true };
  const server = await serve(loop, host, options);
  const value = new Uint8Array(4);
  const option = { level: SOL_SOCKET, name: SO_REUSEADDR };
  const [socket] = server.sockets;
  defaultSockets().getSocketOption(socket!.fileno(), option, value);
  assertEquals(value[0], 1);
  if (!onWine("shared-address")) {
    const { port } = server.addr;
    const other = await loop.createServer(() => ({}), host, port, options);
    assertEquals(other.addr, server.addr);
    await soon(other.shutdown());
  }
  await soon(server.shutdown());
});

test.loop("a close while a name is looked up leaves nothing", async (loop) => {
  const creating = serve(loop, ["localhost", "127.0.0.1"]);
  const refused = assertRejects(() => creating, InvalidStateError, "closed");
  await loop.close();
  await soon(refused);
});
