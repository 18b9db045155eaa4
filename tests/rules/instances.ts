/**
 * Who may make an instance of a pipe, and who may open one.
 *
 * - FILE_FLAG_FIRST_PIPE_INSTANCE is refused with 5 when the pipe exists, and
 *   a further instance needs FILE_CREATE_PIPE_INSTANCE on the list of the
 *   first one. Sources: Microsoft, CreateNamedPipeW, and Named Pipe Security
 *   and Access Rights; ReactOS, npfs, NpCreateExistingNamedPipe.
 * - A client needs the rights that it asks for. Source: ReactOS, npfs,
 *   NpCreateClientEnd, which does not ask for FILE_CREATE_PIPE_INSTANCE.
 *
 * Clients are only checked for pipes that this process has made.
 *
 * @module
 */

import {
  ERROR_ACCESS_DENIED,
  ERROR_PIPE_BUSY,
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  GENERIC_READ,
  GENERIC_WRITE,
} from "../../src/ffi/constants.ts";
import type { NativeWin32 } from "../../src/ffi/native_win32.ts";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
  type NamedPipeParameters,
} from "../../src/ffi/win32_api.ts";
import { descriptorOf, grants, mapGeneric } from "./access.ts";
import type { Rules } from "./overlay.ts";

const FILE_CREATE_PIPE_INSTANCE = 0x4;
const SYNCHRONIZE_AND_READ_ATTRIBUTES = 0x10_0080;
const PIPE_ACCESS_INBOUND = 0x1;
const PIPE_ACCESS_OUTBOUND = 0x2;

type Descriptor = Uint8Array<ArrayBuffer>;

const descriptors = new Map<string, Descriptor>();
const names = new Map<Handle, string>();

/** The rules, on what makes instances and opens them. */
export const instances: Rules<NativeWin32> = {
  createNamedPipe(next, parameters) {
    const handle = next(parameters);
    const { name, openMode } = parameters;
    const first = (openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) !== 0;
    if (handle === INVALID_HANDLE_VALUE) {
      const exists = first && this.lastError === ERROR_PIPE_BUSY;
      if (exists) this.lastError = ERROR_ACCESS_DENIED;
      return handle;
    }
    const descriptor = descriptorOf(handle);
    if (mayCreate(this, handle, parameters)) {
      names.set(handle, name.toLowerCase());
      descriptors.set(name.toLowerCase(), descriptor);
      return handle;
    }
    this.closeHandle(handle);
    this.lastError = ERROR_ACCESS_DENIED;
    return INVALID_HANDLE_VALUE;
  },

  createFile(next, parameters) {
    const descriptor = descriptors.get(parameters.name.toLowerCase());
    if (descriptor === undefined || mayOpen(descriptor, parameters.access)) {
      return next(parameters);
    }
    this.lastError = ERROR_ACCESS_DENIED;
    return INVALID_HANDLE_VALUE;
  },

  closeHandle(next, handle) {
    const code = next(handle);
    if (code === 0) forget(handle);
    return code;
  },
};

function mayCreate(
  api: NativeWin32,
  handle: Handle,
  { openMode }: NamedPipeParameters,
): boolean {
  const info = api.getNamedPipeInfo(handle);
  if (info === null || info.instances <= 1) return true;
  if ((openMode & FILE_FLAG_FIRST_PIPE_INSTANCE) !== 0) return false;
  const reads = (openMode & PIPE_ACCESS_INBOUND) !== 0 ? GENERIC_READ : 0;
  const writes = (openMode & PIPE_ACCESS_OUTBOUND) !== 0 ? GENERIC_WRITE : 0;
  const rights = reads | writes | FILE_CREATE_PIPE_INSTANCE;
  return grants(descriptorOf(handle), rights);
}

/** `CreateFileW` asks for the right to synchronize and to read attributes. */
function mayOpen(descriptor: Descriptor, access: number): boolean {
  const rights = mapGeneric(access) | SYNCHRONIZE_AND_READ_ATTRIBUTES;
  return grants(descriptor, rights & ~FILE_CREATE_PIPE_INSTANCE);
}

/** A pipe whose last instance of ours is gone is no longer known. */
function forget(handle: Handle): void {
  const name = names.get(handle);
  if (name === undefined) return;
  names.delete(handle);
  if (![...names.values()].includes(name)) descriptors.delete(name);
}
