/**
 * The real Windows API, as a system to replay traces against.
 *
 * @module
 */

import { NativeFiles } from "../../src/ffi/file/native.ts";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import { NativeSockets } from "../../src/ffi/socket/native.ts";
import { NativeWaits } from "../../src/ffi/wait/native.ts";
import { decodeUnits } from "../../src/ffi/structs.ts";
import { isWine } from "../windows/_wine.ts";
import { libraryPath } from "../windows/_library.ts";
import {
  createEvent,
  createMutex,
  setEvent,
} from "../windows/waits/_objects.ts";
import type { System } from "./system.ts";

const MAX_PATH = 261;

const kernel32 = Deno.dlopen(libraryPath("kernel32.dll"), {
  GetTempPathW: { parameters: ["u32", "buffer"], result: "u32" },
}).symbols;

const win32 = new NativeWin32();

/** Windows, or Wine. */
export const realSystem: System = {
  win32,
  sockets: new NativeSockets(win32),
  waits: new NativeWaits(win32),
  files: new NativeFiles(win32),
  // Windows dials a port three times where nobody listens
  patience: isWine ? 1000 : 5000,
  folder: temporaryFolder(),
  createEvent,
  setEvent,
  createMutex,
};

function temporaryFolder(): string {
  const units = new Uint8Array(MAX_PATH * 2);
  const length = kernel32.GetTempPathW(MAX_PATH, units);
  return decodeUnits(units.slice(0, length * 2));
}
