/**
 * What a pipe's access list grants to the user of this process.
 *
 * @module
 */

import type { Handle } from "../../src/ffi/win32_api.ts";
import { libraryPath } from "../windows/_library.ts";

const CURRENT_PROCESS = 0xffff_ffff_ffff_ffffn;
const TOKEN_DUPLICATE_AND_QUERY = 0xa;
const SECURITY_IMPERSONATION = 2;
const OWNER_GROUP_DACL = 7;
const MAX_DESCRIPTOR = 65_536;
const MAX_PRIVILEGES = 1024;

/** FILE_GENERIC_READ, _WRITE, _EXECUTE, FILE_ALL_ACCESS. */
const FILE_MAPPING = [0x12_0089, 0x12_0116, 0x12_00a0, 0x1f_01ff] as const;
const GENERIC = [1 << 31, 1 << 30, 1 << 29, 1 << 28] as const;

const advapi32 = Deno.dlopen(libraryPath("advapi32.dll"), {
  GetKernelObjectSecurity: {
    parameters: ["usize", "u32", "buffer", "u32", "buffer"],
    result: "i32",
  },
  AccessCheck: {
    parameters: [
      ...["buffer", "usize", "u32", "buffer"] as const,
      ...["buffer", "buffer", "buffer", "buffer"] as const,
    ],
    result: "i32",
  },
  OpenProcessToken: { parameters: ["usize", "u32", "buffer"], result: "i32" },
  DuplicateToken: { parameters: ["usize", "u32", "buffer"], result: "i32" },
}).symbols;

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The descriptor of a pipe, which its first instance was made with.
 *
 * @param pipe An instance.
 * @returns The descriptor; empty when it cannot be read.
 */
export function descriptorOf(pipe: Handle): Bytes {
  const descriptor = new Uint8Array(MAX_DESCRIPTOR);
  const size = new Uint32Array(1);
  const ok = advapi32.GetKernelObjectSecurity(
    pipe,
    OWNER_GROUP_DACL,
    descriptor,
    MAX_DESCRIPTOR,
    bytesOf(size),
  );
  return descriptor.slice(0, ok === 0 ? 0 : size[0]);
}

/**
 * Tells whether a descriptor grants rights to us.
 *
 * @param descriptor The descriptor. Under Wine a pipe that was made without one
 * has none that can be checked; Windows' default grants its maker everything.
 * @param access The rights, generic ones too.
 * @returns False when Windows would answer ERROR_ACCESS_DENIED.
 */
export function grants(descriptor: Bytes, access: number): boolean {
  const status = new Uint32Array(1);
  const ok = advapi32.AccessCheck(
    descriptor,
    ourToken(),
    mapGeneric(access),
    bytesOf(Uint32Array.from(FILE_MAPPING)),
    new Uint8Array(MAX_PRIVILEGES),
    bytesOf(Uint32Array.of(MAX_PRIVILEGES)),
    new Uint8Array(4),
    bytesOf(status),
  );
  return ok === 0 || status[0] !== 0;
}

/**
 * Rights of files in place of generic ones.
 *
 * @param access The rights.
 * @returns What Windows checks.
 */
export function mapGeneric(access: number): number {
  let rights = access & 0x0fff_ffff;
  GENERIC.forEach((bit, i) => {
    if ((access & bit) !== 0) rights |= FILE_MAPPING[i]!;
  });
  return rights;
}

let token: Handle = 0n;

function ourToken(): Handle {
  if (token !== 0n) return token;
  const [process, thread] = [new BigUint64Array(1), new BigUint64Array(1)];
  const rights = TOKEN_DUPLICATE_AND_QUERY;
  advapi32.OpenProcessToken(CURRENT_PROCESS, rights, bytesOf(process));
  const level = SECURITY_IMPERSONATION;
  advapi32.DuplicateToken(process[0]!, level, bytesOf(thread));
  return token = thread[0]!;
}

function bytesOf(
  words: Uint32Array<ArrayBuffer> | BigUint64Array<ArrayBuffer>,
): Bytes {
  return new Uint8Array(words.buffer);
}
