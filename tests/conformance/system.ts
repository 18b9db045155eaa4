/**
 * What a trace is replayed against: the seams, and the few objects that the
 * library is given by others.
 *
 * @module
 */

import type { FileApi } from "../../src/ffi/file/api.ts";
import type { SocketApi } from "../../src/ffi/socket/api.ts";
import type { WaitApi } from "../../src/ffi/wait/api.ts";
import type { Handle, Win32Api } from "../../src/ffi/win32_api.ts";

/** An implementation of the seams. */
export interface System {
  /** Ports, pipes, memory. */
  win32: Win32Api;
  /** Winsock. */
  sockets: SocketApi;
  /** Registered waits. */
  waits: WaitApi;
  /** Files. */
  files: FileApi;
  /** Milliseconds after which a packet that should come has not. */
  patience: number;
  /** A folder for files, with a backslash at the end. */
  folder: string;
  /** `CreateEventW`. */
  createEvent(manualReset: boolean): Handle;
  /** `SetEvent`. */
  setEvent(event: Handle): void;
  /** `CreateMutexW`. */
  createMutex(): Handle;
}
