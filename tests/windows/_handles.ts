/**
 * The handles of this process.
 *
 * @module
 */

import { assertEquals, assertLess } from "@std/assert";
import type { Handle, Win32Api } from "../../src/ffi/win32_api.ts";
import { libraryPath } from "./_library.ts";
import { onWine } from "./_wine.ts";

const kernel32 = Deno.dlopen(libraryPath("kernel32.dll"), {
  GetCurrentProcess: { parameters: [], result: "usize" },
  GetProcessHandleCount: { parameters: ["usize", "buffer"], result: "i32" },
  GetHandleInformation: { parameters: ["usize", "buffer"], result: "i32" },
  CloseHandle: { parameters: ["usize"], result: "i32" },
}).symbols;

/** Handle values that are looked at under Wine: 4 to 32768, step 4. */
const WINE_HANDLES = 8192;

/**
 * Counts the open handles of this process. Under Wine, whose
 * GetProcessHandleCount is always 0, it asks for each value.
 *
 * @returns The number of handles.
 */
export function handleCount(): number {
  const out = new Uint32Array(1);
  const bytes = new Uint8Array(out.buffer);
  if (!onWine("handle-count")) {
    kernel32.GetProcessHandleCount(kernel32.GetCurrentProcess(), bytes);
    return out[0]!;
  }
  let count = 0;
  for (let i = 1; i <= WINE_HANDLES; i++) {
    count += kernel32.GetHandleInformation(BigInt(i * 4), bytes);
  }
  return count;
}

/**
 * Runs rounds that must leave no handle. Windows opens handles of its own when
 * something is done first, or by more threads at once: pools, ALPC, CNG, ETW.
 * So the first batch of rounds warms up, and only a growth that comes again
 * with each of two further batches is a leak.
 *
 * @param round What is done.
 * @param rounds How many rounds are a batch.
 * @param limit The growth of a batch that is one; a handle a round by default.
 */
export async function assertKeepsHandles(
  round: () => unknown,
  rounds: number,
  limit = rounds,
): Promise<void> {
  const counts: number[] = [];
  for (let batch = 0; batch < 3; batch++) {
    for (let i = 0; i < rounds; i++) await round();
    counts.push(handleCount());
  }
  const [first, second, third] = counts as [number, number, number];
  const growth = Math.min(second - first, third - second);
  assertLess(growth, limit, `handles after each batch: ${counts}`);
}

/**
 * Tells whether a handle is open, or another has its number: to be asked in
 * the turn in which it was closed.
 *
 * @param handle The handle.
 * @returns False when Windows does not know it.
 */
export function isOpen(handle: Handle): boolean {
  return kernel32.GetHandleInformation(handle, new Uint8Array(4)) !== 0;
}

/**
 * Tells whether a handle is that of a pipe: the number of a closed one may be
 * something else's at once.
 *
 * @param api The seam.
 * @param handle The handle.
 * @returns False when it is closed, or another's.
 */
export function isPipe(api: Win32Api, handle: Handle): boolean {
  return api.getNamedPipeInfo(handle) !== null;
}

/**
 * Closes a handle behind the back of its owner.
 *
 * @param handle The handle.
 */
export function closeBehindBack(handle: Handle): void {
  assertEquals(kernel32.CloseHandle(handle), 1);
}
