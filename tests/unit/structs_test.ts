/** Structures that cross the FFI. */

import { assertEquals } from "@std/assert";
import {
  decodeWideString,
  encodePipeWait,
  encodeSecurityAttributes,
  encodeWideString,
  formatSid,
} from "../../src/ffi/structs.ts";

Deno.test("encodeWideString() and decodeWideString() agree on UTF-16", () => {
  for (const text of ["", "abc", "ü€", "😀", "\ud800", "a\\b"]) {
    const bytes = encodeWideString(text);
    assertEquals(bytes.length, text.length * 2 + 2);
    assertEquals([...bytes.slice(-2)], [0, 0]);
    if (text !== "\ud800") {
      assertEquals(decodeWideString(bytes, text.length), text);
    }
  }
  assertEquals([...encodeWideString("é")], [0xe9, 0, 0, 0]);
});

Deno.test("encodeSecurityAttributes() is a structure of 24 bytes", () => {
  const bytes = encodeSecurityAttributes(0x1122_3344_5566_7788n);
  const view = new DataView(bytes.buffer);
  assertEquals(bytes.length, 24);
  assertEquals(view.getUint32(0, true), 24);
  assertEquals(view.getBigUint64(8, true), 0x1122_3344_5566_7788n);
  assertEquals(view.getBigUint64(16, true), 0n, "not inherited");
});

Deno.test("encodePipeWait() holds a relative time and the name", () => {
  const bytes = encodePipeWait("ab", 1.5);
  const view = new DataView(bytes.buffer);
  assertEquals(bytes.length, 18);
  assertEquals(view.getBigInt64(0, true), -20_000n);
  assertEquals([view.getUint32(8, true), view.getUint8(12)], [4, 1]);
  assertEquals(decodeWideString(bytes.slice(14), 2), "ab");
  const forever = new DataView(encodePipeWait("x", Infinity).buffer);
  assertEquals(forever.getBigInt64(0, true), -(2n ** 63n));
});

Deno.test("formatSid() writes a SID as Windows does", () => {
  const system = new Uint8Array([1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0]);
  assertEquals(formatSid(system), "S-1-5-18");
  const large = new Uint8Array(16 + 4);
  large.set([1, 2, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 7], 4);
  assertEquals(formatSid(large.subarray(4)), "S-1-4294967296-4294967295-7");
});
