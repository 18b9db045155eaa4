/**
 * The name of an account, asked for on another thread.
 *
 * @module
 */

import { MEM_RELEASE } from "../constants.ts";
import type { Loaded } from "../load.ts";
import { allocate } from "../memory.ts";
import { decodeWideString } from "../structs.ts";
import type { Address, Win32Api } from "../win32_api.ts";
import type { advapi32Identity } from "./advapi32.ts";
import type { AccountName } from "./api.ts";
import { encodeSid, MAX_SID } from "./structs.ts";

/** Where things stand in the memory of a lookup. */
const NAME_UNITS = 0;
const DOMAIN_UNITS = 4;
const USE = 8;
const SID = 16;
const NAME = SID + MAX_SID + 4;
/** UNLEN and DNLEN are less; what is longer has no name here. */
const MAX_UNITS = 512;
const DOMAIN = NAME + MAX_UNITS * 2;
const SIZE = DOMAIN + MAX_UNITS * 2;

/**
 * `LookupAccountSidW`.
 *
 * @param win32 Allocates and copies native memory.
 * @param advapi32 The loaded functions.
 * @param sid A well-formed SID.
 * @returns The name, or `null` when there is none.
 */
export async function lookUpAccount(
  win32: Win32Api,
  advapi32: Loaded<typeof advapi32Identity>,
  sid: string,
): Promise<AccountName | null> {
  const memory = allocate(win32, SIZE);
  try {
    win32.copyIn(memory, encodeLookup(sid));
    const at = (offset: number): Address => memory + BigInt(offset);
    const ok = await advapi32.LookupAccountSidOnThread(
      0n,
      at(SID),
      at(NAME),
      at(NAME_UNITS),
      at(DOMAIN),
      at(DOMAIN_UNITS),
      at(USE),
    );
    return ok === 0 ? null : decodeLookup(win32, memory);
  } finally {
    win32.virtualFree(memory, 0, MEM_RELEASE);
  }
}

function encodeLookup(sid: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(NAME);
  const view = new DataView(bytes.buffer);
  view.setUint32(NAME_UNITS, MAX_UNITS, true);
  view.setUint32(DOMAIN_UNITS, MAX_UNITS, true);
  bytes.set(encodeSid(sid), SID);
  return bytes;
}

/** On success Windows has written the numbers of code units. */
function decodeLookup(win32: Win32Api, memory: Address): AccountName {
  const bytes = new Uint8Array(SIZE);
  win32.copyOut(bytes, memory);
  const view = new DataView(bytes.buffer);
  const text = (at: number, units: number) =>
    decodeWideString(bytes.subarray(at), view.getUint32(units, true));
  return { name: text(NAME, NAME_UNITS), domain: text(DOMAIN, DOMAIN_UNITS) };
}
