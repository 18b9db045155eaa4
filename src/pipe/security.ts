/**
 * Who may open a pipe.
 *
 * @module
 */

import { shownValue } from "../proactor/arguments.ts";
import { windowsError } from "../ffi/errors.ts";
import type { Address, Win32Api } from "../ffi/win32_api.ts";
import {
  accessSddl,
  assertAccess,
  type PipeAccess,
  READ_WRITE,
} from "./pipe_access.ts";

/**
 * Who may open a pipe: a preset, a list of accounts, or an SDDL string.
 *
 * - `"currentUser"`: the user of this process and the system;
 * - `"authenticatedUsers"`: whoever is logged on may read and write, but not
 *   create instances of the name;
 * - `"everyone"`: the same for everyone, also without an account;
 * - {@linkcode PipeAccess}: the user of this process and the system, and who is
 *   listed.
 *
 * Processes of low integrity and AppContainers are let in by the latter alone.
 *
 * @example Users of this computer, and sandboxed programs of them
 * ```ts
 * import { type PipeSecurity, PipeServer } from "@iocp/proactor";
 *
 * const security: PipeSecurity = {
 *   groups: ["S-1-5-32-545"], // BUILTIN\Users
 *   lowIntegrity: true,
 * };
 * using server = PipeServer.listen("security-example", { security });
 * console.log(server.addr.path);
 * ```
 */
export type PipeSecurity =
  | "currentUser"
  | "authenticatedUsers"
  | "everyone"
  | PipeAccess
  | {
    /** A security descriptor in SDDL, such as `"D:P(A;;FA;;;BA)"`. */
    sddl: string;
  };

/**
 * The SDDL string of a preset. Anonymous callers over the network are denied
 * in all of them.
 *
 * @param security The preset, or the string itself.
 * @param userSid The SID of the process's user.
 * @returns An SDDL string with a protected DACL.
 * @throws {TypeError} when `security` is neither, or holds a NUL.
 */
export function toSddl(security: PipeSecurity, userSid: string): string {
  if (hasSddl(security)) return wholeSddl(security.sddl);
  const owner = ownerEntries(userSid);
  switch (security) {
    case "currentUser":
      return `D:P${owner}`;
    case "authenticatedUsers":
      return `D:P${owner}(A;;${READ_WRITE};;;AU)`;
    case "everyone":
      return `D:P${owner}(A;;${READ_WRITE};;;WD)`;
    default:
      throw new TypeError(
        `Cannot use security ${shownValue(security)}: it is no preset ` +
          "and has no SDDL string",
      );
  }
}

/** Windows would take what is before a NUL for all of it. */
function wholeSddl(sddl: string): string {
  if (!sddl.includes("\0")) return sddl;
  throw new TypeError(`Cannot use SDDL ${JSON.stringify(sddl)}: it has a NUL`);
}

function ownerEntries(userSid: string): string {
  return `(A;;FA;;;SY)(A;;FA;;;${userSid})`;
}

function hasSddl(security: PipeSecurity): security is { sddl: string } {
  return typeof security === "object" && security !== null &&
    "sddl" in security && typeof security.sddl === "string";
}

function isAccess(security: PipeSecurity): security is PipeAccess {
  return typeof security === "object" && security !== null &&
    !("sddl" in security) && !Array.isArray(security);
}

function sddlOf(api: Win32Api, security: PipeSecurity): string {
  if (isAccess(security)) {
    assertAccess(security);
    return accessSddl(api, security, ownerEntries(userSid(api)));
  }
  toSddl(security, ""); // refuses it before Windows is asked
  return toSddl(security, userSid(api));
}

/** A security descriptor in native memory. */
export class SecurityDescriptor implements Disposable {
  /** Its address, for as long as it is not disposed of. */
  readonly address: Address;
  readonly #api: Win32Api;

  /**
   * Builds the descriptor.
   *
   * @param api The seam.
   * @param security A preset, a list of accounts, or an SDDL string.
   * @throws {TypeError} when `security` is none of them, or the SDDL is
   * malformed.
   * @throws {Deno.errors.NotFound} when there is no account of a name.
   * @throws {WindowsError} when the process's user cannot be determined.
   */
  constructor(api: Win32Api, security: PipeSecurity) {
    const sddl = sddlOf(api, security);
    this.#api = api;
    this.address = api.convertStringSecurityDescriptor(sddl);
    if (this.address !== 0n) return;
    throw windowsError(api, api.lastError, {
      syscall: "ConvertStringSecurityDescriptorToSecurityDescriptorW",
      action: `Cannot use SDDL ${JSON.stringify(sddl)}`,
      state: "it is malformed",
      errorClass: TypeError,
    });
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.#api.localFree(this.address);
  }
}

const userSids = new WeakMap<Win32Api, string>();

function userSid(api: Win32Api): string {
  let sid = userSids.get(api);
  if (sid !== undefined) return sid;
  sid = api.currentUserSid();
  if (sid === "") {
    throw windowsError(api, api.lastError, {
      syscall: "GetTokenInformation",
      action: "Cannot determine the user of the process",
    });
  }
  userSids.set(api, sid);
  return sid;
}
