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
  | "killed-socket"
  | "lookup-cancel"
  | "pipe-security"
  | "services"
  | "shared-address"
  | "truncate-read-only"
  | "udp-unreachable"
  | "unix-sockets";

const ntdll = Deno.dlopen(libraryPath("ntdll.dll"), {
  wine_get_version: { parameters: [], result: "pointer", optional: true },
}).symbols;

const isWine = ntdll.wine_get_version !== null;

/**
 * Tells whether this Windows has an oddity of Wine.
 *
 * @param _oddity Its name in `tests/WINE.md`.
 * @returns True under Wine.
 */
export function onWine(_oddity: Oddity): boolean {
  return isWine;
}
