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
 * The page is never writable and executable at once. Pages that
 * `VirtualProtect` makes executable are valid targets of calls under Control
 * Flow Guard. The ARM64 code was assembled and disassembled, but not run.
 *
 * @module
 */

import { CURRENT_PROCESS, MEM_COMMIT, MEM_RESERVE } from "./constants.ts";
import { windowsError } from "./errors.ts";
import { loadSymbols, loadWaitSymbols, type WaitSymbols } from "./load.ts";
import { OutU32 } from "./out_parameters.ts";
import { encodeWideString } from "./structs.ts";
import type { Address, Win32Api } from "./win32_api.ts";

/** Where the record begins: behind the OVERLAPPED of a slot. */
export const WAIT_RECORD = 32n;
/** Where the record says that the callback was called: a DWORD. */
export const WAIT_RECORD_FIRED = 48n;

const RECORD_SIZE = 24;
const PAGE_READWRITE = 0x04;
const PAGE_EXECUTE_READ = 0x20;

/** The last eight bytes are the address of `PostQueuedCompletionStatus`. */
const X64 = [
  ...[0x49, 0x89, 0xc9], // mov r9, rcx             lpOverlapped
  ...[0x0f, 0xb6, 0xd2], // movzx edx, dl           dwNumberOfBytes...
  ...[0x4c, 0x8b, 0x41, 0x28], // mov r8, [rcx+40]  dwCompletionKey
  ...[0xc7, 0x41, 0x30, 1, 0, 0, 0], // mov dword ptr [rcx+48], 1
  ...[0x48, 0x8b, 0x49, 0x20], // mov rcx, [rcx+32] CompletionPort
  ...[0xff, 0x25, 0, 0, 0, 0], // jmp [rip+0]
  ...[0, 0, 0, 0, 0, 0, 0, 0],
];

/** The same for ARM64: the parameters are in x0 and w1. */
const ARM64 = [
  ...[0xe3, 0x03, 0x00, 0xaa], // mov x3, x0         lpOverlapped
  ...[0x21, 0x1c, 0x00, 0x53], // uxtb w1, w1        dwNumberOfBytes...
  ...[0x02, 0x14, 0x40, 0xf9], // ldr x2, [x0, #40]  dwCompletionKey
  ...[0x29, 0x00, 0x80, 0x52], // mov w9, #1
  ...[0x09, 0x30, 0x00, 0xb9], // str w9, [x0, #48]
  ...[0x00, 0x10, 0x40, 0xf9], // ldr x0, [x0, #32]  CompletionPort
  ...[0x50, 0x00, 0x00, 0x58], // ldr x16, #8
  ...[0x00, 0x02, 0x1f, 0xd6], // br x16
  ...[0, 0, 0, 0, 0, 0, 0, 0],
];

let address: Address = 0n;

/**
 * The address of the callback. Its page is made on first use and never freed: a
 * wait may still end when everything else has.
 *
 * @param win32 Gives the text of errors.
 * @returns A WAITORTIMERCALLBACK.
 * @throws {Deno.errors.NotSupported} when the processor is an unknown one.
 * @throws {WindowsError} when Windows refuses the page.
 */
export function waitCallback(win32: Win32Api): Address {
  if (address === 0n) {
    const name = "PostQueuedCompletionStatus";
    const post = kernelFunction(win32, loadWaitSymbols(), name);
    address = makeExecutable(win32, waitCallbackCode(Deno.build.arch, post));
  }
  return address;
}

/**
 * The machine code of the callback.
 *
 * @param arch The processor, as `Deno.build.arch`.
 * @param post The address of `PostQueuedCompletionStatus`.
 * @returns The bytes.
 * @throws {Deno.errors.NotSupported} when the processor is an unknown one.
 */
export function waitCallbackCode(
  arch: string,
  post: Address,
): Uint8Array<ArrayBuffer> {
  const code = arch === "x86_64" ? X64 : arch === "aarch64" ? ARM64 : null;
  if (code === null) {
    throw new Deno.errors.NotSupported(
      `Cannot wait for handles: the processor is "${arch}"`,
    );
  }
  const bytes = Uint8Array.from(code);
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, post, true);
  return bytes;
}

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

/**
 * Finds a function of kernel32.dll.
 *
 * @param win32 The seam.
 * @param symbols The functions that find it.
 * @param name The function.
 * @returns Its address.
 * @throws {WindowsError} when there is none.
 */
export function kernelFunction(
  win32: Win32Api,
  symbols: WaitSymbols,
  name: string,
): Address {
  const { GetLastError } = loadSymbols().kernel32;
  const module = symbols.GetModuleHandleW(encodeWideString("kernel32.dll"));
  const ascii = new TextEncoder().encode(`${name}\0`);
  const address = symbols.GetProcAddress(module, ascii);
  if (address !== 0n) return address;
  throw windowsError(win32, GetLastError(), {
    syscall: "GetProcAddress",
    action: `Cannot find ${name}`,
  });
}

function makeExecutable(
  win32: Win32Api,
  code: Uint8Array<ArrayBuffer>,
): Address {
  const { VirtualAlloc, GetLastError } = loadSymbols().kernel32;
  const { VirtualProtect, FlushInstructionCache } = loadWaitSymbols();
  const size = BigInt(code.length);
  const type = MEM_RESERVE | MEM_COMMIT;
  const old = new OutU32().bytes;
  const page = VirtualAlloc(0n, size, type, PAGE_READWRITE);
  if (page === 0n) throw codeError(win32, GetLastError(), "VirtualAlloc");
  win32.copyIn(page, code);
  const ok = VirtualProtect(page, size, PAGE_EXECUTE_READ, old);
  if (ok === 0) throw codeError(win32, GetLastError(), "VirtualProtect");
  FlushInstructionCache(CURRENT_PROCESS, page, size);
  return page;
}

function codeError(win32: Win32Api, code: number, syscall: string): Error {
  const action = "Cannot make the callback of waits";
  return windowsError(win32, code, { syscall, action });
}
