/**
 * Reads and writes of handles that a completion port cannot drive, as functions
 * for threads of Windows' pool: each makes one call that may block, and posts
 * its end to the port.
 *
 * In C:
 *
 * ```c
 * DWORD read(struct slot *slot) {
 *   NTSTATUS status = STATUS_CANCELLED;
 *   if (slot->file != NULL) {
 *     status = NtReadFile(slot->file, NULL, NULL, NULL, &slot->block,
 *       slot->buffer, slot->length, NULL, NULL);
 *   }
 *   if (status == STATUS_END_OF_FILE) status = 0;
 *   ULONG_PTR bytes = slot->block.Information;
 *   atomic_exchange(&slot->ended, 1);
 *   NtSetIoCompletion(slot->port, slot->key, slot, status, bytes);
 *   return 0;
 * }
 * ```
 *
 * The record stands behind the OVERLAPPED of the slot. It is not touched after
 * the packet was posted, so the slot may be used anew as soon as the packet has
 * been dequeued. Handles are 32 bits wide, as Windows promises: so the record
 * fits. A transfer whose file is cleared before its thread begins is cancelled.
 *
 * The code for ARM64 has run on an emulated processor only
 * (`tests/unit/machine_code_test.ts`).
 *
 * @module
 */

import {
  findFunction,
  type MachineCode,
  makeFunction,
} from "../machine_code.ts";
import type { ThreadTransfer } from "./api.ts";
import type { Address, Win32Api } from "../win32_api.ts";

const OVERLAPPED_SIZE = 32;
const SLOT_SIZE = 64;

/** Where the record has the handle: a DWORD. */
export const TRANSFER_FILE = 32n;
/** Where the record says that the call has returned: a DWORD. */
export const TRANSFER_ENDED = 56n;

