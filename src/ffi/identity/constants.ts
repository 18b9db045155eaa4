/**
 * Constants of tokens, accounts and the directory of pipes, by their Windows
 * names.
 *
 * @module
 */

// TOKEN_INFORMATION_CLASS
export const TOKEN_USER = 1;
export const TOKEN_OWNER = 4;
export const TOKEN_IMPERSONATION_LEVEL = 9;
export const TOKEN_INTEGRITY_LEVEL = 25;

// SECURITY_IMPERSONATION_LEVEL
export const LEVEL_ANONYMOUS = 0;
export const LEVEL_IDENTIFICATION = 1;
export const LEVEL_IMPERSONATION = 2;
export const LEVEL_DELEGATION = 3;

// Access rights
export const TOKEN_QUERY = 0x8;
export const PROCESS_QUERY_LIMITED_INFORMATION = 0x1000;
export const PROCESS_DUP_HANDLE = 0x40;

/** `GetCurrentThread()`: a handle that is never closed. */
export const CURRENT_THREAD = 0xffff_ffff_ffff_fffen;

/** GetKernelObjectSecurity: the owner alone. */
export const OWNER_SECURITY_INFORMATION = 0x1;

/** NtQueryDirectoryFile */
export const FILE_DIRECTORY_INFORMATION = 1;
export const ERROR_NO_MORE_FILES = 18;

// What ImpersonateNamedPipeClient and OpenThreadToken answer
export const ERROR_BAD_IMPERSONATION_LEVEL = 1346;
export const ERROR_CANT_OPEN_ANONYMOUS = 1347;
export const ERROR_CANNOT_IMPERSONATE = 1368;
