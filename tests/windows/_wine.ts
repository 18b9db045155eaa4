/**
 * Where Wine is not Windows: `tests/WINE.md` says what each oddity is.
 *
 * @module
 */

import { libraryPath } from "./_library.ts";

/** The names of the oddities that tests ask for. */
export type Oddity =
  | "cmd-percent"
  | "client-process-id"
  | "ctrl-break"
  | "ctrl-c-exit-code"
  | "datagram-overflow-packet"
  | "directory-deletion"
  | "disconnect-reuse"
  | "file-always-pending"
  | "first-instance"
  | "handle-count"
  | "impersonation-level"
  | "killed-socket"
  | "lookup-cancel"
  | "pipe-directory"
  | "pipe-security"
  | "port-close"
  | "services"
  | "shared-address"
  | "truncate-read-only"
  | "udp-unreachable"
  | "unix-sockets";

const ntdll = Deno.dlopen(libraryPath("ntdll.dll"), {
  wine_get_version: { parameters: [], result: "pointer", optional: true },
}).symbols;

/** True under Wine, whatever rules are put over it. */
export const isWine: boolean = ntdll.wine_get_version !== null;

const mended = new Set<Oddity>();

/**
 * Tells whether this Windows has an oddity of Wine.
 *
 * @param oddity Its name in `tests/WINE.md`.
 * @returns True under Wine, unless a rule of `tests/rules/` mends it.
 */
export function onWine(oddity: Oddity): boolean {
  return isWine && !mended.has(oddity);
}

/**
 * Tells the tests that Wine does as Windows from now on.
 *
 * @param oddities Their names.
 */
export function mend(...oddities: Oddity[]): void {
  for (const oddity of oddities) mended.add(oddity);
}
