/**
 * The machine code for both processors, on the same vectors, emulated.
 */

import { assertEquals } from "@std/assert";
import { assemble } from "../../src/ffi/machine_code.ts";
import {
  encodePacketWait,
  PACKET_WAIT_CODE,
  PACKET_WAIT_STARTED,
} from "../../src/ffi/packet_wait.ts";
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
import { type Arch, bytesOf, Emulator } from "./_emulator.ts";
import { CALLEES, DATA, WindowsCall } from "./_windows_call.ts";

const ARCHS: readonly Arch[] = ["x86_64", "aarch64"];
const LOW = 0xffff_ffffn;
const BIG = 0x1122_3344_5566_7788n;
const STATUS_END_OF_FILE = 0xc000_0011n;
const STATUS_CANCELLED = 0xc000_0120n;

type Body = (
  run: WindowsCall,
  emulator: Emulator,
) => Promise<void>;

function eachProcessor(
  name: string,
  codeFor: (arch: Arch) => Uint8Array,
  body: Body,
): void {
  for (const arch of ARCHS) {
    Deno.test(`${name} (${arch})`, async () => {
      await using emulator = await Emulator.start(arch);
      const run = new WindowsCall(emulator, arch);
      await run.load(codeFor(arch));
      await body(run, emulator);
    });
  }
}

async function dword(emulator: Emulator, address: bigint): Promise<bigint> {
  return await emulator.word(address) & LOW;
}

for (const [timedOut, garbage] of [[0n, 0n], [1n, 0n], [0n, 0xffff_ff00n]]) {
  eachProcessor(
    `the callback of waits posts ${timedOut}, whatever is above (${garbage})`,
    (arch) => assemble(WAIT_CALLBACK_CODE, arch, [CALLEES[0]!]),
    async (run, emulator) => {
      const record = encodeWaitRecord(BIG, 0x9abc_def0);
      await emulator.write(DATA + WAIT_RECORD, record);
      const post = { args: 4, result: 1n };
      const flag = timedOut! | garbage!;
      const { calls } = await run.call([DATA, flag], [post]);
      const [{ callee, args, tail }] = calls as [typeof calls[0]];
      assertEquals([calls.length, callee, tail], [1, CALLEES[0]!, true]);
      const [port, bytes, key, overlapped] = args;
      assertEquals(port, BIG);
      assertEquals(bytes! & LOW, timedOut);
      assertEquals([key, overlapped], [0x9abc_def0n, DATA]);
      const fired = await dword(emulator, DATA + WAIT_RECORD_FIRED);
      assertEquals(fired, 1n);
    },
  );
}

for (const result of [0n, 1n]) {
  eachProcessor(
    `the wait for packets calls with its record, and returns ${result}`,
    (arch) => assemble(PACKET_WAIT_CODE, arch, [CALLEES[0]!]),
    async (run, emulator) => {
      const wait = { port: BIG, entries: BIG + 1n, capacity: 7, timeout: 123 };
      await emulator.write(DATA, encodePacketWait(wait));
      let started = 0n;
      const at = DATA + BigInt(PACKET_WAIT_STARTED);
      const body = async () => void (started = await dword(emulator, at));
      const get = { args: 6, result, body };
      const outcome = await run.call([0n, DATA, 0n], [get]);
      const [{ args, tail }] = outcome.calls as [typeof outcome.calls[0]];
      assertEquals([outcome.calls.length, tail, started], [1, false, 1n]);
      assertEquals(args.slice(0, 2), [BIG, BIG + 1n]);
      const [count, removed, timeout, alertable] = args.slice(2);
      assertEquals(count! & LOW, 7n);
      assertEquals(removed, DATA);
      assertEquals([timeout! & LOW, alertable! & LOW], [123n, 0n]);
      assertEquals(outcome.result & LOW, result);
    },
  );
}

const TRANSFERS = [
  { file: 0x44n, returned: 0n, posted: 0n },
  { file: 0x44n, returned: STATUS_END_OF_FILE, posted: 0n },
  { file: 0x44n, returned: 0xc000_014bn, posted: 0xc000_014bn },
  { file: 0xffff_fffcn, returned: 0n, posted: 0n },
  { file: 0n, returned: 0n, posted: STATUS_CANCELLED },
];

for (const { file, returned, posted } of TRANSFERS) {
  const title = `file ${file.toString(16)}, status ${returned.toString(16)}`;
  eachProcessor(
    `the transfer of a thread reads and posts its end: ${title}`,
    (arch) => assemble(THREAD_TRANSFER_CODE, arch, CALLEES),
    async (run, emulator) => {
      const port = 0x55n;
      const slot = { file, port, buffer: BIG, length: 99, key: 6, slot: DATA };
      await emulator.write(DATA, encodeTransfer(slot));
      const information = BIG + 5n;
      await emulator.setWord(DATA + 8n, information);
      let ended = 0n;
      const body = async () =>
        void (ended = await dword(emulator, DATA + TRANSFER_ENDED));
      const read = { args: 9, result: returned };
      const post = { args: 5, result: SPOILT_STATUS, body };
      const outcome = await run.call([DATA], [read, post]);
      const last = outcome.calls.at(-1)!;
      assertEquals(outcome.calls.length, file === 0n ? 1 : 2);
      if (file !== 0n) assertRead(outcome.calls[0]!.args, file);
      const [completion, key, context, status, bytes] = last.args;
      assertEquals([last.callee, completion], [CALLEES[1]!, port]);
      assertEquals([key! & LOW, context], [6n, DATA]);
      assertEquals([status! & LOW, bytes], [posted, information]);
      assertEquals([ended, outcome.result & LOW], [1n, 0n]);
    },
  );
}

const SPOILT_STATUS = 0xc000_0008n;

function assertRead(args: readonly bigint[], file: bigint): void {
  // Handles are 32 bits that are extended with their sign
  const handle = BigInt.asUintN(64, BigInt.asIntN(32, file));
  const [length, offset, key] = args.slice(6);
  assertEquals(args.slice(0, 6), [handle, 0n, 0n, 0n, DATA, BIG]);
  assertEquals([length! & LOW, offset, key], [99n, 0n, 0n]);
}

for (const entries of [0, 1, 3]) {
  eachProcessor(
    `the end of a thread closes one of ${entries} handles at each call`,
    (arch) => threadEndCode(arch)!,
    async (run, emulator) => {
      const bottom = DATA + 16n;
      const top = bottom + 16n * BigInt(entries - 1);
      await emulator.write(DATA, bytesOf(top));
      await emulator.write(DATA + 8n, bytesOf(bottom));
      for (let i = 0n; i < entries; i++) {
        await emulator.setWord(bottom + 16n * i, BIG + i);
        await emulator.setWord(bottom + 16n * i + 8n, CALLEES[0]!);
      }
      const close = { args: 2, result: 1n };
      for (let i = BigInt(entries) - 1n; i >= -2n; i--) {
        const { calls } = await run.call([DATA, 0n], [close]);
        const wanted = { callee: CALLEES[0]!, args: [BIG + i, 0n], tail: true };
        assertEquals(calls, i < 0n ? [] : [wanted]);
      }
    },
  );
}
