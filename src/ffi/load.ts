/**
 * Opens DLLs on first use, never at import. Each table of functions is loaded
 * beside the code that needs it.
 *
 * @module
 */

import { systemFolder } from "./system_folder.ts";

/** The loaded functions of one symbol table. */
export type Loaded<T extends Deno.ForeignLibraryInterface> =
  Deno.DynamicLibrary<
    T
  >["symbols"];

/**
 * Opens a DLL of the system folder. It is never closed: a pending wait may
 * still run in it when everything else has ended.
 *
 * @param name The file, such as `kernel32.dll`.
 * @param table The functions.
 * @returns The loaded functions.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function openLibrary<const T extends Deno.ForeignLibraryInterface>(
  name: string,
  table: T,
): Loaded<T> {
  assertWindows(name);
  return Deno.dlopen(`${systemFolder()}\\${name}`, table).symbols;
}

function assertWindows(library: string): void {
  if (Deno.build.os === "windows") return;
  throw new Deno.errors.NotSupported(
    `Cannot load ${library}: the system is "${Deno.build.os}", not Windows`,
  );
}
