import { assert, assertEquals, assertRejects } from "@std/assert";
import { soon, until } from "../_turns.ts";
import { isWindowsError } from "../../../src/ffi/windows_error.ts";
import type { SocketAddress } from "../../../src/ffi/socket/sockaddr.ts";
import {
  getaddrinfo,
  getnameinfo,
} from "../../../src/net/names/address_info.ts";
import { lookups, resolveHost } from "../../../src/net/names/resolve.ts";
import { onWine } from "../_wine.ts";
import "../sockets/_bench.ts"; // loads the libraries outside of any test

/** A name that no server may know (RFC 6761). */
const NOBODY = "no-such-host.invalid";

const LOOPBACK: SocketAddress = {
  family: "IPv4",
  hostname: "127.0.0.1",
  port: 80,
};

/** Without a network the name servers are out of reach. */
const UNKNOWN = [11001, 11002, 11003, 11004];

/** What a lookup fails with. */
function failure(promise: Promise<unknown>): Promise<Error> {
  return assertRejects(() => soon(promise), Error);
}

/** Wine asks the system below, which may have no list of services. */
async function knowsServices(): Promise<boolean> {
  if (!onWine("services")) return true;
  const found = getaddrinfo("127.0.0.1", "http").then(() => true);
  return await soon(found.catch(() => false));
}

Deno.test("resolveHost() gives what the system knows by name", async () => {
  const { hostname } = await soon(getnameinfo(LOOPBACK));
  const addresses = await soon(resolveHost(hostname, 80));
  assert(addresses.length > 0);
  assert(
    addresses.every((address) => "port" in address && address.port === 80),
  );
});

Deno.test("resolveHost() fails for a name that does not exist", async () => {
  const error = await failure(resolveHost(NOBODY, 80));
  assert(isWindowsError(error) && UNKNOWN.includes(error.winerror));
  assert(error.message.startsWith(`Cannot resolve host "${NOBODY}": `));
  if (error.winerror === 11001) {
    assert(error instanceof Deno.errors.NotFound);
    assertEquals(error.code, "WSAHOST_NOT_FOUND");
  }
});

Deno.test("resolveHost() refuses names that Windows would cut short", async () => {
  await assertRejects(() => resolveHost("a\0.b", 80), TypeError, "NUL");
  await assertRejects(() => resolveHost("a".repeat(300), 80), RangeError);
  assertEquals([lookups.running, lookups.waiting], [0, 0]);
});

Deno.test("resolveHost() is abandoned at once by its signal", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const waits = Array.from({ length: 6 }, () => {
    const wait = resolveHost(NOBODY, 80, { signal });
    return assertRejects(() => wait, Error, "enough");
  });
  await until(() => lookups.running === 2);
  assertEquals(lookups.waiting, 4);
  controller.abort(new Error("enough"));
  await soon(Promise.all(waits));
  assertEquals(lookups.waiting, 0);
  await until(() => lookups.running === 0);
});

Deno.test("getaddrinfo() takes a service's name (Wine may know none)", async () => {
  const options = { family: "ipv4", type: "stream" } as const;
  const service = await knowsServices() ? "http" : "80";
  const [info] = await soon(getaddrinfo("127.0.0.1", service, options));
  assertEquals([info?.family, info?.type, info?.canonicalName], [
    "ipv4",
    "stream",
    "",
  ]);
  assertEquals(info?.address, LOOPBACK);
});

Deno.test("getaddrinfo() gives the canonical name on demand", async () => {
  const { hostname } = await soon(getnameinfo(LOOPBACK));
  const options = { canonicalName: true };
  const [info] = await soon(getaddrinfo(hostname, 80, options));
  assert(info !== undefined && info.canonicalName !== "");
});

Deno.test("getaddrinfo() gives addresses to listen on when passive", async () => {
  const options = { family: "ipv4", passive: true } as const;
  const [info] = await soon(getaddrinfo(null, 80, options));
  assertEquals(info?.address, { ...LOOPBACK, hostname: "0.0.0.0" });
});

Deno.test("getaddrinfo() gives IPv6 when asked", async () => {
  const options = { family: "ipv6", type: "datagram" } as const;
  const [info] = await soon(getaddrinfo("::1", 53, options));
  assertEquals([info?.family, info?.type], ["ipv6", "datagram"]);
  assertEquals(info?.address, {
    family: "IPv6",
    hostname: "::1",
    port: 53,
    flowInfo: 0,
    scopeId: 0,
  });
});

Deno.test("getaddrinfo() refuses a name where numeric text is demanded", async () => {
  const error = await failure(
    getaddrinfo("localhost", 80, { numericHost: true }),
  );
  assert(isWindowsError(error) && UNKNOWN.includes(error.winerror));
});

Deno.test("getaddrinfo() fails for a service that does not exist", async () => {
  await assertRejects(
    () => soon(getaddrinfo("127.0.0.1", "no-such-service")),
    Deno.errors.NotFound,
  );
});

Deno.test("getaddrinfo() refuses what is no query", async () => {
  await assertRejects(() => getaddrinfo(null, null), TypeError, "empty");
  await assertRejects(() => getaddrinfo("x", 65_536), RangeError, "65536");
  await assertRejects(
    () => getaddrinfo("x", 1, { type: "raw" as "stream" }),
    TypeError,
    'type "raw"',
  );
});

Deno.test("getaddrinfo() is abandoned by its signal", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(
    () => getaddrinfo("127.0.0.1", 80, { signal }),
    Error,
    "enough",
  );
});

Deno.test("getnameinfo() gives numeric text on demand", async () => {
  const options = { numericHost: true, numericService: true };
  assertEquals(await soon(getnameinfo(LOOPBACK, options)), {
    hostname: "127.0.0.1",
    service: "80",
  });
});

Deno.test("getnameinfo() gives the service's name (Wine may know none)", async () => {
  const options = { numericHost: true };
  const { service } = await soon(getnameinfo(LOOPBACK, options));
  assertEquals(service, await knowsServices() ? "http" : "80");
});

Deno.test("getnameinfo() fails for an address without a name when one is required", async () => {
  const address = { ...LOOPBACK, hostname: "192.0.2.77" };
  const error = await failure(getnameinfo(address, { nameRequired: true }));
  assert(isWindowsError(error) && UNKNOWN.includes(error.winerror));
  assertEquals(error.syscall, "GetNameInfoW");
});

Deno.test("getnameinfo() refuses a path", async () => {
  await assertRejects(
    () => getnameinfo({ family: "Unix", path: "x" }),
    TypeError,
    "it is a path",
  );
});
