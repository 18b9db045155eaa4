/**
 * What can run here: `deno bench --allow-ffi` leaves out, by name, baselines
 * that need more.
 *
 * @module
 */

/** False on Windows, where the library works. */
export const notWindows: boolean = Deno.build.os !== "windows";

/** A permission of Deno that is granted as a whole. */
export type Permission = Deno.PermissionDescriptor["name"];

/** What `node:net` asks for when it opens a pipe. */
export const ALL: readonly Permission[] = [
  "run",
  "env",
  "read",
  "write",
  "net",
  "sys",
  "ffi",
];

/** Whether a benchmark can run here, and its name with what it lacks. */
export interface Granted {
  /** The name. */
  name: string;
  /** True when a permission is missing, or this is not Windows. */
  ignore: boolean;
}

/** Deno prints nothing of a benchmark that is ignored. */
const told = new Set<string>();

/**
 * Looks whether a baseline may run, and says so once when it may not.
 *
 * @param name Its name.
 * @param needed What it needs.
 * @returns Its name, which says what is missing, and whether it is left out.
 */
export function requireGrants(
  name: string,
  needed: readonly Permission[],
): Granted {
  const granted = needed.every((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
  const flags = needed === ALL
    ? "--allow-all"
    : needed.map((one) => `--allow-${one}`).join(" ");
  if (granted) return { name, ignore: notWindows };
  const text = `${name} (needs ${flags})`;
  if (!told.has(name)) console.error(`Left out: ${text}`);
  told.add(name);
  return { name: text, ignore: true };
}
