/** Decoders of bytes that a peer, the kernel or a DLL has written. */

import { assert, assertEquals } from "@std/assert";
import {
  decodeChangeRecords,
  decodeFileInformation,
  NETWORK_OPEN_INFORMATION_SIZE,
} from "../../src/ffi/file/structs.ts";
import {
  decodeOwner,
  decodePipeEntries,
} from "../../src/ffi/identity/structs.ts";
import { ADDRINFO_SIZE, decodeAddrInfo } from "../../src/ffi/name/structs.ts";
import { decodeProcessInformation } from "../../src/ffi/process/structs.ts";
import {
  AFD_POLL_INFO_SIZE,
  decodePollEvents,
  encodePollInfo,
} from "../../src/ffi/socket/afd.ts";
import {
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
import {
  decodeAcceptedEnds,
  decodeProtocolInfo,
  hasIfsHandles,
  PROTOCOL_INFO_SIZE,
} from "../../src/ffi/socket/structs.ts";
import {
  decodeWideString,
  encodeWideString,
  formatSid,
} from "../../src/ffi/structs.ts";
import { SenderCache } from "../../src/net/udp/udp_address.ts";
import { changeRecords } from "./_changes.ts";
import { fc, fence, hostileBytes, test } from "./_property.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Decodes bytes between others: it must not change any, and what stands around
 * them must not matter. What it refuses, it refuses with an error of ours.
 */
function decoded<T>(
  decode: (bytes: Bytes) => T,
  bytes: Uint8Array,
): T | TypeError {
  const results = [0, 0xff].map((other) => {
    const fenced = fence(bytes, other);
    const result = attempt(() => decode(fenced.bytes));
    assert(fenced.intact(), "bytes were changed");
    return result;
  });
  assertEquals(results[0], results[1], "reads what is not its own");
  return results[0]!;
}

function attempt<T>(decode: () => T): T | TypeError {
  try {
    return decode();
  } catch (error) {
    assert(error instanceof TypeError, `${error}`);
    assert(error.message.startsWith("Cannot decode "), error.message);
    return error;
  }
}

const word = fc.nat({ max: 0xffff_ffff });
const port = fc.nat({ max: 0xffff });
const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) =>
  formatIpv6(bytes as Bytes)
);
const unixPath = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 })
  .map((text) => text.replaceAll("\0", "_"))
  .filter((text) => new TextEncoder().encode(text).length <= 107);

const address: fc.Arbitrary<SocketAddress> = fc.oneof(
  fc.record({
    family: fc.constant("IPv4" as const),
    hostname: fc.ipV4(),
    port,
  }),
  fc.record({
    family: fc.constant("IPv6" as const),
    hostname: ipv6,
    port,
    flowInfo: word,
    scopeId: word,
  }),
  fc.record({
    family: fc.constant("Unix" as const),
    path: fc.oneof(unixPath, unixPath.map((path) => `\ufeff${path}`)).filter(
      (text) => new TextEncoder().encode(text).length <= 107,
    ),
  }),
);

test.property(
  "decodeSocketAddress() reverses encodeSocketAddress()",
  address,
  (given) => {
    assertEquals(decodeSocketAddress(encodeSocketAddress(given)), given);
  },
);

test.property(
  "decodeSocketAddress() takes any bytes, or refuses them",
  hostileBytes(address.map(encodeSocketAddress)),
  (bytes) => {
    const result = decoded(decodeSocketAddress, bytes);
    if (result instanceof TypeError) return;
    if (result.family === "Unix") return assertEquals(bytes[0], 1);
    assert(parseSocketAddress(result.hostname, result.port) !== null);
  },
);

test.property(
  "a path of a socket is encoded as it is, or refused",
  fc.string({ unit: "binary", minLength: 1, maxLength: 60 }),
  (path) => {
    let bytes;
    try {
      bytes = encodeSocketAddress({ family: "Unix", path });
    } catch (error) {
      return assert(/^Cannot use path/.test((error as Error).message));
    }
    assertEquals(decodeSocketAddress(bytes), { family: "Unix", path });
  },
);

test.property(
  "parseIpv6() reads what formatIpv6() writes",
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  (bytes) => {
    const result = parseIpv6(formatIpv6(bytes as Bytes));
    assertEquals(result?.bytes, bytes as Bytes);
  },
);

test.property(
  "parseIpv4() and parseIpv6() take addresses alone",
  fc.oneof(
    fc.string({ unit: fc.constantFrom(..."0123456789abcdefF:.%[] xX-") }),
    fc.ipV4(),
    fc.ipV6(),
    fc.ipV4Extended(),
  ),
  (text) => {
    const isV4 = parseIpv4(text) !== null;
    const isV6 = parseIpv6(text) !== null;
    assert(!(isV4 && isV6));
    if (isV4) assertEquals(new URL(`http://${text}/`).hostname, text);
    const bare = text.replace(/%.*$/, "");
    if (isV6) assert(URL.canParse(`http://[${bare}]/`), bare);
    else if (!text.includes("%") && !/[[\]]/.test(text)) {
      assert(!URL.canParse(`http://[${text}]/`), `${text} is an address`);
    }
  },
  { runs: 2000 },
);

