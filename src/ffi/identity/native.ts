/**
 * {@linkcode IdentityApi} over `Deno.dlopen`.
 *
 * @module
 */

import {
  CURRENT_PROCESS,
  DUPLICATE_SAME_ACCESS,
  STATUS_SUCCESS,
} from "../constants.ts";
import { symbolLoader } from "../load.ts";
import { OutU32, OutU64 } from "../out_parameters.ts";
import { decodeWideString, formatSid, TOKEN_USER_SID } from "../structs.ts";
import { loadSymbols } from "../symbols.ts";
import type { Handle, Win32Api } from "../win32_api.ts";
import { lookUpAccount } from "./account_lookup.ts";
import { advapi32Identity } from "./advapi32.ts";
import type {
  AccountName,
  Bytes,
  HandleGift,
  IdentityApi,
  PipeContent,
  PipeEndName,
  TokenFacts,
} from "./api.ts";
import {
  CURRENT_THREAD,
  FILE_DIRECTORY_INFORMATION,
  LEVEL_DELEGATION,
  OWNER_SECURITY_INFORMATION,
  PROCESS_DUP_HANDLE,
  PROCESS_QUERY_LIMITED_INFORMATION,
  TOKEN_IMPERSONATION_LEVEL,
  TOKEN_INTEGRITY_LEVEL,
  TOKEN_OWNER,
  TOKEN_QUERY,
  TOKEN_USER,
} from "./constants.ts";
import { kernel32Identity } from "./kernel32.ts";
import { ntdllIdentity } from "./ntdll.ts";
import { decodeOwner, MAX_SID, TOKEN_OWNER_SID } from "./structs.ts";

/** Loads the symbols that tell who is there. */
export const loadIdentitySymbols = symbolLoader({
  kernel32: kernel32Identity,
  advapi32: advapi32Identity,
  ntdll: ntdllIdentity,
});

const MAX_COMPUTER = 256;
/** A SID behind a TOKEN_USER, or behind a security descriptor's header. */
const MAX_INFORMATION = 64 + MAX_SID;

/** The real Windows. */
export class NativeIdentity implements IdentityApi {
  lastError = 0;
  readonly #win32: Win32Api;
  readonly #own = loadIdentitySymbols();
  readonly #shared = loadSymbols();
  readonly #getLastError = this.#shared.kernel32.GetLastError;

  /**
   * Loads the DLLs.
   *
   * @param win32 Copies native memory and translates statuses.
   * @throws {Deno.errors.NotSupported} when the system is not Windows.
   * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
   */
  constructor(win32: Win32Api) {
    this.#win32 = win32;
  }

  sessionId(pipe: Handle, end: PipeEndName): number {
    const { kernel32 } = this.#own;
    const id = new OutU32();
    const ok = end === "client"
      ? kernel32.GetNamedPipeClientSessionId(pipe, id.bytes)
      : kernel32.GetNamedPipeServerSessionId(pipe, id.bytes);
    return ok === 0 ? -1 : id.value;
  }

