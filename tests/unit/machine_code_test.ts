/**
 * The machine code on emulated processors: x64 and ARM64 get the same calls,
 * and must make the same ones.
 */

import { assertEquals } from "@std/assert";
import { assemble } from "../../src/ffi/machine_code.ts";
import {
  encodePacketWait,
  PACKET_WAIT_CODE,
  PACKET_WAIT_COUNT,
  PACKET_WAIT_STARTED,
} from "../../src/ffi/packet_wait.ts";
import { CALL_BY_ADDRESS_CODE } from "../../src/ffi/socket/call_by_address.ts";
import { threadEndCode } from "../../src/ffi/thread/native.ts";
import {
  encodeTransfer,
  THREAD_TRANSFER_CODE,
  TRANSFER_ENDED,
} from "../../src/ffi/thread_io/thread_transfer.ts";
import {
  encodeWaitRecord,
  WAIT_CALLBACK_CODE,
  WAIT_RECORD,
  WAIT_RECORD_FIRED,
} from "../../src/ffi/wait/wait_callback.ts";
import {
  type Callee,
  DATA,
  Emulator,
  openUnicorn,
  type Processor,
} from "./_emulator.ts";

const unicorn = openUnicorn();
const FIRST = 0x7ff8_1111_2220n;
const SECOND = 0x7ff8_3333_4440n;
const PORT = 0x1f4n;
/** What a caller may leave above the bits of a small parameter. */
const ABOVE = 0x5a5a_5a5a_5a5a_5a00n;

/** A test on both processors. */
function codeTest(
  name: string,
  code: (processor: Processor) => Uint8Array,
  fn: (emulator: Emulator) => void,
): void {
  for (const processor of ["x86_64", "aarch64"] as const) {
    const reason = unicorn === undefined
      ? " (skipped: libunicorn.so.2 is not installed)"
      : "";
    Deno.test({
      name: `${processor}: ${name}${reason}`,
      ignore: unicorn === undefined,
      fn() {
        using emulator = new Emulator(unicorn!, processor, code(processor));
        fn(emulator);
      },
    });
  }
}

/** The first parameters; `widths` in bits. */
function parameters({ args }: Callee, ...widths: number[]): bigint[] {
  return widths.map((width, i) => BigInt.asUintN(width, args[i]!));
}

const dword = (value: bigint) => BigInt.asUintN(32, value);

const waitCallback = (processor: Processor) =>
  assemble(WAIT_CALLBACK_CODE, processor, [FIRST]);

for (const timedOut of [0n, 1n]) {
  codeTest(
    `the callback of a wait posts ${timedOut}, whatever else is in the register`,
    waitCallback,
    (emulator) => {
      emulator.write(DATA + WAIT_RECORD, encodeWaitRecord(PORT, 17));
      const calls: bigint[][] = [];
      emulator.call([DATA, ABOVE + timedOut], (callee) => {
        assertEquals(callee.address, FIRST);
        assertEquals(emulator.word(DATA + WAIT_RECORD_FIRED), 1);
        calls.push(parameters(callee, 64, 32, 64, 64));
        return 1n;
      });
      assertEquals(calls, [[PORT, timedOut, 17n, DATA]]);
    },
  );
}

for (const port of [PORT, 0n]) {
  codeTest(
    `a wait for packets of port ${port} says that it has begun, and waits`,
    (processor) => assemble(PACKET_WAIT_CODE, processor, [FIRST]),
    (emulator) => {
      const wait = { port, entries: DATA + 0x100n, capacity: 32, timeout: -1 };
      const record = { ...wait, timeout: wait.timeout >>> 0 };
      emulator.write(DATA, encodePacketWait(record));
      const calls: bigint[][] = [];
      const result = emulator.call([DATA + 8n, DATA, 0n], (callee) => {
        assertEquals(callee.address, FIRST);
        assertEquals(emulator.word(DATA + BigInt(PACKET_WAIT_STARTED)), 1);
        calls.push(parameters(callee, 64, 64, 32, 64, 32, 32));
        return ABOVE + 1n;
      });
      const count = DATA + BigInt(PACKET_WAIT_COUNT);
      assertEquals(calls, [
        [port, DATA + 0x100n, 32n, count, 0xffff_ffffn, 0n],
      ]);
      assertEquals(dword(result), dword(ABOVE + 1n));
    },
  );
}