test.property(
  "SenderCache#decode() tells where a datagram came from, each time",
  fc.array(
    fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 0xffff })),
    { minLength: 1, maxLength: 8 },
  ),
  (senders) => {
    const cache = new SenderCache();
    for (const [hostname, port] of senders) {
      const name = encodeSocketAddress({ family: "IPv4", hostname, port });
      const area = new Uint8Array(32);
      area.set(name);
      area[28] = name.length;
      assertEquals(cache.decode(area), { transport: "udp", hostname, port });
    }
  },
);

const fileName = fc.string({ unit: "binary", maxLength: 30 });

test.property(
  "decodeChangeRecords() takes any bytes, and ends",
  hostileBytes(
    fc.array(fc.tuple(word, fileName), { maxLength: 4 })
      .map((changes) => changeRecords(...changes)),
  ),
  (bytes) => {
    const result = decoded(decodeChangeRecords, bytes);
    assert(!(result instanceof TypeError));
    const units = result.records.reduce(
      (sum, { name }) => sum + name.length,
      0,
    );
    assert(result.records.length * 12 + units * 2 <= bytes.length);
  },
);

test.property(
  "decodeChangeRecords() gives each name as it is",
  fc.array(fc.tuple(word, fileName), { minLength: 1, maxLength: 5 }),
  (changes) => {
    const { records, complete } = decodeChangeRecords(
      changeRecords(...changes),
    );
    assert(complete);
    assertEquals(
      records.map(({ action, name }) => [action, name]),
      changes.map((change) => [...change]),
    );
  },
);

/** Entries of the directory of pipes. */
const pipeEntries = fc.array(fc.tuple(word, fileName), { maxLength: 4 })
  .map((pipes) => {
    const parts = pipes.map(([instances, name], i) => {
      const size = Math.ceil((64 + name.length * 2) / 8) * 8;
      const view = new DataView(new ArrayBuffer(size));
      view.setUint32(0, i + 1 < pipes.length ? size : 0, true);
      view.setUint32(40, instances, true);
      view.setUint32(60, name.length * 2, true);
      for (let j = 0; j < name.length; j++) {
        view.setUint16(64 + j * 2, name.charCodeAt(j), true);
      }
      return new Uint8Array(view.buffer);
    });
    return { pipes, bytes: Uint8Array.from(parts.flatMap((it) => [...it])) };
  });

test.property(
  "decodePipeEntries() gives each name as it is",
  pipeEntries.filter(({ pipes }) => pipes.length > 0),
  ({ pipes, bytes }) => {
    const entries = decodePipeEntries(bytes);
    const decoded = entries.map(({ instances, name }) => [instances, name]);
    assertEquals(decoded, pipes.map((pipe) => [...pipe]));
  },
);

test.property(
  "decodePipeEntries() and decodeOwner() take any bytes, or refuse them",
  hostileBytes(pipeEntries.map(({ bytes }) => bytes)),
  (bytes) => {
    const entries = decoded(decodePipeEntries, bytes);
    if (!(entries instanceof TypeError)) assert(entries.length > 0);
    const owner = decoded(decodeOwner, bytes);
    if (!(owner instanceof TypeError)) assert(/^(?:S-[-\d]+)?$/.test(owner));
  },
);

/** A SID, and its text. */
const sid = fc.tuple(
  fc.nat({ max: 255 }),
  fc.nat({ max: 2 ** 48 - 1 }),
  fc.array(word, { maxLength: 15 }),
).map(([revision, authority, parts]) => {
  const view = new DataView(new ArrayBuffer(8 + parts.length * 4));
  view.setUint8(0, revision);
  view.setUint8(1, parts.length);
  view.setUint16(2, Math.floor(authority / 2 ** 32));
  view.setUint32(4, authority % 2 ** 32);
  parts.forEach((part, i) => view.setUint32(8 + i * 4, part, true));
  const text = ["S", revision, authority, ...parts].join("-");
  return { bytes: new Uint8Array(view.buffer), text };
});

test.property(
  "formatSid() reads a SID in front of other bytes",
  fc.tuple(sid, fc.uint8Array({ maxLength: 20 })),
  ([{ bytes, text }, rest]) => {
    assertEquals(formatSid(Uint8Array.of(...bytes, ...rest)), text);
  },
);

test.property(
  "formatSid() takes any bytes, or refuses them",
  hostileBytes(sid.map(({ bytes }) => bytes)),
  (bytes) => {
    const text = decoded(formatSid, bytes);
    const count = bytes[1] ?? 0;
    const fits = count <= 15 && bytes.length >= 8 + count * 4;
    assertEquals(typeof text === "string", fits);
  },
);

test.property(
  "decodeWideString() gives well-formed text as it is",
  fc.string({ unit: "grapheme" }).map((text) => `\ufeff${text}`),
  (text) => {
    const bytes = encodeWideString(text);
    assertEquals(decodeWideString(bytes, text.length), text);
  },
);