  clientComputer(pipe: Handle): string {
    const name = new Uint16Array(MAX_COMPUTER);
    const bytes = new Uint8Array(name.buffer);
    const ok = this.#own.kernel32.GetNamedPipeClientComputerNameW?.(
      pipe,
      bytes,
      bytes.byteLength,
    ) ?? 0;
    return ok === 0 ? "" : decodeWideString(bytes, name.indexOf(0));
  }

  ownerSid(pipe: Handle): string {
    const descriptor = new Uint8Array(MAX_INFORMATION);
    const ok = this.#own.advapi32.GetKernelObjectSecurity(
      pipe,
      OWNER_SECURITY_INFORMATION,
      descriptor,
      descriptor.byteLength,
      new OutU32().bytes,
    );
    if (ok === 0) return this.lastError = this.#getLastError(), "";
    return decodeOwner(descriptor);
  }

  peek(pipe: Handle, buffer: Bytes): PipeContent | null {
    const [copied, available] = [new OutU32(), new OutU32()];
    const ok = this.#shared.kernel32.PeekNamedPipe(
      pipe,
      buffer,
      buffer.byteLength,
      copied.bytes,
      available.bytes,
      null,
    );
    if (ok === 0) return this.lastError = this.#getLastError(), null;
    return { copied: copied.value, available: available.value };
  }

  processToken(processId: number): TokenFacts | null {
    const access = PROCESS_QUERY_LIMITED_INFORMATION;
    const process = this.#own.kernel32.OpenProcess(access, 0, processId);
    if (process === 0n) return this.lastError = this.#getLastError(), null;
    const facts = this.#withToken(process, (token) => this.#facts(token));
    this.#shared.kernel32.CloseHandle(process);
    return facts;
  }

  defaultOwnerSid(): string {
    return this.#withToken(CURRENT_PROCESS, (token) => {
      const bytes = this.#information(token, TOKEN_OWNER);
      return bytes && formatSid(bytes.subarray(TOKEN_OWNER_SID));
    }) ?? "";
  }

  impersonateClient(pipe: Handle): number {
    const ok = this.#own.advapi32.ImpersonateNamedPipeClient(pipe);
    return ok !== 0 ? 0 : (this.lastError = this.#getLastError());
  }

  threadToken(): TokenFacts | null {
    const token = new OutU64();
    const { OpenThreadToken } = this.#own.advapi32;
    const ok = OpenThreadToken(CURRENT_THREAD, TOKEN_QUERY, 1, token.bytes);
    if (ok === 0) return this.lastError = this.#getLastError(), null;
    try {
      const level = this.#information(token.value, TOKEN_IMPERSONATION_LEVEL);
      const facts = this.#facts(token.value);
      return level && facts && { ...facts, level: level[0]! };
    } finally {
      this.#shared.kernel32.CloseHandle(token.value);
    }
  }

  revertToSelf(): void {
    const { advapi32, kernel32 } = this.#own;
    if (advapi32.RevertToSelf() !== 0) return;
    if (advapi32.SetThreadToken(0n, 0n) !== 0) return;
    kernel32.TerminateProcess(CURRENT_PROCESS, 1);
  }

  accountName(sid: string): Promise<AccountName | null> {
    return lookUpAccount(this.#win32, this.#own.advapi32, sid);
  }

  duplicateInto({ handle, processId }: HandleGift): Handle {
    const { kernel32 } = this.#own;
    const process = kernel32.OpenProcess(PROCESS_DUP_HANDLE, 0, processId);
    if (process === 0n) return this.lastError = this.#getLastError(), 0n;
    const duplicate = new OutU64();
    const ok = kernel32.DuplicateHandle(
      CURRENT_PROCESS,
      handle,
      process,
      duplicate.bytes,
      0,
      0,
      DUPLICATE_SAME_ACCESS,
    );
    if (ok === 0) this.lastError = this.#getLastError();
    this.#shared.kernel32.CloseHandle(process);
    return ok === 0 ? 0n : duplicate.value;
  }

  queryDirectory(directory: Handle, buffer: Bytes, restart: boolean): number {
    const status = this.#own.ntdll.NtQueryDirectoryFile(
      directory,
      0n,
      0n,
      0n,
      new Uint8Array(16),
      buffer,
      buffer.byteLength,
      FILE_DIRECTORY_INFORMATION,
      0,
      0n,
      restart ? 1 : 0,
    );
    if (status === STATUS_SUCCESS) return 0;
    return this.lastError = this.#win32.ntStatusToDosError(status);
  }

  #withToken<T>(process: Handle, use: (token: Handle) => T): T | null {
    const token = new OutU64();
    const { OpenProcessToken } = this.#shared.advapi32;
    const ok = OpenProcessToken(process, TOKEN_QUERY, token.bytes);
    if (ok === 0) return this.lastError = this.#getLastError(), null;
    try {
      return use(token.value);
    } finally {
      this.#shared.kernel32.CloseHandle(token.value);
    }
  }

  #facts(token: Handle): TokenFacts | null {
    const user = this.#information(token, TOKEN_USER);
    if (user === null) return null;
    const label = this.#information(token, TOKEN_INTEGRITY_LEVEL);
    return {
      userSid: formatSid(user.subarray(TOKEN_USER_SID)),
      integritySid: label ? formatSid(label.subarray(TOKEN_USER_SID)) : "",
      level: LEVEL_DELEGATION,
    };
  }

  #information(token: Handle, kind: number): Bytes | null {
    const bytes = new Uint8Array(MAX_INFORMATION);
    const ok = this.#shared.advapi32.GetTokenInformation(
      token,
      kind,
      bytes,
      bytes.byteLength,
      new OutU32().bytes,
    );
    if (ok === 0) return this.lastError = this.#getLastError(), null;
    return bytes;
  }
}
