/**
 * What a report tells of the machine: nothing that names it or its user.
 *
 * @module
 */

import { windowsVersion } from "../../src/ffi/version.ts";

/**
 * Asks for versions.
 *
 * @returns Them by name.
 */
export function machineFacts(): Record<string, string> {
  const { deno, v8 } = Deno.version;
  return {
    System: systemText(),
    Deno: `${deno}, V8 ${v8}, ${Deno.build.arch}`,
    Processors: `${navigator.hardwareConcurrency}`,
  };
}

function systemText(): string {
  const { major, minor, build, workstation, wine } = windowsVersion();
  const name = wine === undefined ? "Windows" : `Wine ${wine}`.trimEnd();
  const edition = workstation ? "client" : "server";
  return `${name}, ${major}.${minor}.${build}, ${edition} edition`;
}
