/**
 * Small pieces of machine code, for what must run on a thread of Windows or of
 * Deno's pool, where no JavaScript can.
 *
 * A page is never writable and executable at once. Pages that `VirtualProtect`
 * makes executable are valid targets of calls under Control Flow Guard. They
 * are never freed: a thread may still be in one when everything else has ended.
 *
 * @module
 */

import { CURRENT_PROCESS, MEM_COMMIT, MEM_RESERVE } from "./constants.ts";
import { windowsError } from "./errors.ts";
import { loadSymbols } from "./symbols.ts";
import { OutU32 } from "./out_parameters.ts";
import { encodeWideString } from "./structs.ts";
import type { Address, Win32Api } from "./win32_api.ts";

const PAGE_READWRITE = 0x04;
const PAGE_EXECUTE_READ = 0x20;

/** One function for each processor; its end has room for addresses. */
export interface MachineCode {
  /** For x64. */
  x64: readonly number[];
  /** For ARM64. */
  arm64: readonly number[];
}

/**
 * The code for a processor, with the addresses of what it calls.
 *
 * @param code The code for each processor.
 * @param arch The processor, as `Deno.build.arch`.
 * @param callees The addresses that take the last eight bytes each.
 * @returns The bytes.
 * @throws {Deno.errors.NotSupported} when the processor is an unknown one.
 */
export function assemble(
  code: MachineCode,
  arch: string,
  callees: readonly Address[],
): Uint8Array<ArrayBuffer> {
  const known = arch === "x86_64"
    ? code.x64
    : arch === "aarch64"
    ? code.arm64
    : null;
  if (known === null) {
    throw new Deno.errors.NotSupported(
      `Cannot make machine code: the processor is "${arch}"`,
    );
  }
  const bytes = Uint8Array.from(known);
  const view = new DataView(bytes.buffer, bytes.length - 8 * callees.length);
  for (const [i, callee] of callees.entries()) {
    view.setBigUint64(8 * i, callee, true);
  }
  return bytes;
}

/**
 * Makes a function that calls functions of a DLL.
 *
 * @param win32 Copies the code, and gives the text of errors.
 * @param code The code for each processor.
 * @param callees The addresses of the functions that it calls.
 * @returns The address of the new function.
 * @throws {Deno.errors.NotSupported} when the processor is an unknown one.
 * @throws {WindowsError} when Windows refuses the page.
 */
export function makeFunction(
  win32: Win32Api,
  code: MachineCode,
  callees: readonly Address[],
): Address {
  return makeExecutable(win32, assemble(code, Deno.build.arch, callees));
}

/**
 * Makes the maker of a function that calls one of kernel32.dll. The function is
 * made on first use, and lasts as long as the process.
 *
 * @param code The code for each processor.
 * @param callee The function that it calls.
 * @returns Gives the address, and throws what {@linkcode makeFunction} does.
 */
export function functionMaker(
  code: MachineCode,
  callee: string,
): (win32: Win32Api) => Address {
  let address: Address = 0n;
  return (win32) => {
    if (address === 0n) {
      address = makeFunction(win32, code, [findFunction(win32, callee)]);
    }
    return address;
  };
}

/**
 * Finds a function.
 *
 * @param win32 Gives the text of errors.
 * @param name The function.
 * @param library A DLL that is loaded.
 * @returns Its address.
 * @throws {WindowsError} when there is none.
 */
export function findFunction(
  win32: Win32Api,
  name: string,
  library = "kernel32.dll",
): Address {
  const { GetLastError, GetModuleHandleW, GetProcAddress } =
    loadSymbols().kernel32;
  const module = GetModuleHandleW(encodeWideString(library));
  const zero = new TextEncoder().encode(`${name}\0`);
  const address = GetProcAddress(module, zero);
  if (address !== 0n) return address;
  throw windowsError(win32, GetLastError(), {
    syscall: "GetProcAddress",
    action: `Cannot find ${name}`,
  });
}

/**
 * Makes a page of machine code.
 *
 * @param win32 Copies the code, and gives the text of errors.
 * @param code The bytes.
 * @returns The address of the page.
 * @throws {WindowsError} when Windows refuses the page.
 */
export function makeExecutable(
  win32: Win32Api,
  code: Uint8Array<ArrayBuffer>,
): Address {
  const { VirtualAlloc, VirtualProtect, FlushInstructionCache, GetLastError } =
    loadSymbols().kernel32;
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
  const action = "Cannot make machine code";
  return windowsError(win32, code, { syscall, action });
}