test.property(
  "decodeWideString() takes any bytes and any length",
  fc.tuple(fc.uint8Array(), word),
  ([bytes, units]) => {
    const text = decoded((some) => decodeWideString(some, units), bytes);
    assert(typeof text === "string" && text.length * 2 <= bytes.length + 1);
  },
);

/** Structures whose size the caller has chosen. */
const FIXED: [string, size: number, decode: (bytes: Bytes) => unknown][] = [
  ["decodePollEvents", AFD_POLL_INFO_SIZE, decodePollEvents],
  [
    "decodeFileInformation",
    NETWORK_OPEN_INFORMATION_SIZE,
    decodeFileInformation,
  ],
  ["decodeProcessInformation", 24, decodeProcessInformation],
  ["decodeProtocolInfo", PROTOCOL_INFO_SIZE, decodeProtocolInfo],
  ["hasIfsHandles", PROTOCOL_INFO_SIZE, hasIfsHandles],
];

for (const [name, size, decode] of FIXED) {
  const lengths = { minLength: size, maxLength: size };
  test.property(
    `${name}() takes any bytes`,
    hostileBytes(fc.uint8Array(lengths), lengths),
    (bytes) => {
      const result = decoded(decode, bytes);
      for (const value of Object.values(Object(result))) {
        if (typeof value === "number") assert(Number.isFinite(value));
      }
    },
    { runs: 200 },
  );
}

test.property(
  "decodePollEvents() gives the events of the one socket",
  fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), word, word),
  ([socket, events, handles]) => {
    const bytes = encodePollInfo(socket, events);
    assertEquals(decodePollEvents(bytes), events);
    new DataView(bytes.buffer).setUint32(8, handles, true);
    assertEquals(decodePollEvents(bytes), handles === 0 ? 0 : events);
  },
);

/** Where a list of answers stands in memory that ends behind it. */
const MEMORY = 0x10_0000n;
const pointer = fc.oneof(
  fc.constantFrom(0n, 1n, MEMORY, 2n ** 64n - 1n),
  fc.nat({ max: 600 }).map((at) => MEMORY + BigInt(at)),
);
const node = fc.record({
  length: fc.oneof(fc.constantFrom(0n, 16n, 28n, 2n ** 64n - 1n), pointer),
  name: fc.oneof(fc.constant(0n), pointer),
  address: pointer,
  next: pointer,
});

test.property(
  "decodeAddrInfo() takes any list, and ends",
  fc.tuple(
    fc.array(node, { minLength: 1, maxLength: 6 }),
    fc.uint8Array({ minLength: 300, maxLength: 300 }),
  ),
  ([nodes, rest]) => {
    const memory = new Uint8Array(nodes.length * ADDRINFO_SIZE + 300);
    memory.set(rest, nodes.length * ADDRINFO_SIZE);
    const view = new DataView(memory.buffer);
    nodes.forEach(({ length, name, address, next }, i) => {
      const at = i * ADDRINFO_SIZE;
      view.setBigUint64(at + 16, length, true);
      view.setBigUint64(at + 24, name, true);
      view.setBigUint64(at + 32, address, true);
      const index = next % BigInt(nodes.length);
      const target = MEMORY + index * BigInt(ADDRINFO_SIZE);
      view.setBigUint64(at + 64, next === 0n ? 0n : target, true);
    });
    let reads = 0;
    const result = attempt(() =>
      decodeAddrInfo(MEMORY, (at, length) => {
        reads += 1;
        assert(at !== 0n && length <= 128, `${length} bytes at ${at}`);
        const start = Number(BigInt.asIntN(64, at - MEMORY));
        return Uint8Array.from(
          { length },
          (_, i) => memory[start + i] ?? 0xee,
        );
      })
    );
    assert(reads < 1024 * 260);
    if (!(result instanceof TypeError)) assert(result.length <= nodes.length);
  },
  { runs: 60 },
);

test.property(
  "decodeAcceptedEnds() takes addresses in their buffer alone",
  fc.record({
    local: fc.nat({ max: 400 }),
    remote: fc.nat({ max: 400 }),
    lengths: fc.tuple(
      fc.oneof(fc.nat({ max: 90 }), word),
      fc.oneof(fc.nat({ max: 90 }), word),
    ),
  }),
  ({ local, remote, lengths }) => {
    const start = 0x1_0000n;
    const buffer = { address: start, addressSize: 44 };
    const out = new DataView(new ArrayBuffer(24));
    // Some stand before the buffer, some behind.
    const starts = [local, remote].map((at) => start + BigInt(at - 150));
    starts.forEach((at, i) => out.setBigUint64(i * 8, at, true));
    lengths.forEach((length, i) => out.setUint32(16 + i * 4, length, true));
    const inside = starts.map((at, i) =>
      lengths[i] === 0 ||
      at >= start && at + BigInt(lengths[i]!) <= start + 88n
    );
    const result = attempt(() => decodeAcceptedEnds(out, buffer));
    assertEquals(!(result instanceof TypeError), inside.every(Boolean));
  },
  { runs: 1000 },
);
