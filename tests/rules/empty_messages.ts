/**
 * A byte-mode read of a message-type pipe that has room left takes the empty
 * messages behind its data. Source: ReactOS, npfs, NpReadDataQueue; go-winio
 * issues 42 and 43.
 *
 * @module
 */

import {
  MEM_COMMIT,
  MEM_RESERVE,
  STATUS_PENDING,
} from "../../src/ffi/constants.ts";
import type { NativeWin32 } from "../../src/ffi/native_win32.ts";
import type { Address, Handle } from "../../src/ffi/win32_api.ts";
import { libraryPath } from "../windows/_library.ts";
import type { Rules } from "./overlay.ts";

const STATUS_BLOCK_SIZE = 16;

const ntdll = Deno.dlopen(libraryPath("ntdll.dll"), {
  NtReadFile: {
    parameters: [
      ...["usize", "usize", "usize", "usize", "usize", "usize"] as const,
      ...["u32", "usize", "usize"] as const,
    ],
    result: "i32",
  },
  NtCancelIoFileEx: {
    parameters: ["usize", "usize", "buffer"],
    result: "i32",
  },
}).symbols;

let statusBlock: Address = 0n;

/** The rule, on what may read from a pipe. */
export const emptyMessages: Rules<NativeWin32> = {
  readFile(next, file, buffer, length, overlapped) {
    const code = next(file, buffer, length, overlapped);
    if (code !== 0) return code;
    const bytes = this.transferred;
    if (bytes > 0 && bytes < length) swallow(this, file);
    this.transferred = bytes;
    return code;
  },
};

function swallow(api: NativeWin32, pipe: Handle): void {
  const { lastError } = api;
  const info = api.getNamedPipeInfo(pipe);
  if (info?.messageType && !info.messageReadMode) {
    while (takeEmpty(api, pipe));
  }
  api.lastError = lastError;
}

/** Under Wine a read of length zero takes an empty message, and nothing else:
 * no byte can be lost. Without a context it queues no packet. */
function takeEmpty(api: NativeWin32, pipe: Handle): boolean {
  if (api.peekMessageRemainder(pipe) !== 0) return false;
  const size = 4096;
  statusBlock ||= api.virtualAlloc(0n, size, MEM_RESERVE | MEM_COMMIT);
  const at = statusBlock;
  const status = ntdll.NtReadFile(pipe, 0n, 0n, 0n, at, at, 0, 0n, 0n);
  if (status !== STATUS_PENDING) return status === 0;
  ntdll.NtCancelIoFileEx(pipe, at, new Uint8Array(STATUS_BLOCK_SIZE));
  return false;
}
