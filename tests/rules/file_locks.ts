/**
 * Who asks about a synchronous handle waits for the read that is pending on it,
 * and so does who sets something. Sources: libuv, src/win/pipe.c; ReactOS,
 * IopLockFileObject in ntoskrnl/io/iomgr/iofunc.c.
 *
 * A call that would block the thread with JavaScript fails the test.
 *
 * @module
 */

import type { Handle } from "../../src/ffi/win32_api.ts";

const locks = new Map<Handle, PromiseWithResolvers<void>>();

/**
 * Says that somebody reads from a synchronous handle.
 *
 * @param handle The handle.
 * @returns Disposed of when the read has ended.
 */
export function lockFile(handle: Handle): Disposable {
  const lock = Promise.withResolvers<void>();
  locks.set(handle, lock);
  return {
    [Symbol.dispose](): void {
      locks.delete(handle);
      lock.resolve();
    },
  };
}

/**
 * Fails a call that would block.
 *
 * @param name The call.
 * @param handle Its handle.
 * @throws {Error} while somebody reads from the handle.
 */
function assertFree(name: string, handle: Handle): void {
  if (!locks.has(handle)) return;
  throw new Error(`${name} of handle ${handle} waits for a pending read`);
}

/** The functions whose first argument is a handle that they have to lock. */
const LOCKING = new Set([
  "CreateIoCompletionPort",
  "GetConsoleMode",
  "GetFileSizeEx",
  "GetFileType",
  "GetNamedPipeClientProcessId",
  "GetNamedPipeHandleStateW",
  "GetNamedPipeInfo",
  "GetNamedPipeServerProcessId",
  "NtQueryInformationFile",
  "NtSetInformationFile",
  "PeekNamedPipe",
  "SetNamedPipeHandleState",
]);

type Call = (handle: Handle, ...rest: unknown[]) => unknown;

/**
 * Puts the rule between DLLs that are opened from now on and their users,
 * whichever seam they belong to: on the thread with JavaScript a call fails,
 * on another thread it waits.
 */
export function lockLibraries(): void {
  const { dlopen } = Deno;
  const replacement = (name: string, table: Deno.ForeignLibraryInterface) => {
    const library = dlopen(name, table);
    const symbols: Record<string, unknown> = { ...library.symbols };
    for (const [key, symbol] of Object.entries(table)) {
      if (!("parameters" in symbol)) continue;
      const original = symbol.name ?? key;
      if (!LOCKING.has(original)) continue;
      const call = symbols[key] as Call;
      symbols[key] = symbol.nonblocking
        ? waiting(call)
        : checked(original, call);
    }
    return { symbols, close: () => library.close() };
  };
  Deno.dlopen = replacement as typeof Deno.dlopen;
}

function checked(name: string, call: Call): Call {
  return (handle, ...rest) => {
    assertFree(name, handle);
    return call(handle, ...rest);
  };
}

function waiting(call: Call): Call {
  return async (handle, ...rest) => {
    await locks.get(handle)?.promise;
    return await call(handle, ...rest);
  };
}
