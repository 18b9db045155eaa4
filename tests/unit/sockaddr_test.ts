import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  assertNameQuery,
  decodeAddrInfo,
  encodeLookup,
  LOOKUP_HINTS,
  LOOKUP_HOSTNAME,
  LOOKUP_SERVICE,
  LOOKUP_SIZE,
  type NameQuery,
} from "../../src/ffi/name/structs.ts";
import {
  AFD_POLL_RECEIVE,
  decodePollEvents,
  encodePollInfo,
} from "../../src/ffi/socket/afd.ts";
import {
  formatIpv4,
  formatIpv6,
  parseIpv4,
  parseIpv6,
} from "../../src/ffi/socket/ip_address.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  parseSocketAddress,
  type SocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import { encodeGuid } from "../../src/ffi/socket/socket_extensions.ts";
import {
  encodeBuffers,
  encodeHandle,
  encodeLinger,
  encodeMessage,
} from "../../src/ffi/socket/structs.ts";

function hex(bytes: Uint8Array): string {
  return bytes.toHex();
}

Deno.test("parseIpv4() reads four decimal numbers", () => {
  assertEquals(parseIpv4("127.0.0.1"), Uint8Array.of(127, 0, 0, 1));
  assertEquals(parseIpv4("255.255.255.255"), new Uint8Array(4).fill(255));
  assertEquals(parseIpv4("0.0.0.0"), new Uint8Array(4));
});

Deno.test("formatIpv4() writes what parseIpv4() reads", () => {
  assertEquals(formatIpv4(Uint8Array.of(10, 0, 255, 1)), "10.0.255.1");
});

const IPV6: [text: string, groups: string][] = [
  ["::", "00000000000000000000000000000000"],
  ["::1", "00000000000000000000000000000001"],
  ["1::", "00010000000000000000000000000000"],
  ["2001:db8::1", "20010db8000000000000000000000001"],
  ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
  ["::ffff:192.0.2.128", "00000000000000000000ffffc0000280"],
];

for (const [text, bytes] of IPV6) {
  Deno.test(`parseIpv6() and formatIpv6() agree on "${text}"`, () => {
    assertEquals(hex(parseIpv6(text)!.bytes), bytes);
    assertEquals(formatIpv6(Uint8Array.fromHex(bytes)), text);
  });
}

const RFC_5952: [from: string, to: string][] = [
  ["2001:0DB8::0001", "2001:db8::1"],
  ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
  ["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"],
  ["::FFFF:c000:280", "::ffff:192.0.2.128"],
];

for (const [from, to] of RFC_5952) {
  Deno.test(`formatIpv6() writes "${from}" as "${to}"`, () => {
    assertEquals(formatIpv6(parseIpv6(from)!.bytes), to);
  });
}

const REFUSED = [
  [parseIpv4, [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "256.0.0.1",
    "01.2.3.4",
    "1.2.3.4 ",
    "0x7f.0.0.1",
    "1..2.3",
    "-1.2.3.4",
    "localhost",
  ]],
  [parseIpv6, [
    "",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4::5:6:7:8",
    "12345::",
    "g::",
    "1:2:3:4:5:6:7:8::",
    ":1:2:3:4:5:6:7",
    "1.2.3.4",
    "1.2.3.4::",
    "::1.2.3.256",
    "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4",
    "[::1]",
    "fe80::1%",
    "fe80::1%eth0",
    "fe80::1%01",
    "fe80::1%4294967296",
    "fe80::1%1%2",
  ]],
] as const;

for (const [parse, texts] of REFUSED) {
  for (const text of texts) {
    Deno.test(`${parse.name}() refuses "${text}"`, () => {
      assertStrictEquals(parse(text), null);
    });
  }
}

Deno.test("parseIpv6() reads a numeric zone", () => {
  assertEquals(parseIpv6("fe80::1%4294967295")?.scopeId, 4294967295);
  assertEquals(parseIpv6("fe80::1")?.scopeId, 0);
});

Deno.test("encodeSocketAddress() lays out sockaddr_in", () => {
  const bytes = encodeSocketAddress({
    family: "IPv4",
    hostname: "127.0.0.1",
    port: 0x1f90,
  });
  assertEquals(hex(bytes), "02001f907f0000010000000000000000");
});