/** The code for each processor, which calls two functions of ntdll. */
export const THREAD_TRANSFER_CODE: MachineCode = {
  x64: [
    ...[0x53], // push rbx
    ...[0x48, 0x83, 0xec, 0x50], // sub rsp, 80
    ...[0x48, 0x89, 0xcb], // mov rbx, rcx
    ...[0x48, 0x63, 0x4b, 0x20], // movsxd rcx, [rbx+32]  FileHandle
    ...[0x31, 0xd2], // xor edx, edx                      Event
    ...[0x45, 0x31, 0xc0], // xor r8d, r8d                ApcRoutine
    ...[0x45, 0x31, 0xc9], // xor r9d, r9d                ApcContext
    ...[0x48, 0x89, 0x5c, 0x24, 0x20], // mov [rsp+32], rbx  IoStatusBlock
    ...[0x48, 0x8b, 0x43, 0x28], // mov rax, [rbx+40]
    ...[0x48, 0x89, 0x44, 0x24, 0x28], // mov [rsp+40], rax  Buffer
    ...[0x8b, 0x43, 0x30], // mov eax, [rbx+48]
    ...[0x48, 0x89, 0x44, 0x24, 0x30], // mov [rsp+48], rax  Length
    ...[0x48, 0x89, 0x54, 0x24, 0x38], // mov [rsp+56], rdx  ByteOffset
    ...[0x48, 0x89, 0x54, 0x24, 0x40], // mov [rsp+64], rdx  Key
    ...[0xb8, 0x20, 0x01, 0, 0xc0], // mov eax, STATUS_CANCELLED
    ...[0x85, 0xc9], // test ecx, ecx
    ...[0x74, 0x06], // jz +6
    ...[0xff, 0x15, 0x35, 0, 0, 0], // call [rip+53]
    ...[0x3d, 0x11, 0, 0, 0xc0], // cmp eax, STATUS_END_OF_FILE
    ...[0x75, 0x02], // jne +2
    ...[0x31, 0xc0], // xor eax, eax
    ...[0x48, 0x63, 0x4b, 0x24], // movsxd rcx, [rbx+36]  IoCompletionHandle
    ...[0x8b, 0x53, 0x34], // mov edx, [rbx+52]           KeyContext
    ...[0x49, 0x89, 0xd8], // mov r8, rbx                 ApcContext
    ...[0x41, 0x89, 0xc1], // mov r9d, eax                IoStatus
    ...[0x48, 0x8b, 0x43, 0x08], // mov rax, [rbx+8]
    ...[0x48, 0x89, 0x44, 0x24, 0x20], // mov [rsp+32], rax  IoStatusInformation
    ...[0xb8, 1, 0, 0, 0], // mov eax, 1
    ...[0x87, 0x43, 0x38], // xchg [rbx+56], eax          ended
    ...[0xff, 0x15, 0x10, 0, 0, 0], // call [rip+16]
    ...[0x31, 0xc0], // xor eax, eax
    ...[0x48, 0x83, 0xc4, 0x50], // add rsp, 80
    ...[0x5b], // pop rbx
    ...[0xc3], // ret
    ...[0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 0],
  ],
  arm64: [
    ...[0xff, 0xc3, 0x00, 0xd1], // sub sp, sp, #48
    ...[0xfd, 0x7b, 0x01, 0xa9], // stp x29, x30, [sp, #16]
    ...[0xf3, 0x13, 0x00, 0xf9], // str x19, [sp, #32]
    ...[0xfd, 0x43, 0x00, 0x91], // add x29, sp, #16
    ...[0xf3, 0x03, 0x00, 0xaa], // mov x19, x0
    ...[0x60, 0x22, 0x80, 0xb9], // ldrsw x0, [x19, #32]  FileHandle
    ...[0x01, 0x00, 0x80, 0xd2], // mov x1, #0            Event
    ...[0x02, 0x00, 0x80, 0xd2], // mov x2, #0            ApcRoutine
    ...[0x03, 0x00, 0x80, 0xd2], // mov x3, #0            ApcContext
    ...[0xe4, 0x03, 0x13, 0xaa], // mov x4, x19           IoStatusBlock
    ...[0x65, 0x16, 0x40, 0xf9], // ldr x5, [x19, #40]    Buffer
    ...[0x66, 0x32, 0x40, 0xb9], // ldr w6, [x19, #48]    Length
    ...[0x07, 0x00, 0x80, 0xd2], // mov x7, #0            ByteOffset
    ...[0xff, 0x03, 0x00, 0xf9], // str xzr, [sp]         Key
    ...[0x80, 0x00, 0x00, 0x34], // cbz w0, #16
    ...[0xf0, 0x02, 0x00, 0x58], // ldr x16, #92
    ...[0x00, 0x02, 0x3f, 0xd6], // blr x16
    ...[0x03, 0x00, 0x00, 0x14], // b #12
    ...[0x00, 0x24, 0x80, 0x52], // mov w0, #0x120        STATUS_CANCELLED
    ...[0x00, 0x00, 0xb8, 0x72], // movk w0, #0xc000, lsl #16
    ...[0x29, 0x02, 0x80, 0x52], // mov w9, #17
    ...[0x09, 0x00, 0xb8, 0x72], // movk w9, #0xc000, lsl #16
    ...[0x1f, 0x00, 0x09, 0x6b], // cmp w0, w9
    ...[0xe3, 0x03, 0x80, 0x1a], // csel w3, wzr, w0, eq  IoStatus
    ...[0x60, 0x26, 0x80, 0xb9], // ldrsw x0, [x19, #36]  IoCompletionHandle
    ...[0x61, 0x36, 0x40, 0xb9], // ldr w1, [x19, #52]    KeyContext
    ...[0xe2, 0x03, 0x13, 0xaa], // mov x2, x19           ApcContext
    ...[0x64, 0x06, 0x40, 0xf9], // ldr x4, [x19, #8]     IoStatusInformation
    ...[0x29, 0x00, 0x80, 0x52], // mov w9, #1
    ...[0xbf, 0x3b, 0x03, 0xd5], // dmb ish
    ...[0x69, 0x3a, 0x00, 0xb9], // str w9, [x19, #56]    ended
    ...[0x30, 0x01, 0x00, 0x58], // ldr x16, #36
    ...[0x00, 0x02, 0x3f, 0xd6], // blr x16
    ...[0x00, 0x00, 0x80, 0x52], // mov w0, #0
    ...[0xf3, 0x13, 0x40, 0xf9], // ldr x19, [sp, #32]
    ...[0xfd, 0x7b, 0x41, 0xa9], // ldp x29, x30, [sp, #16]
    ...[0xff, 0xc3, 0x00, 0x91], // add sp, sp, #48
    ...[0xc0, 0x03, 0x5f, 0xd6], // ret
    ...[0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 0],
  ],
};

/**
 * Makes the function that reads or writes.
 *
 * @param win32 Copies the code, and gives the text of errors.
 * @param call What it calls.
 * @returns An LPTHREAD_START_ROUTINE, whose parameter is a slot.
 * @throws {Deno.errors.NotSupported} when the processor is an unknown one.
 * @throws {WindowsError} when Windows refuses the page.
 */
export function makeThreadTransfer(
  win32: Win32Api,
  call: "NtReadFile" | "NtWriteFile",
): Address {
  const callees = [call, "NtSetIoCompletion"]
    .map((name) => findFunction(win32, name, "ntdll.dll"));
  return makeFunction(win32, THREAD_TRANSFER_CODE, callees);
}

/**
 * Encodes a slot for a read or a write that has not begun.
 *
 * @param transfer What it is for.
 * @returns The bytes of the whole slot.
 */
export function encodeTransfer(
  transfer: ThreadTransfer,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(SLOT_SIZE));
  const record = new DataView(view.buffer, OVERLAPPED_SIZE);
  record.setUint32(0, Number(transfer.file), true);
  record.setUint32(4, Number(transfer.port), true);
  record.setBigUint64(8, transfer.buffer, true);
  record.setUint32(16, transfer.length, true);
  record.setUint32(20, transfer.key, true);
  return new Uint8Array(view.buffer);
}
