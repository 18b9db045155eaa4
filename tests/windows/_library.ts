/**
 * Where a DLL is: a scoped grant wants absolute paths, a plain one takes names.
 *
 * @param name The DLL.
 * @returns What `Deno.dlopen` takes.
 */
export function libraryPath(name: string): string {
  const { state } = Deno.permissions.querySync({ name: "ffi" });
  return state === "granted" ? name : `C:\\Windows\\System32\\${name}`;
}
