import { assertEquals, assertRejects } from "@std/assert";
import { isWindowsError } from "../../src/ffi/windows_error.ts";
import type { AddressFamily } from "../../src/net/names/resolve.ts";
import { getaddrinfo, getnameinfo } from "../../src/net/names/address_info.ts";
import { resolveHost } from "../../src/net/names/resolve.ts";

function v4(hostname: string, port = 80) {
  return { family: "IPv4", hostname, port } as const;
}

function v6(hostname: string, scopeId = 0) {
  return { family: "IPv6", hostname, port: 80, flowInfo: 0, scopeId } as const;
}

Deno.test("resolveHost() takes numeric text without the system", async () => {
  assertEquals(await resolveHost("127.0.0.1", 80), [v4("127.0.0.1")]);
  assertEquals(await resolveHost("0.0.0.0", 0), [v4("0.0.0.0", 0)]);
  assertEquals(await resolveHost("::1", 80), [v6("::1")]);
  assertEquals(await resolveHost("[fe80::1%3]", 80), [v6("fe80::1", 3)]);
});

Deno.test("resolveHost() knows localhost without the system", async () => {
  const both = [v4("127.0.0.1"), v6("::1")];
  for (const name of ["localhost", "LocalHost.", "a.b.localhost"]) {
    assertEquals(await resolveHost(name, 80), both, name);
  }
});

Deno.test("resolveHost() gives addresses of one family on demand", async () => {
  const family = (family: AddressFamily) => ({ family });
  assertEquals(await resolveHost("localhost", 80, family("ipv6")), [v6("::1")]);
  assertEquals(await resolveHost("127.0.0.1", 80, family("ipv4")), [
    v4("127.0.0.1"),
  ]);
  const error = await assertRejects(
    () => resolveHost("127.0.0.1", 80, family("ipv6")),
    Deno.errors.NotFound,
    'Cannot resolve host "127.0.0.1": no IPv6 address',
  );
  assertEquals(isWindowsError(error) && error.winerror, 11001);
});

Deno.test("resolveHost() refuses what is no host, port or family", async () => {
  await assertRejects(() => resolveHost("", 80), TypeError, "empty");
  await assertRejects(() => resolveHost("localhost", 65_536), RangeError);
  await assertRejects(
    () => resolveHost("::1", 80, { family: "IPv6" as "ipv6" }),
    TypeError,
    'family "IPv6"',
  );
});

Deno.test("resolveHost() rejects when its signal was aborted before", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(
    () => resolveHost("localhost", 80, { signal }),
    Error,
    "enough",
  );
});

Deno.test("getaddrinfo() takes numeric text without the system", async () => {
  const type = "stream";
  const info = { type, protocol: null, canonicalName: "" } as const;
  assertEquals(await getaddrinfo("127.0.0.1", 80, { type }), [
    { ...info, family: "ipv4", address: v4("127.0.0.1") },
  ]);
  assertEquals(await getaddrinfo("fe80::1%3", "80", { family: "ipv6" }), [
    { ...info, type: null, family: "ipv6", address: v6("fe80::1", 3) },
  ]);
  assertEquals(await getaddrinfo("127.0.0.1", null), [
    { ...info, type: null, family: "ipv4", address: v4("127.0.0.1", 0) },
  ]);
});

Deno.test("getaddrinfo() refuses a port that is none", async () => {
  await assertRejects(() => getaddrinfo("::1", -1), RangeError);
  await assertRejects(() => getaddrinfo("::1", "70000"), RangeError);
});

Deno.test("getnameinfo() gives numeric text without the system", async () => {
  const options = { numericHost: true, numericService: true };
  assertEquals(await getnameinfo(v6("FE80::1", 3), options), {
    hostname: "fe80::1%3",
    service: "80",
  });
});
