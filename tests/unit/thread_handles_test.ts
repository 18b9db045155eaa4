/** Their machine code; it runs in tests/windows/scoped. */

import { assertEquals } from "@std/assert";
import { threadEndCode } from "../../src/ffi/thread/native.ts";

// As assembled by GNU as 2.44 from the instructions beside the bytes.
const ASSEMBLED = {
  x86_64: "48c7c0f0ffffff" + "f0480fc101" + "483b4108" + "7208" + "488b08" +
    "31d2" + "ff6008" + "c3",
  aarch64: "09fc5fc8" + "2a4100d1" + "0afc0bc8" + "abffff35" + "0a0440f9" +
    "3f010aeb" + "83000054" + "204140a9" + "010080d2" + "00021fd6" +
    "c0035fd6",
};

for (const [arch, code] of Object.entries(ASSEMBLED)) {
  Deno.test(`threadEndCode() is what an assembler makes for ${arch}`, () => {
    assertEquals(threadEndCode(arch)?.toHex(), code);
  });
}

Deno.test("threadEndCode() knows no other processor", () => {
  assertEquals(threadEndCode("riscv64"), undefined);
});
