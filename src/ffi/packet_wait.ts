/**
 * The wait for packets on a thread of Deno's pool, which says when it begins:
 * a pool whose threads are all taken queues the call, and nothing else would
 * tell.
 *
 * In C:
 *
 * ```c
 * BOOL wait(INIT_ONCE *once, struct wait *wait, void **context) {
 *   atomic_store(&wait->started, 1);
 *   return GetQueuedCompletionStatusEx(wait->port, wait->entries,
 *     wait->capacity, &wait->count, wait->timeout, FALSE);
 * }
 * ```
 *
 * `InitOnceExecuteOnce` calls it on the thread of the pool: of the functions of
 * kernel32 that call another it is one that only does so, and it needs no
 * `Deno.UnsafeFnPointer`, which a scoped `--allow-ffi` refuses. Its INIT_ONCE is
 * cleared before each wait. The port is read after the flag is set, so a wait
 * that has not begun can be disarmed by clearing the port (`PacketQueue`). The
 * code for ARM64 has run on an emulated processor only
 * (`tests/unit/machine_code_test.ts`).
 *
 * @module
 */

import { functionMaker, type MachineCode } from "./machine_code.ts";
import type { PacketWait } from "./win32_api.ts";

/** Bytes of the record behind the entries of a wait. */
export const PACKET_WAIT_SIZE = 40;
/** Offset of the number of entries: a ULONG. */
export const PACKET_WAIT_COUNT = 0;
/** Offset of the flag that the wait has begun: a DWORD. */
export const PACKET_WAIT_STARTED = 4;
/** Offset of the INIT_ONCE. */
export const PACKET_WAIT_ONCE = 8n;
/** Offset of the port's handle. */
export const PACKET_WAIT_PORT = 16;

/** The code for each processor, which calls `GetQueuedCompletionStatusEx`. */
export const PACKET_WAIT_CODE: MachineCode = {
  x64: [
    ...[0x48, 0x83, 0xec, 0x38], // sub rsp, 56
    ...[0xb8, 1, 0, 0, 0], // mov eax, 1
    ...[0x87, 0x42, 0x04], // xchg [rdx+4], eax      started, and a barrier
    ...[0x48, 0x8b, 0x4a, 0x10], // mov rcx, [rdx+16] CompletionPort
    ...[0x49, 0x89, 0xd1], // mov r9, rdx            ulNumEntriesRemoved
    ...[0x44, 0x8b, 0x42, 0x20], // mov r8d, [rdx+32] ulCount
    ...[0x8b, 0x42, 0x24], // mov eax, [rdx+36]
    ...[0x89, 0x44, 0x24, 0x20], // mov [rsp+32], eax dwMilliseconds
    ...[0xc7, 0x44, 0x24, 0x28, 0, 0, 0, 0], // mov dword ptr [rsp+40], 0
    ...[0x48, 0x8b, 0x52, 0x18], // mov rdx, [rdx+24] lpCompletionPortEntries
    ...[0xff, 0x15, 5, 0, 0, 0], // call [rip+5]
    ...[0x48, 0x83, 0xc4, 0x38], // add rsp, 56
    ...[0xc3], // ret
    ...[0, 0, 0, 0, 0, 0, 0, 0],
  ],
  arm64: [
    ...[0xfd, 0x7b, 0xbf, 0xa9], // stp x29, x30, [sp, #-16]!
    ...[0xfd, 0x03, 0x00, 0x91], // mov x29, sp
    ...[0x29, 0x00, 0x80, 0x52], // mov w9, #1
    ...[0x29, 0x04, 0x00, 0xb9], // str w9, [x1, #4]   started
    ...[0xbf, 0x3b, 0x03, 0xd5], // dmb ish
    ...[0xe3, 0x03, 0x01, 0xaa], // mov x3, x1         ulNumEntriesRemoved
    ...[0x20, 0x08, 0x40, 0xf9], // ldr x0, [x1, #16]  CompletionPort
    ...[0x22, 0x20, 0x40, 0xb9], // ldr w2, [x1, #32]  ulCount
    ...[0x24, 0x24, 0x40, 0xb9], // ldr w4, [x1, #36]  dwMilliseconds
    ...[0x05, 0x00, 0x80, 0x52], // mov w5, #0         fAlertable
    ...[0x21, 0x0c, 0x40, 0xf9], // ldr x1, [x1, #24]  lpCompletionPortEntries
    ...[0xb0, 0x00, 0x00, 0x58], // ldr x16, #20
    ...[0x00, 0x02, 0x3f, 0xd6], // blr x16
    ...[0xfd, 0x7b, 0xc1, 0xa8], // ldp x29, x30, [sp], #16
    ...[0xc0, 0x03, 0x5f, 0xd6], // ret
    ...[0x1f, 0x20, 0x03, 0xd5], // nop
    ...[0, 0, 0, 0, 0, 0, 0, 0],
  ],
};

/** The address of the wait, a PINIT_ONCE_FN. */
export const packetWaitFunction = functionMaker(
  PACKET_WAIT_CODE,
  "GetQueuedCompletionStatusEx",
);

/**
 * Encodes the record of a wait that has not begun.
 *
 * @param wait What it is for.
 * @returns The bytes that go behind the entries.
 */
export function encodePacketWait(wait: PacketWait): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(PACKET_WAIT_SIZE));
  view.setBigUint64(PACKET_WAIT_PORT, wait.port, true);
  view.setBigUint64(24, wait.entries, true);
  view.setUint32(32, wait.capacity, true);
  view.setUint32(36, wait.timeout, true);
  return new Uint8Array(view.buffer);
}
