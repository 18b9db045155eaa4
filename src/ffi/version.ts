/**
 * Which Windows this is.
 *
 * @module
 */

import { symbolLoader } from "./load.ts";
import { hasFullGrant } from "./system_folder.ts";

const load = symbolLoader({
  ntdll: {
    /** NTSTATUS RtlGetVersion(lpVersionInformation) */
    RtlGetVersion: {
      parameters: ["buffer"], // PRTL_OSVERSIONINFOEXW lpVersionInformation
      result: "i32", // NTSTATUS
    },

    /** const char *wine_get_version(void) */
    wine_get_version: {
      parameters: [],
      result: "pointer", // const char *
      optional: true,
    },
  },
});

/** sizeof(RTL_OSVERSIONINFOEXW) */
const INFO_SIZE = 284;
const MAJOR = 4;
const MINOR = 8;
const BUILD = 12;
const PRODUCT_TYPE = 282;
const VER_NT_WORKSTATION = 1;

/** Which Windows this is. */
export interface WindowsVersion {
  /** Such as 10. */
  major: number;
  /** Such as 0. */
  minor: number;
  /** Such as 22631. */
  build: number;
  /** True for a client edition, false for a server's. */
  workstation: boolean;
  /**
   * The version of Wine; empty where the grant does not let it be read, and
   * `undefined` on Windows.
   */
  wine: string | undefined;
}

/**
 * Asks Windows for its version, which no manifest changes.
 *
 * @returns The version.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function windowsVersion(): WindowsVersion {
  const { ntdll } = load();
  const info = new Uint8Array(INFO_SIZE);
  const view = new DataView(info.buffer);
  view.setUint32(0, INFO_SIZE, true);
  ntdll.RtlGetVersion(info);
  return {
    major: view.getUint32(MAJOR, true),
    minor: view.getUint32(MINOR, true),
    build: view.getUint32(BUILD, true),
    workstation: info[PRODUCT_TYPE] === VER_NT_WORKSTATION,
    wine: readWine(ntdll.wine_get_version),
  };
}

function readWine(
  version: (() => Deno.PointerValue) | null,
): string | undefined {
  if (version === null) return undefined;
  const text = version();
  if (text === null || !hasFullGrant()) return "";
  return Deno.UnsafePointerView.getCString(text);
}