Deno.test("encodeSocketAddress() lays out sockaddr_in6", () => {
  const bytes = encodeSocketAddress({
    family: "IPv6",
    hostname: "fe80::1",
    port: 443,
    flowInfo: 0x12345,
    scopeId: 7,
  });
  assertEquals(
    hex(bytes),
    "170001bb00012345" + "fe800000000000000000000000000001" + "07000000",
  );
});

Deno.test("encodeSocketAddress() takes the zone of the text without scopeId", () => {
  const address = parseSocketAddress("fe80::1%9", 80)!;
  assertEquals(address, {
    family: "IPv6",
    hostname: "fe80::1",
    port: 80,
    flowInfo: 0,
    scopeId: 9,
  });
  const text = { ...address, hostname: "fe80::1%9", scopeId: 0 };
  assertEquals(
    encodeSocketAddress(text as SocketAddress),
    encodeSocketAddress(address),
  );
});

Deno.test("encodeSocketAddress() lays out sockaddr_un", () => {
  const bytes = encodeSocketAddress({ family: "Unix", path: "C:\\é" });
  assertEquals(bytes.byteLength, 110);
  assertEquals(hex(bytes.subarray(0, 8)), "0100433a5cc3a900");
});

const ADDRESSES: SocketAddress[] = [
  { family: "IPv4", hostname: "10.1.2.3", port: 65535 },
  {
    family: "IPv6",
    hostname: "2001:db8::1",
    port: 0,
    flowInfo: 4294967295,
    scopeId: 4294967295,
  },
  { family: "Unix", path: "C:\\Temp\\x.sock" },
];

for (const address of ADDRESSES) {
  Deno.test(`decodeSocketAddress() reverses ${address.family}`, () => {
    assertEquals(decodeSocketAddress(encodeSocketAddress(address)), address);
  });
}

Deno.test("decodeSocketAddress() takes an unnamed and a full Unix path", () => {
  assertEquals(decodeSocketAddress(Uint8Array.of(1, 0)), {
    family: "Unix",
    path: "",
  });
  const full = new Uint8Array(110).fill(0x61);
  full.set([1, 0]);
  assertEquals(decodeSocketAddress(full), {
    family: "Unix",
    path: "a".repeat(108),
  });
});

Deno.test("decodeSocketAddress() refuses other families and short addresses", () => {
  for (const bytes of [[], [2], [2, 0, 0, 80], [99, 0, 0, 0], [23, 0]]) {
    assertThrows(
      () => decodeSocketAddress(Uint8Array.from(bytes)),
      TypeError,
      "Cannot decode address: family",
    );
  }
});

Deno.test("encodeSocketAddress() refuses what is no address", () => {
  const v4 = { family: "IPv4", hostname: "127.0.0.1", port: 1 } as const;
  const v6 = { ...v4, family: "IPv6", flowInfo: 0, scopeId: 0 } as const;
  const refused: [SocketAddress, typeof TypeError | typeof RangeError][] = [
    [{ ...v4, hostname: "localhost" }, TypeError],
    [v6, TypeError],
    [{ ...v4, port: 65536 }, RangeError],
    [{ ...v4, port: -1 }, RangeError],
    [{ ...v4, port: 1.5 }, RangeError],
    [{ ...v6, hostname: "::", scopeId: -1 }, RangeError],
    [{ ...v6, hostname: "::", flowInfo: 2 ** 32 }, RangeError],
    [{ family: "Unix", path: "" }, TypeError],
    [{ family: "Unix", path: "a\0b" }, TypeError],
    [{ family: "Unix", path: "é".repeat(54) }, RangeError],
  ];
  for (const [address, Class] of refused) {
    assertThrows(() => encodeSocketAddress(address), Class, "Cannot use");
  }
});

Deno.test("parseSocketAddress() leaves names to the resolver", () => {
  assertStrictEquals(parseSocketAddress("localhost", 80), null);
  assertStrictEquals(parseSocketAddress("", 80), null);
  assertThrows(() => parseSocketAddress("127.0.0.1", 65536), RangeError);
});

Deno.test("encodeBuffers() lays out WSABUF", () => {
  const bytes = encodeBuffers([
    { address: 0x1122_3344_5566_7788n, length: 5 },
    { address: 0n, length: 0 },
  ]);
  assertEquals(
    hex(bytes),
    "0500000000000000" + "8877665544332211" + "00".repeat(16),
  );
});

