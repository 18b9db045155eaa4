/**
 * The callback of registered waits: a few bytes of machine code that post a
 * packet to a completion port, as `PostCallback` of CPython's overlapped.c.
 *
 * In C:
 *
 * ```c
 * void callback(struct slot *slot, BOOLEAN timedOut) {
 *   slot->fired = 1;
 *   PostQueuedCompletionStatus(slot->port, timedOut, slot->key, slot);
 * }
 * ```
 *
 * Why no `Deno.UnsafeCallback`: the thread of Windows that calls it stands
 * still until JavaScript has run, and with it all waits it watches; its code
 * and its context belong to an isolate, which `worker.terminate()` frees under
 * the registered wait; and a scoped `--allow-ffi` refuses it. This code knows
 * no isolate: it reads native memory and makes one system call.
 *
 * It ends with a jump. The stack is as Windows has left it for the callback, so
 * its alignment, the 32 bytes of x64's shadow space and the return address are
 * those that `PostQueuedCompletionStatus` needs, which returns to Windows, not
 * here. After the jump neither the code nor the record is touched again; hence
 * a record may be used anew as soon as its packet has been dequeued. A leaf
 * function that leaves the stack alone needs no unwind information.
 *
 * The code for ARM64 has run on an emulated processor only
 * (`tests/unit/machine_code_test.ts`).
 *
 * @module
 */

import { functionMaker, type MachineCode } from "../machine_code.ts";
import type { Address } from "../win32_api.ts";

/** Where the record begins: behind the OVERLAPPED of a slot. */
export const WAIT_RECORD = 32n;
/** Where the record says that the callback was called: a DWORD. */
export const WAIT_RECORD_FIRED = 48n;

const RECORD_SIZE = 24;

/** The code for each processor, which calls `PostQueuedCompletionStatus`. */
export const WAIT_CALLBACK_CODE: MachineCode = {
  x64: [
    ...[0x49, 0x89, 0xc9], // mov r9, rcx             lpOverlapped
    ...[0x0f, 0xb6, 0xd2], // movzx edx, dl           dwNumberOfBytes...
    ...[0x4c, 0x8b, 0x41, 0x28], // mov r8, [rcx+40]  dwCompletionKey
    ...[0xc7, 0x41, 0x30, 1, 0, 0, 0], // mov dword ptr [rcx+48], 1
    ...[0x48, 0x8b, 0x49, 0x20], // mov rcx, [rcx+32] CompletionPort
    ...[0xff, 0x25, 0, 0, 0, 0], // jmp [rip+0]
    ...[0, 0, 0, 0, 0, 0, 0, 0],
  ],
  // The parameters are in x0 and w1.
  arm64: [
    ...[0xe3, 0x03, 0x00, 0xaa], // mov x3, x0         lpOverlapped
    ...[0x21, 0x1c, 0x00, 0x53], // uxtb w1, w1        dwNumberOfBytes...
    ...[0x02, 0x14, 0x40, 0xf9], // ldr x2, [x0, #40]  dwCompletionKey
    ...[0x29, 0x00, 0x80, 0x52], // mov w9, #1
    ...[0x09, 0x30, 0x00, 0xb9], // str w9, [x0, #48]
    ...[0x00, 0x10, 0x40, 0xf9], // ldr x0, [x0, #32]  CompletionPort
    ...[0x50, 0x00, 0x00, 0x58], // ldr x16, #8
    ...[0x00, 0x02, 0x1f, 0xd6], // br x16
    ...[0, 0, 0, 0, 0, 0, 0, 0],
  ],
};

/** The address of the callback, a WAITORTIMERCALLBACK. */
export const waitCallback = functionMaker(
  WAIT_CALLBACK_CODE,
  "PostQueuedCompletionStatus",
);

/**
 * Encodes the record that the callback reads.
 *
 * @param port The completion port to post to.
 * @param key The completion key of the packet.
 * @returns The bytes for `WAIT_RECORD` of the slot; the callback was not called.
 */
export function encodeWaitRecord(
  port: Address,
  key: number,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(RECORD_SIZE));
  view.setBigUint64(0, port, true);
  view.setBigUint64(8, BigInt(key), true);
  return new Uint8Array(view.buffer);
}
