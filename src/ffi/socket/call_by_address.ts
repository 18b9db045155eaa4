/**
 * Calls a function by its address, and reads the error in the same call.
 *
 * In C:
 *
 * ```c
 * BOOL call(INIT_ONCE *once, struct call *call, void **context) {
 *   call->result = call->function(call->arguments[0], ... [7]);
 *   call->error = GetLastError();
 *   return FALSE;
 * }
 * ```
 *
 * `InitOnceExecuteOnce` calls it: as it returns FALSE, the INIT_ONCE stays as it
 * was. A scoped `--allow-ffi` refuses `Deno.UnsafeFnPointer`, whose calls also
 * take 2 microseconds more (measured under Wine), and nothing can come between
 * the function and its error here. The record is the caller's array: what the
 * function keeps, and what it writes to, has to be native memory. The code for
 * ARM64 has run on an emulated processor only (`tests/unit/machine_code_test.ts`).
 *
 * @module
 */

import { symbolLoader } from "../load.ts";
import { functionMaker, type MachineCode } from "../machine_code.ts";
import type { Address, Win32Api } from "../win32_api.ts";
import { kernel32Sockets } from "./kernel32.ts";

/** Arguments that a function may have. */
const MAX_ARGUMENTS = 8;
/** Which of the record's 64-bit words are what. */
const FUNCTION = 0;
const FIRST_ARGUMENT = 1;
/** Which of its 32-bit words are what. */
const RESULT = 2 * (FIRST_ARGUMENT + MAX_ARGUMENTS);
const ERROR = RESULT + 1;

/** The code for each processor, which calls `GetLastError`. */
export const CALL_BY_ADDRESS_CODE: MachineCode = {
  x64: [
    ...[0x53], // push rbx
    ...[0x48, 0x83, 0xec, 0x40], // sub rsp, 64
    ...[0x48, 0x89, 0xd3], // mov rbx, rdx
    ...[0x48, 0x8b, 0x43, 0x28], // mov rax, [rbx+40]
    ...[0x48, 0x89, 0x44, 0x24, 0x20], // mov [rsp+32], rax
    ...[0x48, 0x8b, 0x43, 0x30], // mov rax, [rbx+48]
    ...[0x48, 0x89, 0x44, 0x24, 0x28], // mov [rsp+40], rax
    ...[0x48, 0x8b, 0x43, 0x38], // mov rax, [rbx+56]
    ...[0x48, 0x89, 0x44, 0x24, 0x30], // mov [rsp+48], rax
    ...[0x48, 0x8b, 0x43, 0x40], // mov rax, [rbx+64]
    ...[0x48, 0x89, 0x44, 0x24, 0x38], // mov [rsp+56], rax
    ...[0x48, 0x8b, 0x4b, 0x08], // mov rcx, [rbx+8]
    ...[0x48, 0x8b, 0x53, 0x10], // mov rdx, [rbx+16]
    ...[0x4c, 0x8b, 0x43, 0x18], // mov r8, [rbx+24]
    ...[0x4c, 0x8b, 0x4b, 0x20], // mov r9, [rbx+32]
    ...[0xff, 0x13], // call [rbx]
    ...[0x89, 0x43, 0x48], // mov [rbx+72], eax   result
    ...[0xff, 0x15, 11, 0, 0, 0], // call [rip+11]
    ...[0x89, 0x43, 0x4c], // mov [rbx+76], eax   error
    ...[0x31, 0xc0], // xor eax, eax
    ...[0x48, 0x83, 0xc4, 0x40], // add rsp, 64
    ...[0x5b], // pop rbx
    ...[0xc3], // ret
    ...[0, 0, 0, 0, 0, 0, 0, 0],
  ],
  arm64: [
    ...[0xfd, 0x7b, 0xbe, 0xa9], // stp x29, x30, [sp, #-32]!
    ...[0xfd, 0x03, 0x00, 0x91], // mov x29, sp
    ...[0xf3, 0x0b, 0x00, 0xf9], // str x19, [sp, #16]
    ...[0xf3, 0x03, 0x01, 0xaa], // mov x19, x1
    ...[0x60, 0x86, 0x40, 0xa9], // ldp x0, x1, [x19, #8]
    ...[0x62, 0x8e, 0x41, 0xa9], // ldp x2, x3, [x19, #24]
    ...[0x64, 0x96, 0x42, 0xa9], // ldp x4, x5, [x19, #40]
    ...[0x66, 0x9e, 0x43, 0xa9], // ldp x6, x7, [x19, #56]
    ...[0x70, 0x02, 0x40, 0xf9], // ldr x16, [x19]
    ...[0x00, 0x02, 0x3f, 0xd6], // blr x16
    ...[0x60, 0x4a, 0x00, 0xb9], // str w0, [x19, #72]  result
    ...[0xf0, 0x00, 0x00, 0x58], // ldr x16, #28
    ...[0x00, 0x02, 0x3f, 0xd6], // blr x16
    ...[0x60, 0x4e, 0x00, 0xb9], // str w0, [x19, #76]  error
    ...[0x00, 0x00, 0x80, 0x52], // mov w0, #0
    ...[0xf3, 0x0b, 0x40, 0xf9], // ldr x19, [sp, #16]
    ...[0xfd, 0x7b, 0xc2, 0xa8], // ldp x29, x30, [sp], #32
    ...[0xc0, 0x03, 0x5f, 0xd6], // ret
    ...[0, 0, 0, 0, 0, 0, 0, 0],
  ],
};

const loadSymbols = symbolLoader({ kernel32: kernel32Sockets });

/** The address of the code, a PINIT_ONCE_FN. */
const codeAddress = functionMaker(CALL_BY_ADDRESS_CODE, "GetLastError");

/** The record of a call, used again for each. */
export class CallByAddress {
  readonly #call;
  readonly #code: Address;
  readonly #once = new Uint8Array(8);
  readonly #record = new BigUint64Array(FIRST_ARGUMENT + MAX_ARGUMENTS + 1);
  readonly #bytes = new Uint8Array(this.#record.buffer);
  readonly #words = new Uint32Array(this.#record.buffer);

  /**
   * @param win32 Copies the code, and gives the text of errors.
   * @throws {Deno.errors.NotSupported} when the processor is an unknown one.
   * @throws {WindowsError} when Windows refuses a page of code.
   */
  constructor(win32: Win32Api) {
    this.#call = loadSymbols().kernel32.CallByAddress;
    this.#code = codeAddress(win32);
  }

  /**
   * Sets an argument that is a handle or a pointer.
   *
   * @param index Which one, from 0 on.
   * @param value The argument.
   */
  pointer(index: number, value: bigint): void {
    this.#record[FIRST_ARGUMENT + index] = value;
  }

  /**
   * Sets an argument that is a DWORD or an int.
   *
   * @param index Which one, from 0 on.
   * @param value The argument.
   */
  number(index: number, value: number): void {
    const at = 2 * (FIRST_ARGUMENT + index);
    this.#words[at] = value;
    this.#words[at + 1] = 0;
  }

  /**
   * Calls a function that returns a BOOL.
   *
   * @param address The function.
   * @returns 0, or the code that it has left when it returned FALSE.
   */
  call(address: Address): number {
    this.#record[FUNCTION] = address;
    this.#call(this.#once, this.#code, this.#bytes, 0n);
    return this.#words[RESULT] !== 0 ? 0 : this.#words[ERROR]!;
  }
}
