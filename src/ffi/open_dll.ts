/**
 * Opens a DLL, and says which one when that fails: Deno's own error names none.
 *
 * @module
 */

/**
 * Opens a DLL.
 *
 * @typeParam T Its symbol table.
 * @param path The file.
 * @param table The functions.
 * @returns The library.
 * @throws {Deno.errors.NotSupported} when it, or a function of it, is missing.
 * @throws {Deno.errors.NotCapable} when it was not granted.
 */
export function openDll<const T extends Deno.ForeignLibraryInterface>(
  path: string,
  table: T,
): Deno.DynamicLibrary<T> {
  try {
    return Deno.dlopen(path, table);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new Deno.errors.NotSupported(
      `Cannot load ${path}: it, or a function of it, is missing`,
      { cause: error },
    );
  }
}
