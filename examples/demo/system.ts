/**
 * What the demo runs on.
 *
 * @module
 */

/** Functions of ntdll.dll that Windows does not have. */
const WINE = {
  // const char *wine_get_version(void)
  wine_get_version: { parameters: [], result: "pointer", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * Looks whether this is Windows itself.
 *
 * @returns The version of Wine, or `undefined` on Windows.
 */
export function wineVersion(): string | undefined {
  const { symbols } = Deno.dlopen("ntdll.dll", WINE);
  const version = symbols.wine_get_version?.();
  if (version == null) return undefined;
  return Deno.UnsafePointerView.getCString(version);
}
