/** The machine code of the callback of waits; it runs in tests/windows/waits. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  encodeWaitRecord,
  waitCallbackCode,
} from "../../src/ffi/wait_callback.ts";

const POST = 0x1122_3344_5566_7788n;
const ADDRESS = "8877665544332211";

// As assembled by GNU as 2.40 from the instructions beside the bytes.
const ASSEMBLED = {
  x86_64: "4989c9" + "0fb6d2" + "4c8b4128" + "c7413001000000" + "488b4920" +
    "ff2500000000" + ADDRESS,
  aarch64: "e30300aa" + "211c0053" + "021440f9" + "29008052" + "093000b9" +
    "001040f9" + "50000058" + "00021fd6" + ADDRESS,
};

for (const [arch, code] of Object.entries(ASSEMBLED)) {
  Deno.test(`waitCallbackCode() is what an assembler makes for ${arch}`, () => {
    assertEquals(waitCallbackCode(arch, POST).toHex(), code);
  });
}

Deno.test("waitCallbackCode() refuses a processor that it does not know", () => {
  assertThrows(
    () => waitCallbackCode("riscv64", POST),
    Deno.errors.NotSupported,
    'Cannot wait for handles: the processor is "riscv64"',
  );
});

Deno.test("encodeWaitRecord() puts the port and the key where the callback reads them", () => {
  assertEquals(
    encodeWaitRecord(POST, 0x0102_0304).toHex(),
    `${ADDRESS}0403020100000000${"00".repeat(8)}`,
  );
});
