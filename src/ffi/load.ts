/**
 * Opens DLLs on first use, never at import. Each table of functions is loaded
 * beside the code that needs it.
 *
 * @module
 */

import { openDll } from "./open_dll.ts";
import { systemFolder } from "./system_folder.ts";

/** The loaded functions of one symbol table. */
export type Loaded<T extends Deno.ForeignLibraryInterface> =
  Deno.DynamicLibrary<
    T
  >["symbols"];

/** Symbol tables, by the name of their DLL without `.dll`. */
export type Tables = Readonly<Record<string, Deno.ForeignLibraryInterface>>;

/** The loaded functions of several tables. */
export type LoadedTables<T extends Tables> = { [K in keyof T]: Loaded<T[K]> };

/**
 * Makes the function that loads a room's symbols, once a process. It throws
 * `Deno.errors.NotSupported` when the system is not Windows or lacks one of them,
 * and `Deno.errors.NotCapable` when `--allow-ffi` was not granted.
 *
 * @typeParam T The tables.
 * @param tables The functions of each DLL.
 * @returns A function that gives the loaded functions.
 */
export function symbolLoader<const T extends Tables>(
  tables: T,
): () => LoadedTables<T> {
  let loaded: LoadedTables<T> | undefined;
  return () => loaded ??= openTables(tables);
}

function openTables<T extends Tables>(tables: T): LoadedTables<T> {
  const entries = Object.entries(tables).map(([name, table]) =>
    [name, openLibrary(`${name}.dll`, table)] as const
  );
  return Object.fromEntries(entries) as LoadedTables<T>;
}

/**
 * Opens a DLL of the system folder. It is never closed: a pending wait may
 * still run in it when everything else has ended.
 *
 * @param name The file, such as `kernel32.dll`.
 * @param table The functions.
 * @returns The loaded functions.
 * @throws {Deno.errors.NotSupported} when the system is not Windows, or lacks it.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
function openLibrary<const T extends Deno.ForeignLibraryInterface>(
  name: string,
  table: T,
): Loaded<T> {
  assertWindows(name);
  return openDll(`${systemFolder()}\\${name}`, table).symbols;
}

function assertWindows(library: string): void {
  if (Deno.build.os === "windows") return;
  throw new Deno.errors.NotSupported(
    `Cannot load ${library}: the system is "${Deno.build.os}", not Windows`,
  );
}