Deno.test("encodeMessage() lays out WSAMSG", () => {
  const bytes = encodeMessage({
    name: { address: 1n, length: 28 },
    buffers: { address: 2n, count: 3 },
    control: { address: 4n, length: 5 },
  });
  assertEquals(
    hex(bytes),
    "01000000000000001c00000000000000" + "02000000000000000300000000000000" +
      "05000000000000000400000000000000" + "0000000000000000",
  );
});

Deno.test("encodeLinger() tells an abortive close from none", () => {
  assertEquals(hex(encodeLinger(0)), "01000000");
  assertEquals(hex(encodeLinger(10)), "01000a00");
  assertEquals(hex(encodeLinger(null)), "00000000");
});

Deno.test("encodeHandle() is little endian", () => {
  assertEquals(hex(encodeHandle(0x1234n)), "3412000000000000");
});

Deno.test("encodeGuid() turns the first three numbers round", () => {
  assertEquals(
    hex(encodeGuid("25a207b9-ddf3-4660-8ee9-76e58c74063e")),
    "b907a225f3dd60468ee976e58c74063e",
  );
});

Deno.test("encodePollInfo() and decodePollEvents() share AFD_POLL_INFO", () => {
  const bytes = encodePollInfo(0x1234n, AFD_POLL_RECEIVE);
  assertEquals(
    hex(bytes),
    "ffffffffffffff7f" + "0100000000000000" + "3412000000000000" +
      "0100000000000000",
  );
  assertEquals(decodePollEvents(bytes), AFD_POLL_RECEIVE);
  bytes[8] = 0; // NumberOfHandles: none is ready
  assertEquals(decodePollEvents(bytes), 0);
});

const QUERY: NameQuery = {
  hostname: "ab",
  service: "9",
  family: 2,
  socketType: 1,
  flags: 4,
};

Deno.test("encodeLookup() lays out hints, event and names", () => {
  const bytes = encodeLookup(QUERY, 0x55n);
  assertEquals(bytes.byteLength, LOOKUP_SIZE);
  assertEquals(bytes[24], 0x55);
  assertEquals(
    hex(bytes.subarray(LOOKUP_HINTS, LOOKUP_HINTS + 16)),
    "04000000020000000100000000000000",
  );
  const at = (offset: number) => hex(bytes.subarray(offset, offset + 6));
  assertEquals(at(LOOKUP_HOSTNAME), "610062000000");
  assertEquals(at(LOOKUP_SERVICE), "390000000000");
});

Deno.test("encodeLookup() has room for the longest names that are accepted", () => {
  const query = {
    ...QUERY,
    hostname: "h".repeat(254),
    service: "s".repeat(190),
  };
  assertNameQuery(query);
  const bytes = encodeLookup(query, 0n);
  assertEquals(bytes[LOOKUP_HOSTNAME + 254 * 2], 0);
  assertEquals(bytes[LOOKUP_SERVICE], 0x73);
  assertEquals(bytes[LOOKUP_SERVICE + 190 * 2], 0);
});

Deno.test("assertNameQuery() refuses what Windows would misread", () => {
  const refused: [Partial<NameQuery>, typeof TypeError | typeof RangeError][] =
    [
      [{ hostname: "", service: "" }, TypeError],
      [{ hostname: "a\0b" }, TypeError],
      [{ service: "\0" }, TypeError],
      [{ hostname: "h".repeat(255) }, RangeError],
      [{ service: "s".repeat(191) }, RangeError],
    ];
  for (const [part, Class] of refused) {
    assertThrows(() => assertNameQuery({ ...QUERY, ...part }), Class);
  }
});

Deno.test("decodeAddrInfo() walks the list", () => {
  const memory = new Uint8Array(256);
  const view = new DataView(memory.buffer);
  const record = (at: number, type: number, next: bigint) => {
    view.setInt32(at + 8, type, true);
    view.setInt32(at + 12, 6, true);
    view.setBigUint64(at + 16, 2n, true);
    view.setBigUint64(at + 32, BigInt(200 + type * 2), true);
    view.setBigUint64(at + 64, next, true);
  };
  record(8, 1, 80n);
  record(80, 2, 0n);
  memory.set([11, 12, 21, 22], 202);
  const read = (address: bigint, length: number) =>
    memory.slice(Number(address), Number(address) + length);
  assertEquals(decodeAddrInfo(8n, read), [
    { socketType: 1, protocol: 6, address: Uint8Array.of(11, 12) },
    { socketType: 2, protocol: 6, address: Uint8Array.of(21, 22) },
  ]);
  assertEquals(decodeAddrInfo(0n, read), []);
});
