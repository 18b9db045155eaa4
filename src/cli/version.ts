/**
 * Which version this is.
 *
 * @module
 */

const PUBLISHED = /@iocp\/proactor\/(\d[^/]*)\//;

/**
 * The version, as the registry's address of this module names it.
 *
 * @param url Where the module comes from.
 * @returns The version and that of Deno.
 */
export function versionText(url: string = import.meta.url): string {
  const version = PUBLISHED.exec(url)?.[1] ?? "from its sources";
  return `@iocp/proactor ${version}, Deno ${Deno.version.deno}`;
}
