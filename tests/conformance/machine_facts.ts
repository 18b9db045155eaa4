/**
 * What a report tells of the machine: nothing that names it or its user.
 *
 * @module
 */

import { libraryPath } from "../windows/_library.ts";

const ntdll = Deno.dlopen(libraryPath("ntdll.dll"), {
  RtlGetVersion: { parameters: ["buffer"], result: "i32" },
  wine_get_version: { parameters: [], result: "pointer", optional: true },
}).symbols;

const VERSION_SIZE = 284;
const WORKSTATION = 1;

/**
 * Asks for versions.
 *
 * @returns Them by name.
 */
export function machineFacts(): Record<string, string> {
  const { deno, v8 } = Deno.version;
  return {
    System: `${wine() ?? "Windows"}, ${windows()}`,
    Deno: `${deno}, V8 ${v8}, ${Deno.build.arch}`,
    Processors: `${navigator.hardwareConcurrency}`,
  };
}

function windows(): string {
  const bytes = new Uint8Array(VERSION_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, VERSION_SIZE, true);
  ntdll.RtlGetVersion(bytes);
  const number = (at: number) => view.getUint32(at, true);
  const type = bytes[VERSION_SIZE - 2] === WORKSTATION ? "client" : "server";
  return `${number(4)}.${number(8)}.${number(12)}, ${type} edition`;
}

function wine(): string | undefined {
  const version = ntdll.wine_get_version;
  if (version === null) return undefined;
  const text = version();
  if (text === null) return "Wine";
  return `Wine ${Deno.UnsafePointerView.getCString(text)}`;
}
