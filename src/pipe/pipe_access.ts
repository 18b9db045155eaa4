/**
 * Access lists of pipes, built from accounts.
 *
 * @module
 */

import { shownValue } from "../proactor/arguments.ts";
import { windowsError } from "../ffi/errors.ts";
import type { Win32Api } from "../ffi/win32_api.ts";

/**
 * Who may open a pipe besides the user of this process and the system, who may
 * do anything with it. An account is given by its name, such as `"Ada"`,
 * `"DOMAIN\\Ada"` or `"BUILTIN\\Users"`, or by its SID, such as
 * `"S-1-5-32-545"`. Names of groups of Windows depend on its language, and a
 * domain may have to be asked for others, while this thread waits: SIDs do not
 * have either.
 */
export interface PipeAccess {
  /** Users who may read and write. */
  users?: readonly string[] | undefined;
  /** Groups whose members may read and write. */
  groups?: readonly string[] | undefined;
  /** Users and groups who may do nothing, whatever else is granted. */
  deny?: readonly string[] | undefined;
  /**
   * True lets AppContainers read and write whose user may, or a list the
   * packages with these SIDs (`S-1-15-2-...`). Their processes have low
   * integrity; where they are still refused, they need `lowIntegrity` too.
   *
   * @default {false}
   */
  appContainers?: boolean | readonly string[] | undefined;
  /**
   * True lets processes of low integrity write, such as a browser's, as far as
   * their user may: the pipe gets a mandatory label.
   *
   * @default {false}
   */
  lowIntegrity?: boolean | undefined;
}

/** FILE_GENERIC_READ | FILE_GENERIC_WRITE, less FILE_CREATE_PIPE_INSTANCE. */
export const READ_WRITE = "0x12019b";

const SID = /^S-1-\d+(-\d+)+$/;
const PACKAGE = /^S-1-15-2(-\d+)+$/;
/** ALL APPLICATION PACKAGES and ALL RESTRICTED APPLICATION PACKAGES. */
const ALL_PACKAGES = ["S-1-15-2-1", "S-1-15-2-2"];
const LOW_LABEL = "S:(ML;;NW;;;LW)";

/** SID_NAME_USE: SidTypeUser, SidTypeComputer and SidTypeWellKnownGroup, which
 * the accounts of services have. */
const USERS = [1, 9, 5];
/** SidTypeGroup, SidTypeAlias and SidTypeWellKnownGroup. */
const GROUPS = [2, 4, 5];

const LISTS = ["users", "groups", "deny"] as const;
const FLAGS = ["appContainers", "lowIntegrity"] as const;

/**
 * The SDDL string of an access list. Denials come first, as Windows wants it.
 *
 * @param api Looks names up.
 * @param access Who may open the pipe.
 * @param owner The entries of the user of this process and the system.
 * @returns A protected list, and a mandatory label if low integrity may write.
 * @throws {TypeError} when an account is of another kind, or none.
 * @throws {Deno.errors.NotFound} when there is no account of a name.
 */
export function accessSddl(
  api: Win32Api,
  access: PipeAccess,
  owner: string,
): string {
  const { users = [], groups = [], deny = [], lowIntegrity } = access;
  const denied = deny.map((one) => sidOf(api, one, "deny"));
  const granted = [
    ...users.map((one) => sidOf(api, one, "users")),
    ...groups.map((one) => sidOf(api, one, "groups")),
    ...packagesOf(access),
  ];
  return "D:P" + denied.map((sid) => `(D;;FA;;;${sid})`).join("") + owner +
    granted.map((sid) => `(A;;${READ_WRITE};;;${sid})`).join("") +
    (lowIntegrity ? LOW_LABEL : "");
}

function packagesOf({ appContainers = false }: PipeAccess): readonly string[] {
  if (typeof appContainers === "boolean") {
    return appContainers ? ALL_PACKAGES : [];
  }
  for (const sid of appContainers) {
    if (PACKAGE.test(sid)) continue;
    throw new TypeError(
      `Cannot use appContainers: ${
        shownValue(sid)
      } is not the SID of a package`,
    );
  }
  return appContainers;
}

/** A name is asked for, a SID is taken as it is. */
function sidOf(
  api: Win32Api,
  account: string,
  list: typeof LISTS[number],
): string {
  if (SID.test(account)) return account;
  assertName(account);
  const found = api.lookupAccount(account);
  if (found === null) throw unknown(api, account);
  const { sid, kind } = found;
  const kinds = { users: USERS, groups: GROUPS, deny: [...USERS, ...GROUPS] };
  if (kinds[list].includes(kind)) return sid;
  throw new TypeError(`Cannot use ${list}: "${account}" is not one of them`);
}

/** An empty name is the computer's, and behind a NUL Windows reads nothing. */
function assertName(account: string): void {
  if (account === "") {
    throw new TypeError("Cannot find account: the name is empty");
  }
  if (!account.includes("\0")) return;
  const shown = JSON.stringify(account);
  throw new TypeError(`Cannot find account ${shown}: the name has a NUL`);
}

function unknown(api: Win32Api, account: string): Error {
  return windowsError(api, api.lastError, {
    syscall: "LookupAccountNameW",
    action: `Cannot find account "${account}"`,
  });
}

/**
 * Refuses what is no access list: a misspelt member would let in fewer, or more,
 * than was meant.
 *
 * @param access Who may open the pipe.
 * @throws {TypeError} when a member makes no sense.
 */
export function assertAccess(access: PipeAccess): void {
  const known: readonly string[] = [...LISTS, ...FLAGS];
  for (const [name, value] of Object.entries(access)) {
    if (known.includes(name) && isValid(name, value)) continue;
    const shown = `{ ${JSON.stringify(name)}: ${shownValue(value)} }`;
    throw new TypeError(`Cannot use security ${shown}: it makes no sense`);
  }
}

function isValid(name: string, value: unknown): boolean {
  if (value === undefined) return true;
  const isList = Array.isArray(value) &&
    value.every((one) => typeof one === "string");
  if (name === "lowIntegrity") return typeof value === "boolean";
  return isList || name === "appContainers" && typeof value === "boolean";
}
