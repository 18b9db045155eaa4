/**
 * The debug mode of new loops.
 *
 * @module
 */

const VARIABLE = "IOCP_PROACTOR_DEBUG";

/**
 * Whether loops begin in debug mode: when the environment variable
 * `IOCP_PROACTOR_DEBUG` is set, and may be read. It never prompts.
 *
 * @returns True in debug mode.
 */
export function debugByDefault(): boolean {
  const descriptor = { name: "env", variable: VARIABLE } as const;
  if (Deno.permissions.querySync(descriptor).state !== "granted") return false;
  return (Deno.env.get(VARIABLE) ?? "") !== "";
}
