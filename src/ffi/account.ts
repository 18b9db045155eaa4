/**
 * The SID of an account, by its name.
 *
 * @module
 */

import { OutU32 } from "./out_parameters.ts";
import { encodeWideString, formatSid } from "./structs.ts";
import type { Symbols } from "./symbols.ts";
import type { Account } from "./win32_api.ts";

/** SECURITY_MAX_SID_SIZE */
const MAX_SID = 68;
const MAX_DOMAIN = 256;

type Libraries = Pick<Symbols, "kernel32" | "advapi32">;

/** An account, or why there is none. */
export interface AccountResult {
  /** The account. */
  account: Account | null;
  /** 0 or a Win32 code. */
  code: number;
}

/**
 * Looks an account up, here and in the domains that are trusted.
 *
 * @param libraries The loaded functions.
 * @param name `"user"`, `"DOMAIN\\user"` or `"user@domain"`.
 * @returns The account.
 */
export function readAccount(
  { kernel32, advapi32 }: Libraries,
  name: string,
): AccountResult {
  const sid = new Uint8Array(MAX_SID);
  const [size, units, kind] = [new OutU32(), new OutU32(), new OutU32()];
  size.words[0] = MAX_SID;
  units.words[0] = MAX_DOMAIN;
  const ok = advapi32.LookupAccountNameW(
    0n,
    encodeWideString(name),
    sid,
    size.bytes,
    new Uint8Array(MAX_DOMAIN * 2),
    units.bytes,
    kind.bytes,
  );
  if (ok === 0) return { account: null, code: kernel32.GetLastError() };
  return { account: { sid: formatSid(sid), kind: kind.value }, code: 0 };
}
