/**
 * Who calls the simulated kernel: the token of a process.
 *
 * Source: MS, Well-known SIDs; MS, SID Strings.
 *
 * @module
 */

import type { AccountName } from "../../src/ffi/identity/api.ts";
import type { Account } from "../../src/ffi/win32_api.ts";

/** SIDs that every Windows has. */
export const WELL_KNOWN = {
  everyone: "S-1-1-0",
  ownerRights: "S-1-3-4",
  network: "S-1-5-2",
  interactive: "S-1-5-4",
  anonymous: "S-1-5-7",
  authenticatedUsers: "S-1-5-11",
  system: "S-1-5-18",
  administrators: "S-1-5-32-544",
  users: "S-1-5-32-545",
  allPackages: "S-1-15-2-1",
  lowIntegrity: "S-1-16-4096",
  mediumIntegrity: "S-1-16-8192",
  highIntegrity: "S-1-16-12288",
  systemIntegrity: "S-1-16-16384",
} as const;

const { everyone, anonymous, authenticatedUsers } = WELL_KNOWN;

/** The names of SIDs in SDDL. */
const ALIASES: Record<string, string> = {
  WD: everyone,
  OW: WELL_KNOWN.ownerRights,
  NU: WELL_KNOWN.network,
  IU: WELL_KNOWN.interactive,
  AN: anonymous,
  AU: authenticatedUsers,
  SY: WELL_KNOWN.system,
  LS: "S-1-5-19",
  NS: "S-1-5-20",
  BA: WELL_KNOWN.administrators,
  BU: WELL_KNOWN.users,
  BG: "S-1-5-32-546",
  AC: WELL_KNOWN.allPackages,
  LW: WELL_KNOWN.lowIntegrity,
  ME: WELL_KNOWN.mediumIntegrity,
  HI: WELL_KNOWN.highIntegrity,
  SI: WELL_KNOWN.systemIntegrity,
};

/** A token, as far as an access check looks at it. */
export interface Caller {
  /** The SID of the user. */
  readonly user: string;
  /** SIDs of groups besides everyone and, unless anonymous, those logged on. */
  readonly groups?: readonly string[];
  /** The SID of the integrity level. Default: medium. */
  readonly integrity?: string;
  /** The SID of the package, for a process in an AppContainer. */
  readonly appContainer?: string;
}

/**
 * The SID that SDDL means.
 *
 * @param sid A SID, or its name of two letters.
 * @returns The SID.
 */
export function expandSid(sid: string): string {
  const text = sid.toUpperCase();
  return ALIASES[text] ?? text;
}

/**
 * All SIDs of a token.
 *
 * @param caller The token.
 * @param owner The owner of the object; `null` for who made it.
 * @returns The SIDs.
 */
export function sidsOf(
  { user, groups = [] }: Caller,
  owner: string | null,
): Set<string> {
  const sids = new Set([user, everyone, ...groups.map(expandSid)]);
  if (user !== anonymous) sids.add(authenticatedUsers);
  if (owner !== null && sids.has(owner)) sids.add(WELL_KNOWN.ownerRights);
  return sids;
}

/**
 * The rank of an integrity level.
 *
 * @param sid The SID of the level.
 * @returns Its last number: the higher, the more is trusted.
 */
export function integrityOf(
  sid: string = WELL_KNOWN.mediumIntegrity,
): number {
  return Number(sid.slice(sid.lastIndexOf("-") + 1));
}

/** `SID_NAME_USE`, and the SID, of the accounts that every Windows has. */
const ACCOUNTS: Record<string, [kind: number, sid: string]> = {
  "system": [5, WELL_KNOWN.system],
  "everyone": [5, everyone],
  "users": [4, WELL_KNOWN.users],
  "administrators": [4, WELL_KNOWN.administrators],
  "ada": [1, "S-1-5-21-1-2-3-1002"],
  "team": [2, "S-1-5-21-1-2-3-1100"],
  "builtin": [3, "S-1-5-32"],
};

/**
 * `LookupAccountSidW`. Source: MS, LookupAccountSidW.
 *
 * @param sid The SID.
 * @returns The name; `null` when there is none.
 */
export function findName(sid: string): AccountName | null {
  const found = Object.entries(ACCOUNTS).find(([, [, own]]) => own === sid);
  return found === undefined ? null : { name: found[0], domain: "HOST" };
}

/**
 * `LookupAccountNameW`. Source: MS, LookupAccountNameW.
 *
 * @param name The name, with or without its domain.
 * @returns The account; `null` when there is none.
 */
export function findAccount(name: string): Account | null {
  const local = name.replace(/^(?:BUILTIN|NT AUTHORITY|HOST)\\/i, "");
  const [kind, sid] = ACCOUNTS[local.toLowerCase()] ?? [];
  return kind === undefined ? null : { kind, sid: sid! };
}
