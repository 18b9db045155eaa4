/**
 * What listeners of pipes are told by flags.
 *
 * @module
 */

import type { PipeSecurity } from "../pipe/security.ts";

/** Who may connect by name. */
export const PRESETS = [
  "currentUser",
  "authenticatedUsers",
  "everyone",
] as const;

/** Flags of what listens on a pipe. */
export interface ServerFlags {
  /** Who may connect, by name. */
  security?: typeof PRESETS[number] | undefined;
  /** Who may connect, as a security descriptor. */
  sddl?: string | undefined;
  /** Instances that wait for clients. */
  instances?: number | undefined;
  /** Instances that may exist at once. */
  maxInstances?: number | undefined;
  /** Lets clients of other computers in. */
  allowRemote?: boolean | undefined;
}

/** The same as options of a server. */
export interface ServerSettings extends Omit<ServerFlags, "security" | "sddl"> {
  /** Who may connect. */
  security: PipeSecurity;
}

/**
 * Makes options of flags.
 *
 * @param flags The flags.
 * @returns The options.
 */
export function serverOptions(flags: ServerFlags): ServerSettings {
  const { security = "currentUser", sddl } = flags;
  const { instances, maxInstances, allowRemote } = flags;
  return {
    security: sddl === undefined ? security : { sddl },
    instances,
    maxInstances,
    allowRemote,
  };
}
