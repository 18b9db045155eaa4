/**
 * Files for the tests of sending: made through the FFI, as `--allow-ffi` alone
 * opens none, and deleted by Windows when they are closed.
 *
 * @module
 */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  FILE_FLAG_OVERLAPPED,
  FILE_SHARE_DELETE,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  GENERIC_WRITE,
} from "../../../src/ffi/constants.ts";
import { loadFileSymbols } from "../../../src/ffi/file/native.ts";
import { loadSendFileSymbols } from "../../../src/ffi/sendfile/native.ts";
import {
  decodeWideString,
  encodeWideString,
} from "../../../src/ffi/structs.ts";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
} from "../../../src/ffi/win32_api.ts";

loadFileSymbols();
loadSendFileSymbols();

const kernel32 = Deno.dlopen("kernel32.dll", {
  GetTempPathW: { parameters: ["u32", "buffer"], result: "u32" },
  CreateFileW: {
    parameters: ["buffer", "u32", "u32", "usize", "u32", "u32", "usize"],
    result: "usize",
  },
  ReOpenFile: { parameters: ["usize", "u32", "u32", "u32"], result: "usize" },
  WriteFile: {
    parameters: ["usize", "buffer", "u32", "buffer", "usize"],
    result: "i32",
  },
  SetFilePointerEx: {
    parameters: ["usize", "i64", "buffer", "u32"],
    result: "i32",
  },
  CloseHandle: { parameters: ["usize"], result: "i32" },
}).symbols;

const CREATE_NEW = 1;
const DELETE = 0x0001_0000;
const FILE_FLAG_DELETE_ON_CLOSE = 0x0400_0000;
const FILE_CURRENT = 1;
const SHARE_ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

function tempFolder(): string {
  const units = new Uint8Array(1024);
  const count = kernel32.GetTempPathW(units.length / 2, units);
  return decodeWideString(units, count);
}

/** A file that is deleted at the end. */
export class TempFile implements Disposable {
  /** Where it is. */
  readonly path: string;
  /** A handle that is not overlapped, with a position in the file. */
  readonly handle: Handle;
  readonly #others: Handle[] = [];

  /** @param data What is in it. */
  constructor(data: Uint8Array<ArrayBuffer>) {
    this.path = `${tempFolder()}proactor-${crypto.randomUUID()}.bin`;
    this.handle = kernel32.CreateFileW(
      encodeWideString(this.path),
      (GENERIC_READ | GENERIC_WRITE | DELETE) >>> 0,
      SHARE_ALL,
      0n,
      CREATE_NEW,
      FILE_FLAG_DELETE_ON_CLOSE,
      0n,
    );
    assertNotEquals(this.handle, INVALID_HANDLE_VALUE, this.path);
    this.write(data);
  }

  /**
   * Writes at the position.
   *
   * @param data The bytes.
   */
  write(data: Uint8Array<ArrayBuffer>): void {
    const count = new Uint8Array(4);
    const { handle } = this;
    assertEquals(kernel32.WriteFile(handle, data, data.length, count, 0n), 1);
  }

  /** The position in the file. */
  get position(): number {
    const position = new BigInt64Array(1);
    const bytes = new Uint8Array(position.buffer);
    assert(kernel32.SetFilePointerEx(this.handle, 0n, bytes, FILE_CURRENT));
    return Number(position[0]);
  }

  /**
   * Opens the file once more, overlapped.
   *
   * @returns A handle, which is closed with the file.
   */
  overlapped(): Handle {
    const handle = kernel32.ReOpenFile(
      this.handle,
      GENERIC_READ,
      SHARE_ALL,
      FILE_FLAG_OVERLAPPED,
    );
    assertNotEquals(handle, INVALID_HANDLE_VALUE);
    this.#others.push(handle);
    return handle;
  }

  /** Closes the file, which deletes it. */
  [Symbol.dispose](): void {
    for (const handle of [this.handle, ...this.#others]) {
      assertEquals(kernel32.CloseHandle(handle), 1);
    }
  }
}
