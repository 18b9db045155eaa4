/**
 * Who may open a pipe.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import type { Address, Win32Api } from "../ffi/win32_api.ts";

/**
 * Who may open a pipe: a preset, or an SDDL string.
 *
 * - `"currentUser"`: the user of this process and the system;
 * - `"authenticatedUsers"`: whoever is logged on may read and write, but not
 *   create instances of the name;
 * - `"everyone"`: the same for everyone, also without an account.
 */
export type PipeSecurity =
  | "currentUser"
  | "authenticatedUsers"
  | "everyone"
  | {
    /** A security descriptor in SDDL, such as `"D:P(A;;FA;;;BA)"`. */
    sddl: string;
  };

/** FILE_GENERIC_READ | FILE_GENERIC_WRITE, less FILE_CREATE_PIPE_INSTANCE. */
const READ_WRITE = "0x12019b";

/**
 * The SDDL string of a preset. Anonymous callers over the network are denied
 * in all of them.
 *
 * @param security The preset, or the string itself.
 * @param userSid The SID of the process's user.
 * @returns An SDDL string with a protected DACL.
 * @throws {TypeError} when `security` is neither.
 */
export function toSddl(security: PipeSecurity, userSid: string): string {
  if (typeof security === "object" && typeof security?.sddl === "string") {
    return security.sddl;
  }
  const owner = `(A;;FA;;;SY)(A;;FA;;;${userSid})`;
  switch (security) {
    case "currentUser":
      return `D:P${owner}`;
    case "authenticatedUsers":
      return `D:P${owner}(A;;${READ_WRITE};;;AU)`;
    case "everyone":
      return `D:P${owner}(A;;${READ_WRITE};;;WD)`;
    default:
      throw new TypeError(
        `Cannot use security ${JSON.stringify(security)}: it is no preset ` +
          "and has no SDDL string",
      );
  }
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
   * @param security A preset, or an SDDL string.
   * @throws {TypeError} when `security` is neither, or the SDDL is malformed.
   * @throws {WindowsError} when the process's user cannot be determined.
   */
  constructor(api: Win32Api, security: PipeSecurity) {
    const sddl = toSddl(security, userSid(api));
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
