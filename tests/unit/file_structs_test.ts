/** Structures of files. */

import { assertEquals } from "@std/assert";
import {
  decodeChangeRecords,
  decodeFileInformation,
  encodeLargeInteger,
  encodeOffset,
  END_OF_FILE,
  NETWORK_OPEN_INFORMATION_SIZE,
} from "../../src/ffi/file/structs.ts";
import {
  CREATE_HANDLE,
  encodeObjectAttributes,
} from "../../src/ffi/object_attributes.ts";
import { changeRecords } from "./_changes.ts";

Deno.test("encodeOffset() writes both halves", () => {
  const cases: [position: number, low: number, high: number][] = [
    [0, 0, 0],
    [1, 1, 0],
    [0xffff_ffff, 0xffff_ffff, 0],
    [2 ** 32, 0, 1],
    [5 * 2 ** 30 + 7, 0x4000_0007, 1],
    [Number.MAX_SAFE_INTEGER, 0xffff_ffff, 0x1f_ffff],
    [END_OF_FILE, 0xffff_ffff, 0xffff_ffff],
  ];
  for (const [position, low, high] of cases) {
    const view = new DataView(encodeOffset(position).buffer);
    const halves = [view.getUint32(0, true), view.getUint32(4, true)];
    assertEquals(halves, [low, high], `${position}`);
  }
});

Deno.test("encodeLargeInteger() holds every size", () => {
  for (const size of [0, 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    const view = new DataView(encodeLargeInteger(size).buffer);
    assertEquals(view.getBigInt64(0, true), BigInt(size));
  }
});

Deno.test("encodeObjectAttributes() points to its own name", () => {
  const base = 0x7fff_0000_1000n;
  const bytes = encodeObjectAttributes(base, "\\??\\C:\\x");
  const view = new DataView(bytes.buffer);
  assertEquals(view.getUint32(0, true), 48);
  assertEquals(view.getBigUint64(16, true), base + 48n);
  assertEquals(view.getUint32(24, true), 0x40, "OBJ_CASE_INSENSITIVE");
  assertEquals(view.getUint16(48, true), 16);
  assertEquals(view.getUint16(50, true), 18);
  assertEquals(view.getBigUint64(56, true), base + 104n);
  const name = new TextDecoder("utf-16le").decode(bytes.subarray(104));
  assertEquals(name, "\\??\\C:\\x\0");
});

Deno.test("encodeObjectAttributes() lets servers identify us only", () => {
  const base = 0x7fff_0000_1000n;
  const view = new DataView(encodeObjectAttributes(base, "x").buffer);
  assertEquals(view.getBigUint64(40, true), base + 88n);
  assertEquals(CREATE_HANDLE + 8, 88, "it begins behind the handle");
  assertEquals(view.getUint32(88, true), 12, "its size");
  assertEquals(view.getUint32(92, true), 1, "SecurityIdentification");
  assertEquals(
    view.getUint32(96, true),
    0,
    "static tracking, all of the token",
  );
});

Deno.test("decodeFileInformation() reads sizes and times", () => {
  const bytes = new Uint8Array(NETWORK_OPEN_INFORMATION_SIZE);
  const view = new DataView(bytes.buffer);
  const epoch = 116_444_736_000_000_000n;
  view.setBigInt64(0, epoch, true);
  view.setBigInt64(8, epoch + 15_000n, true);
  view.setBigInt64(16, epoch - 10_000n, true);
  view.setBigInt64(32, 4096n, true);
  view.setBigInt64(40, 2n ** 40n, true);
  view.setUint32(48, 0x220, true);
  assertEquals(decodeFileInformation(bytes), {
    creationTime: 0,
    lastAccessTime: 1,
    lastWriteTime: -1,
    changeTime: null,
    allocationSize: 4096,
    endOfFile: 2 ** 40,
    attributes: 0x220,
  });
});

Deno.test("decodeChangeRecords() walks all records", () => {
  const bytes = changeRecords([1, "a.txt"], [3, "sub\\b"], [5, "ü€😀"]);
  assertEquals(decodeChangeRecords(bytes), {
    records: [
      { action: 1, name: "a.txt" },
      { action: 3, name: "sub\\b" },
      { action: 5, name: "ü€😀" },
    ],
    complete: true,
  });
});

Deno.test("decodeChangeRecords() keeps names that are no text", () => {
  const names = ["a\ud800b", "\udfff", "\ufeffbom", "x".repeat(10_000)];
  for (const name of names) {
    const { records } = decodeChangeRecords(changeRecords([1, name]));
    assertEquals(records, [{ action: 1, name }]);
  }
});

Deno.test("decodeChangeRecords() never reads beyond the buffer", () => {
  const whole = changeRecords([1, "first"], [2, "second"]);
  for (let length = 0; length < whole.length; length++) {
    const { records, complete } = decodeChangeRecords(whole.slice(0, length));
    assertEquals(complete, false, `${length} bytes`);
    assertEquals(records.length, length < 22 ? 0 : 1, `${length} bytes`);
  }
});

Deno.test("decodeChangeRecords() distrusts lengths and offsets", () => {
  const faults: [at: number, value: number][] = [
    [8, 0xffff_fffe],
    [8, 11],
    [0, 0xffff_fffc],
    [0, 2],
    [0, 21],
    [0, 23],
    [0, 1024],
  ];
  for (const [at, value] of faults) {
    const bytes = changeRecords([1, "first"], [2, "second"]);
    new DataView(bytes.buffer).setUint32(at, value, true);
    assertEquals(decodeChangeRecords(bytes).complete, false, `${at}: ${value}`);
  }
});