const TRANSFER = {
  port: PORT,
  key: 21,
  file: 0x2a4n,
  buffer: DATA + 0x800n,
  length: 4096,
};
const threadTransfer = (processor: Processor) =>
  assemble(THREAD_TRANSFER_CODE, processor, [FIRST, SECOND]);

/** Runs a transfer whose call ends with a status. */
function transfer(emulator: Emulator, file: bigint, status: bigint) {
  const slot = DATA;
  const calls: bigint[][] = [];
  emulator.write(slot, encodeTransfer({ ...TRANSFER, slot, file }));
  const result = emulator.call([slot], (callee) => {
    if (callee.address === FIRST) {
      calls.push(parameters(callee, 64, 64, 64, 64, 64, 64, 32, 64, 64));
      assertEquals(emulator.word(slot + TRANSFER_ENDED), 0);
      emulator.write(slot + 8n, Uint8Array.of(0x34, 0x12));
      return ABOVE * 2n ** 32n + status;
    }
    assertEquals(callee.address, SECOND);
    assertEquals(emulator.word(slot + TRANSFER_ENDED), 1);
    calls.push(parameters(callee, 64, 64, 64, 32, 64));
    return 0n;
  });
  assertEquals(dword(result), 0n);
  return calls;
}

for (
  const [status, told] of [
    [0n, 0n],
    [0xc000_0011n, 0n], // STATUS_END_OF_FILE
    [0xc000_014bn, 0xc000_014bn], // STATUS_PIPE_BROKEN
    [0x8000_0005n, 0x8000_0005n], // STATUS_BUFFER_OVERFLOW
  ] as const
) {
  codeTest(
    `a transfer that ends with ${status.toString(16)} posts ${told}`,
    threadTransfer,
    (emulator) => {
      const { file, buffer, key } = TRANSFER;
      assertEquals(transfer(emulator, file, status), [
        [file, 0n, 0n, 0n, DATA, buffer, 4096n, 0n, 0n],
        [PORT, BigInt(key), DATA, told, 0x1234n],
      ]);
    },
  );
}

codeTest(
  "a transfer whose file was cleared is cancelled, and calls nothing",
  threadTransfer,
  (emulator) => {
    const cancelled = 0xc000_0120n;
    assertEquals(transfer(emulator, 0n, 0n), [
      [PORT, BigInt(TRANSFER.key), DATA, cancelled, 0n],
    ]);
  },
);

codeTest(
  "the end of a thread closes one handle a call, and then none",
  (processor) => threadEndCode(processor)!,
  (emulator) => {
    const entry = (i: number) => DATA + 16n * BigInt(i);
    const table = new BigUint64Array([
      entry(2), // cursor
      entry(1), // bottom
      ...[0x11n, FIRST],
      ...[0x22n, SECOND],
    ]);
    emulator.write(DATA, new Uint8Array(table.buffer));
    const closed: bigint[][] = [];
    for (let i = 0; i < 4; i++) {
      emulator.call([DATA, ABOVE], (callee) => {
        closed.push([callee.address, ...parameters(callee, 64, 64)]);
        return 1n;
      });
    }
    assertEquals(closed, [[SECOND, 0x22n, 0n], [FIRST, 0x11n, 0n]]);
    assertEquals(emulator.long(DATA), entry(2) - 64n);
  },
);

codeTest(
  "a call by address takes eight arguments, and the error right behind it",
  (processor) => assemble(CALL_BY_ADDRESS_CODE, processor, [SECOND]),
  (emulator) => {
    const args = Array.from({ length: 8 }, (_, i) => ABOVE + BigInt(i));
    const record = new BigUint64Array([FIRST, ...args, 0n]);
    emulator.write(DATA, new Uint8Array(record.buffer));
    const calls: bigint[] = [];
    const result = emulator.call([DATA + 0x100n, DATA, 0n], (callee) => {
      calls.push(callee.address);
      if (callee.address === SECOND) return ABOVE * 2n ** 32n + 997n;
      assertEquals(callee.args.slice(0, 8), args);
      return ABOVE * 2n ** 32n;
    });
    assertEquals(calls, [FIRST, SECOND]);
    assertEquals(dword(result), 0n);
    assertEquals([72n, 76n].map((at) => emulator.word(DATA + at)), [0, 997]);
  },
);
