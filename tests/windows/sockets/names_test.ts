import { assert, assertEquals, assertRejects } from "@std/assert";
import type { NameQuery } from "../../../src/ffi/name/structs.ts";
import { ERROR_IO_PENDING } from "../../../src/ffi/constants.ts";
import type { AddressAnswer } from "../../../src/ffi/name/api.ts";
import { NativeNames } from "../../../src/ffi/name/native.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
} from "../../../src/ffi/socket/sockaddr.ts";
import {
  AF_INET,
  AF_INET6,
  AF_UNSPEC,
  AI_NUMERICHOST,
  AI_PASSIVE,
  NI_NAMEREQD,
  NI_NUMERICHOST,
  NI_NUMERICSERV,
  SOCK_STREAM,
  WSAHOST_NOT_FOUND,
} from "../../../src/ffi/socket/constants.ts";
import { win32 } from "./_bench.ts";
import { onWine } from "../_wine.ts";

const names = new NativeNames(win32);

const kernel32 = Deno.dlopen("kernel32.dll", {
  CreateEventW: {
    parameters: ["usize", "i32", "i32", "usize"],
    result: "usize",
  },
  WaitForSingleObject: { parameters: ["usize", "u32"], result: "u32" },
}).symbols;

const PATIENCE = 30_000;

const QUERY: NameQuery = {
  hostname: "127.0.0.1",
  service: "80",
  family: AF_UNSPEC,
  socketType: SOCK_STREAM,
  flags: 0,
};

/** A name that no server may know (RFC 6761). */
const NOBODY = { ...QUERY, hostname: "no-such-host.invalid" };

/** The codes that say so: a name server may be out of reach. */
const UNKNOWN = [WSAHOST_NOT_FOUND, 11002, 11003, 11004];

function hostnames({ records }: AddressAnswer): string[] {
  return records.map(({ address }) => {
    const end = decodeSocketAddress(address);
    return end.family === "Unix" ? end.path : `${end.hostname} ${end.port}`;
  });
}

/** Looks up with an event and waits for it. */
function lookUp(query: NameQuery, cancel = false) {
  const event = kernel32.CreateEventW(0n, 1, 0, 0n);
  const lookup = names.startAddrInfo(query, event);
  const canceled = cancel ? lookup.cancel() : 0;
  if (lookup.code === ERROR_IO_PENDING) {
    assertEquals(kernel32.WaitForSingleObject(event, PATIENCE), 0);
  }
  win32.closeHandle(event);
  return { started: lookup.code, canceled, answer: lookup.finish() };
}

Deno.test("getAddrInfo() takes numeric text of either family", async () => {
  const v4 = await names.getAddrInfo(QUERY);
  assertEquals([v4.code, hostnames(v4)], [0, ["127.0.0.1 80"]]);
  assertEquals(v4.records[0]?.socketType, SOCK_STREAM);
  const v6 = await names.getAddrInfo({
    ...QUERY,
    hostname: "::1",
    family: AF_INET6,
    flags: AI_NUMERICHOST,
  });
  assertEquals([v6.code, hostnames(v6)], [0, ["::1 80"]]);
});

Deno.test("getAddrInfo() gives the addresses to listen on for no name", async () => {
  const query = { ...QUERY, hostname: "", family: AF_INET, flags: AI_PASSIVE };
  const answer = await names.getAddrInfo(query);
  assertEquals([answer.code, hostnames(answer)], [0, ["0.0.0.0 80"]]);
});

Deno.test("getAddrInfo() finds nothing for a name that does not exist", async () => {
  const { code, records } = await names.getAddrInfo(NOBODY);
  assert(UNKNOWN.includes(code), `${code}`);
  assertEquals(records, []);
});

Deno.test("getAddrInfo() refuses a name that Windows would cut short", async () => {
  const query = { ...QUERY, hostname: "localhost\0.evil" };
  await assertRejects(() => names.getAddrInfo(query), TypeError, "NUL");
});

Deno.test("getAddrInfo() runs several lookups at once", async () => {
  const hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
  const answers = await Promise.all(
    hosts.map((hostname) => names.getAddrInfo({ ...QUERY, hostname })),
  );
  assertEquals(answers.flatMap(hostnames), hosts.map((host) => `${host} 80`));
});

Deno.test("startAddrInfo() sets the event when the answer is there", () => {
  const { started, answer } = lookUp(QUERY);
  assert(started === 0 || started === ERROR_IO_PENDING, `${started}`);
  assertEquals([answer.code, hostnames(answer)], [0, ["127.0.0.1 80"]]);
});

Deno.test("startAddrInfo() tells of a name that does not exist", () => {
  const { answer } = lookUp(NOBODY);
  assert(UNKNOWN.includes(answer.code), `${answer.code}`);
  assertEquals(answer.records, []);
});

Deno.test("cancel() ends a lookup that still sets its event (Wine cannot cancel)", () => {
  const { canceled, answer } = lookUp(NOBODY, true);
  if (onWine("lookup-cancel")) assertEquals(canceled, 6);
  assert(answer.code !== 0);
  assertEquals(answer.records, []);
});

Deno.test("getNameInfo() gives numeric text on demand", async () => {
  const address = encodeSocketAddress({
    family: "IPv4",
    hostname: "127.0.0.1",
    port: 80,
  });
  const flags = NI_NUMERICHOST | NI_NUMERICSERV;
  assertEquals(await names.getNameInfo(address, flags), {
    code: 0,
    hostname: "127.0.0.1",
    service: "80",
  });
});

Deno.test("getNameInfo() fails for an address without a name when one is demanded", async () => {
  const address = encodeSocketAddress({
    family: "IPv4",
    hostname: "192.0.2.77",
    port: 80,
  });
  const { code, hostname } = await names.getNameInfo(address, NI_NAMEREQD);
  assert(UNKNOWN.includes(code), `${code}`);
  assertEquals(hostname, "");
});
