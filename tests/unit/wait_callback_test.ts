/** The machine code; it runs in tests/windows. */

import { assertEquals, assertThrows } from "@std/assert";
import { assemble } from "../../src/ffi/machine_code.ts";
import { CALL_BY_ADDRESS_CODE } from "../../src/ffi/socket/call_by_address.ts";
import {
  encodePacketWait,
  PACKET_WAIT_CODE,
} from "../../src/ffi/packet_wait.ts";
import {
  encodeTransfer,
  THREAD_TRANSFER_CODE,
} from "../../src/ffi/thread_io/thread_transfer.ts";
import {
  encodeWaitRecord,
  WAIT_CALLBACK_CODE,
} from "../../src/ffi/wait/wait_callback.ts";

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
  Deno.test(`The callback of waits is what an assembler makes for ${arch}`, () => {
    assertEquals(assemble(WAIT_CALLBACK_CODE, arch, [POST]).toHex(), code);
  });
}

const PACKET_WAIT = {
  x86_64: "4883ec38" + "b801000000" + "874204" + "488b4a10" + "4989d1" +
    "448b4220" + "8b4224" + "89442420" + "c744242800000000" + "488b5218" +
    "ff1505000000" + "4883c438" + "c3" + ADDRESS,
  aarch64: "fd7bbfa9" + "fd030091" + "29008052" + "290400b9" + "bf3b03d5" +
    "e30301aa" + "200840f9" + "222040b9" + "242440b9" + "05008052" +
    "210c40f9" + "b0000058" + "00023fd6" + "fd7bc1a8" + "c0035fd6" +
    "1f2003d5" + ADDRESS,
};

for (const [arch, code] of Object.entries(PACKET_WAIT)) {
  Deno.test(`The wait for packets is what an assembler makes for ${arch}`, () => {
    assertEquals(assemble(PACKET_WAIT_CODE, arch, [POST]).toHex(), code);
  });
}

const THREAD_TRANSFER = {
  x86_64: "534883ec504889cb48634b2031d24531c04531c948895c2420488b4328488944" +
    "24288b4330488944243048895424384889542440b8200100c085c97406ff1535" +
    "0000003d110000c0750231c048634b248b53344989d84189c1488b4308488944" +
    "2420b801000000874338ff151000000031c04883c4505bc3",
  aarch64: "ffc300d1fd7b01a9f31300f9fd430091f30300aa602280b9010080d2020080d2" +
    "030080d2e40313aa651640f9663240b9070080d2ff0300f980000034f0020058" +
    "00023fd603000014002480520000b872290280520900b8721f00096be303801a" +
    "602680b9613640b9e20313aa640640f929008052bf3b03d5693a00b930010058" +
    "00023fd600008052f31340f9fd7b41a9ffc30091c0035fd6",
};

for (const [arch, code] of Object.entries(THREAD_TRANSFER)) {
  Deno.test(`The transfer of a thread is what an assembler makes for ${arch}`, () => {
    const bytes = assemble(THREAD_TRANSFER_CODE, arch, [POST, POST + 1n]);
    const other = ADDRESS.replace("88", "89");
    assertEquals(bytes.toHex(), code + ADDRESS + other);
  });
}

Deno.test("encodeTransfer() fills a slot as the thread reads it", () => {
  const transfer = {
    file: 0x11n,
    port: 0x12n,
    buffer: POST,
    length: 0x13,
    key: 0x14,
    slot: 0n,
  };
  assertEquals(
    encodeTransfer(transfer).toHex(),
    "00".repeat(32) + "11000000" + "12000000" + ADDRESS + "13000000" +
      "14000000" + "00".repeat(8),
  );
});

Deno.test("encodePacketWait() puts its values where the wait reads them", () => {
  const wait = { port: POST, entries: POST + 1n, capacity: 2, timeout: 3 };
  assertEquals(
    encodePacketWait(wait).toHex(),
    "00".repeat(16) + ADDRESS + ADDRESS.replace("88", "89") + "02000000" +
      "03000000",
  );
});

Deno.test("assemble() refuses a processor that it does not know", () => {
  assertThrows(
    () => assemble(WAIT_CALLBACK_CODE, "riscv64", [POST]),
    Deno.errors.NotSupported,
    'Cannot make machine code: the processor is "riscv64"',
  );
});

Deno.test("encodeWaitRecord() puts the port and the key where the callback reads them", () => {
  assertEquals(
    encodeWaitRecord(POST, 0x0102_0304).toHex(),
    `${ADDRESS}0403020100000000${"00".repeat(8)}`,
  );
});

const CALL_BY_ADDRESS = {
  x86_64: "53" + "4883ec40" + "4889d3" + "488b4328" + "4889442420" +
    "488b4330" + "4889442428" + "488b4338" + "4889442430" + "488b4340" +
    "4889442438" + "488b4b08" + "488b5310" + "4c8b4318" + "4c8b4b20" +
    "ff13" + "894348" + "ff150b000000" + "89434c" + "31c0" + "4883c440" +
    "5b" + "c3" + ADDRESS,
  aarch64: "fd7bbea9" + "fd030091" + "f30b00f9" + "f30301aa" + "608640a9" +
    "628e41a9" + "649642a9" + "669e43a9" + "700240f9" + "00023fd6" +
    "604a00b9" + "f0000058" + "00023fd6" + "604e00b9" + "00008052" +
    "f30b40f9" + "fd7bc2a8" + "c0035fd6" + ADDRESS,
};

for (const [arch, code] of Object.entries(CALL_BY_ADDRESS)) {
  Deno.test(`The call by address is what an assembler makes for ${arch}`, () => {
    assertEquals(assemble(CALL_BY_ADDRESS_CODE, arch, [POST]).toHex(), code);
  });
}
