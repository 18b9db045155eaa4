/**
 * Whose process this is.
 *
 * @module
 */

import { CURRENT_PROCESS } from "./constants.ts";
import type { Symbols } from "./symbols.ts";
import { OutU32, OutU64 } from "./out_parameters.ts";
import { formatSid, TOKEN_USER_SID } from "./structs.ts";
import type { Handle } from "./win32_api.ts";

const TOKEN_QUERY = 0x8;
const TOKEN_USER = 1;
const MAX_TOKEN_USER = 128;

type Libraries = Pick<Symbols, "kernel32" | "advapi32">;

/** A SID as text, or why there is none. */
export interface SidResult {
  /** `S-1-5-...`, or `""`. */
  sid: string;
  /** 0 or a Win32 code. */
  code: number;
}

/**
 * Reads the user of the process's token.
 *
 * @param libraries The loaded functions.
 * @returns The SID of the user.
 */
export function readUserSid(libraries: Libraries): SidResult {
  const { kernel32, advapi32 } = libraries;
  const token = new OutU64();
  const ok = advapi32.OpenProcessToken(
    CURRENT_PROCESS,
    TOKEN_QUERY,
    token.bytes,
  );
  if (ok === 0) return { sid: "", code: kernel32.GetLastError() };
  const result = readTokenUser(libraries, token.value);
  kernel32.CloseHandle(token.value);
  return result;
}

function readTokenUser(libraries: Libraries, token: Handle): SidResult {
  const { kernel32, advapi32 } = libraries;
  const information = new Uint8Array(MAX_TOKEN_USER);
  const ok = advapi32.GetTokenInformation(
    token,
    TOKEN_USER,
    information,
    information.byteLength,
    new OutU32().bytes,
  );
  if (ok === 0) return { sid: "", code: kernel32.GetLastError() };
  return { sid: formatSid(information.subarray(TOKEN_USER_SID)), code: 0 };
}
