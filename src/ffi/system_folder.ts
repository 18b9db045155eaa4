/**
 * Where the libraries of Windows are. They are opened by their absolute paths:
 * a bare name is looked for in the program's folder first, unless the library
 * is one of those that Windows knows by name, as kernel32.dll is.
 *
 * @module
 */

import { openDll } from "./open_dll.ts";
import { decodeWideString } from "./structs.ts";

const MAX_PATH = 260;
const LIBRARY = "kernel32.dll";
const NAMES = ["Windows", "WINNT"];
const DRIVES = "CDEFGHIJKLMNOPQRSTUVWXYZAB";

/** Functions of kernel32.dll that find the folder of the system. */
export const kernel32Folder = {
  /** UINT GetSystemDirectoryW(lpBuffer, uSize) */
  GetSystemDirectoryW: {
    parameters: [
      "buffer", // LPWSTR lpBuffer
      "u32", // UINT uSize
    ],
    result: "u32", // UINT, characters
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** What Deno permits, and what Windows answers. */
export interface SystemProbe {
  /** True when the grant of the FFI names no libraries. */
  full: boolean;
  /** The folder of Windows as the environment names it, where it may be read. */
  root: string | undefined;
  /**
   * Asks Deno, without a prompt.
   *
   * @param path The path of a library.
   * @returns True when it may be opened.
   */
  granted(path: string): boolean;
  /**
   * Asks Windows for its folder.
   *
   * @param library The path of kernel32.dll.
   * @returns The folder.
   * @throws {Deno.errors.NotCapable} when the path is not granted.
   */
  folder(library: string): string;
}

let found: string | undefined;

/**
 * The folder of the libraries; asked for once.
 *
 * @returns An absolute path.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function systemFolder(): string {
  return found ??= findSystemFolder(nativeProbe());
}

/**
 * Finds the folder of the libraries. A grant that names libraries tells nobody
 * where they are, but of each path whether it is granted.
 *
 * @param probe Deno and Windows.
 * @returns What Windows answers; or the folder that is granted, when Windows
 * calls it by another name.
 * @throws {Deno.errors.NotCapable} when kernel32.dll is granted nowhere.
 */
export function findSystemFolder(probe: SystemProbe): string {
  if (probe.full) return probe.folder(LIBRARY);
  for (const folder of candidates(probe.root)) {
    const path = `${folder}\\${LIBRARY}`;
    if (!probe.granted(path)) continue;
    const answer = tryFolder(probe, path);
    if (answer === undefined) continue;
    return probe.granted(`${answer}\\${LIBRARY}`) ? answer : folder;
  }
  // Nothing is granted: let Deno ask the user, or say what is missing.
  return probe.folder(`C:\\Windows\\System32\\${LIBRARY}`);
}

/**
 * Tells whether the FFI is granted without limits. A scoped grant names DLLs,
 * and Deno then refuses to call functions by their addresses.
 *
 * @returns False for a scoped grant.
 */
export function hasFullGrant(): boolean {
  return Deno.permissions.querySync({ name: "ffi" }).state === "granted";
}

function* candidates(root: string | undefined): Generator<string> {
  if (root !== undefined) yield `${root}\\System32`;
  for (const drive of DRIVES) {
    for (const name of NAMES) yield `${drive}:\\${name}\\System32`;
  }
}

/** A whole drive may be granted that Windows is not on. */
function tryFolder(probe: SystemProbe, path: string): string | undefined {
  try {
    return probe.folder(path);
  } catch {
    return undefined;
  }
}

function nativeProbe(): SystemProbe {
  return {
    full: hasFullGrant(),
    root: environmentRoot(),
    granted: (path) =>
      Deno.permissions.querySync({ name: "ffi", path }).state === "granted",
    folder: (library) => askFolder(library),
  };
}

function environmentRoot(): string | undefined {
  const variable = "SystemRoot";
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" ? Deno.env.get(variable) : undefined;
}

function askFolder(library: string): string {
  const { symbols } = openDll(library, kernel32Folder);
  const text = new Uint8Array(MAX_PATH * 2);
  const length = symbols.GetSystemDirectoryW(text, MAX_PATH);
  if (length > 0 && length < MAX_PATH) return decodeWideString(text, length);
  throw new Error("Cannot find the system folder: Windows names none");
}
