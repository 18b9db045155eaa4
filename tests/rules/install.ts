/**
 * Rules of Windows that Wine does not have, put over Wine: `deno test` loads
 * this file before the tests when it is given as `--preload`. On Windows it
 * does nothing.
 *
 * @module
 */

import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import { NativeSockets } from "../../src/ffi/socket/native.ts";
import { isWine, mend } from "../windows/_wine.ts";
import { backlog } from "./backlog.ts";
import { concurrency } from "./concurrency.ts";
import { emptyMessages } from "./empty_messages.ts";
import { exclusivePorts } from "./exclusive_ports.ts";
import { lockLibraries } from "./file_locks.ts";
import { instances } from "./instances.ts";
import { overlay } from "./overlay.ts";

if (isWine) {
  overlay(NativeWin32, emptyMessages);
  overlay(NativeWin32, instances);
  overlay(NativeSockets, backlog);
  overlay(NativeSockets, exclusivePorts);
  overlay(NativeWin32, concurrency);
  lockLibraries();
  mend("first-instance", "pipe-security");
}
