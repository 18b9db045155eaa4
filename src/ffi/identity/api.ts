/**
 * The seam for who is at the other end of a pipe, who owns it, and which pipes
 * there are.
 *
 * @module
 */

import type { Handle } from "../win32_api.ts";

/** Memory of JavaScript. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** What a token says of who acts. */
export interface TokenFacts {
  /** The SID of the user. */
  userSid: string;
  /** The SID of the integrity level (`S-1-16-...`), or `""`. */
  integritySid: string;
  /** `SECURITY_IMPERSONATION_LEVEL`; that of a process counts as 3. */
  level: number;
}

/** What an account is called. */
export interface AccountName {
  /** Its name. */
  name: string;
  /** Its domain: that of a local account is the computer. */
  domain: string;
}

/** The ends of a pipe. */
export type PipeEndName = "client" | "server";

/** What waits in a pipe. */
export interface PipeContent {
  /** Bytes that were copied to the buffer, of one message where those count. */
  copied: number;
  /** Bytes that can be read, of all messages. */
  available: number;
}

/** A handle, and the process that gets another one for the same object. */
export interface HandleGift {
  /** A handle of this process. */
  handle: Handle;
  /** The process that gets it. */
  processId: number;
}

/** Every call that tells who is there. */
export interface IdentityApi {
  /** The error code of the last call on this object that failed. */
  readonly lastError: number;

  // --- ends of pipes ---------------------------------------------------------

  /**
   * `GetNamedPipeClientSessionId` and `GetNamedPipeServerSessionId`.
   *
   * @returns The session, or -1 when Windows does not tell.
   */
  sessionId(pipe: Handle, end: PipeEndName): number;
  /**
   * `GetNamedPipeClientComputerNameW`, of a server's end.
   *
   * @returns The name, or `""` where the client is of this computer, or
   * Windows does not tell.
   */
  clientComputer(pipe: Handle): string;
  /**
   * `GetKernelObjectSecurity`: the owner of the pipe, which all its instances
   * share.
   *
   * @returns The SID, or `""` with the code in `lastError`.
   */
  ownerSid(pipe: Handle): string;

  /**
   * `PeekNamedPipe`: copies what can be read, and leaves it there.
   *
   * @returns The numbers, or `null` with the code in `lastError`.
   */
  peek(pipe: Handle, buffer: Bytes): PipeContent | null;

  // --- tokens ----------------------------------------------------------------

  /**
   * The token of a process.
   *
   * @returns What it says, or `null` with the code in `lastError`.
   */
  processToken(processId: number): TokenFacts | null;
  /**
   * The SID that owns what this process makes.
   *
   * @returns The SID, or `""` with the code in `lastError`.
   */
  defaultOwnerSid(): string;
  /**
   * `ImpersonateNamedPipeClient`: this thread acts as the client, until
   * `revertToSelf` is called, which must be before anything else runs.
   */
  impersonateClient(pipe: Handle): number;
  /**
   * The token that this thread acts with.
   *
   * @returns What it says, or `null` with the code in `lastError`.
   */
  threadToken(): TokenFacts | null;
  /**
   * `RevertToSelf`. When Windows refuses, the process ends: all that follows
   * would be done as the client.
   */
  revertToSelf(): void;
  /**
   * `LookupAccountSidW` on another thread: a domain may have to be asked.
   *
   * @returns The name, or `null` when there is none.
   */
  accountName(sid: string): Promise<AccountName | null>;

  // --- other handles ---------------------------------------------------------

  /**
   * `DuplicateHandle` with the same access, into another process.
   *
   * @returns The value that the handle has there, or `0n` with the code in
   * `lastError`.
   */
  duplicateInto(gift: HandleGift): Handle;
  /**
   * `NtQueryDirectoryFile` with FileDirectoryInformation, on a handle that is
   * not overlapped.
   *
   * @returns 0, a Win32 code, or 18 (ERROR_NO_MORE_FILES) behind the last one.
   */
  queryDirectory(directory: Handle, buffer: Bytes, restart: boolean): number;
}
