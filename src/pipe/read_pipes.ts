/**
 * The directory of pipes, read.
 *
 * @module
 */

import {
  ERROR_FILE_NOT_FOUND,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  SECURITY_ANONYMOUS,
  SECURITY_SQOS_PRESENT,
} from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import type { IdentityApi } from "../ffi/identity/api.ts";
import { ERROR_NO_MORE_FILES } from "../ffi/identity/constants.ts";
import { identityOf } from "../ffi/identity/default.ts";
import { decodePipeEntries } from "../ffi/identity/structs.ts";
import { normalizePipeName } from "../ffi/pipe_name.ts";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../ffi/win32_api.ts";
import { accountOf } from "./pipe_account.ts";
import type { PipeAccount } from "./pipe_peer_types.ts";

/** A pipe of this computer. */
export interface PipeInfo {
  /** `\\.\pipe\name`. */
  path: string;
  /** Instances that exist now, with clients or waiting for some. */
  instances: number;
  /** The limit of instances; `Infinity` where there is none. */
  maxInstances: number;
}

const ROOT = "\\\\.\\pipe\\";
const BUFFER_SIZE = 65_536;
const READ_CONTROL = 0x2_0000;

/**
 * Reads all pipes.
 *
 * @param win32 The seam.
 * @returns The pipes.
 * @throws {WindowsError} when Windows refuses.
 */
export function readPipes(win32: Win32Api): PipeInfo[] {
  const identity = identityOf(win32);
  const root = openRoot(win32);
  try {
    return readAll(win32, identity, root);
  } finally {
    win32.closeHandle(root);
  }
}

/**
 * Looks a pipe up.
 *
 * @param win32 The seam.
 * @param path The pipe.
 * @returns The pipe, or `null`.
 * @throws {TypeError} when the name is malformed.
 * @throws {WindowsError} when Windows refuses.
 */
export function findPipe(win32: Win32Api, path: string): PipeInfo | null {
  const name = folded(normalizePipeName(path));
  return readPipes(win32).find((pipe) => folded(pipe.path) === name) ?? null;
}

/**
 * Tells whether there is a pipe.
 *
 * @param win32 The seam.
 * @param path The pipe.
 * @returns True when there is.
 * @throws {TypeError} when the name is malformed.
 * @throws {WindowsError} when Windows refuses.
 */
export function isPipe(win32: Win32Api, path: string): boolean {
  return findPipe(win32, path) !== null;
}

/**
 * Reads whose a pipe is.
 *
 * @param win32 The seam.
 * @param path The pipe.
 * @returns Its owner.
 * @throws {TypeError} when the name is malformed.
 * @throws {Deno.errors.NotFound} when there is no such pipe.
 */
export async function readOwner(
  win32: Win32Api,
  path: string,
): Promise<PipeAccount> {
  const name = normalizePipeName(path);
  const identity = identityOf(win32);
  const sid = ownerOf(win32, identity, name);
  return (await accountOf(identity, sid))!;
}

function ownerOf(win32: Win32Api, identity: IdentityApi, name: string): string {
  const action = `Cannot tell whose pipe "${name}" is`;
  const pipe = win32.createFile({
    name,
    access: READ_CONTROL,
    shareMode: 0,
    flags: (SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS) >>> 0,
  });
  if (pipe === INVALID_HANDLE_VALUE) {
    const syscall = "CreateFileW";
    throw windowsError(win32, win32.lastError, { syscall, action });
  }
  const sid = identity.ownerSid(pipe);
  const code = identity.lastError;
  win32.closeHandle(pipe);
  if (sid !== "") return sid;
  const syscall = "GetKernelObjectSecurity";
  throw windowsError(win32, code, { syscall, action });
}

function openRoot(win32: Win32Api): Handle {
  const root = win32.createFile({
    name: ROOT,
    access: GENERIC_READ,
    shareMode: FILE_SHARE_READ | FILE_SHARE_WRITE,
    flags: 0,
  });
  if (root !== INVALID_HANDLE_VALUE) return root;
  throw refused(win32, win32.lastError, "CreateFileW");
}

function readAll(
  win32: Win32Api,
  identity: IdentityApi,
  root: Handle,
): PipeInfo[] {
  const buffer = new Uint8Array(BUFFER_SIZE);
  const pipes: PipeInfo[] = [];
  for (;;) {
    const restart = pipes.length === 0;
    const code = identity.queryDirectory(root, buffer, restart);
    if (isEnd(code, restart)) return pipes;
    if (code !== 0) throw refused(win32, code, "NtQueryDirectoryFile");
    for (const { name, ...counts } of decodePipeEntries(buffer)) {
      pipes.push({ path: ROOT + name, ...counts });
    }
  }
}

/** An empty directory says that there is no such file. */
function isEnd(code: number, first: boolean): boolean {
  return code === ERROR_NO_MORE_FILES ||
    (first && code === ERROR_FILE_NOT_FOUND);
}

function refused(win32: Win32Api, code: number, syscall: string): Error {
  return windowsError(win32, code, { syscall, action: "Cannot list pipes" });
}

/** Windows takes no notice of case, one code unit at a time. */
function folded(name: string): string {
  return name.replace(/./gsu, (one) => {
    const upper = one.toUpperCase();
    return upper.length === one.length ? upper : one;
  });
}
