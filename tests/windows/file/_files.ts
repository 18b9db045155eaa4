/**
 * What the tests of files share: a folder of their own in the temporary one,
 * made and removed by Windows itself, since plain `--allow-ffi` gives Deno no
 * files.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import {
  openFile,
  type OpenFileOptions,
  type OverlappedFile,
} from "../../../src/file/mod.ts";
import { loadFileSymbols } from "../../../src/ffi/file/native.ts";
import { hasFullGrant } from "../../../src/ffi/system_folder.ts";
import { encodeWideString } from "../../../src/ffi/structs.ts";
import { pattern } from "../_bytes.ts";

loadFileSymbols();

/** A scoped grant wants absolute paths, a plain one takes names. */
const LIBRARY = hasFullGrant()
  ? "kernel32.dll"
  : "C:\\Windows\\System32\\kernel32.dll";

const kernel32 = Deno.dlopen(LIBRARY, {
  GetTempPathW: { parameters: ["u32", "buffer"], result: "u32" },
  CreateDirectoryW: { parameters: ["buffer", "usize"], result: "i32" },
  RemoveDirectoryW: { parameters: ["buffer"], result: "i32" },
  DeleteFileW: { parameters: ["buffer"], result: "i32" },
  MoveFileExW: { parameters: ["buffer", "buffer", "u32"], result: "i32" },
  GetFileAttributesW: { parameters: ["buffer"], result: "u32" },
}).symbols;

const MAX_PATH = 261;
const NO_ATTRIBUTES = 0xffff_ffff;

/** Opens for reading and writing, makes the file, and removes it at the end. */
export const SCRATCH: OpenFileOptions = {
  read: true,
  write: true,
  create: true,
  deleteOnClose: true,
};

/** A folder that is removed with what a test has noted as its own. */
export class Folder implements Disposable {
  /** The full path. */
  readonly path: string;
  readonly #files: string[] = [];
  readonly #folders: string[] = [];

  /** Makes the folder. */
  constructor() {
    this.path = `${temporaryFolder()}proactor-${crypto.randomUUID()}`;
    makeDirectory(this.path);
  }

  /**
   * A path in the folder. A file of this name is removed at the end.
   *
   * @param name The name.
   * @returns The full path.
   */
  file(name: string): string {
    const path = `${this.path}\\${name}`;
    this.#files.push(path);
    return path;
  }

  /**
   * Makes a folder in the folder.
   *
   * @param name The name.
   * @returns The full path.
   */
  folder(name: string): string {
    const path = `${this.path}\\${name}`;
    makeDirectory(path);
    this.#folders.push(path);
    return path;
  }

  /** Removes everything. */
  [Symbol.dispose](): void {
    for (const path of this.#files) {
      kernel32.DeleteFileW(encodeWideString(literal(path)));
    }
    for (const path of [this.path, ...this.#folders].reverse()) {
      kernel32.RemoveDirectoryW(encodeWideString(literal(path)));
    }
  }
}

/**
 * The folder for temporary files.
 *
 * @returns Its path, with a backslash at the end.
 */
function temporaryFolder(): string {
  const buffer = new Uint8Array(MAX_PATH * 2);
  const units = kernel32.GetTempPathW(MAX_PATH, buffer);
  return new TextDecoder("utf-16le").decode(buffer.subarray(0, units * 2));
}

/** Win32's own functions take long names only so. */
function literal(path: string): string {
  return `\\\\?\\${path}`;
}

function makeDirectory(path: string): void {
  const name = encodeWideString(literal(path));
  assertEquals(kernel32.CreateDirectoryW(name, 0n), 1, path);
}

/**
 * Removes an empty directory.
 *
 * @param path Its path.
 */
export function removeDirectory(path: string): void {
  const name = encodeWideString(literal(path));
  assertEquals(kernel32.RemoveDirectoryW(name), 1, path);
}

/**
 * Removes a file.
 *
 * @param path Its path.
 */
export function removeFile(path: string): void {
  const name = encodeWideString(literal(path));
  assertEquals(kernel32.DeleteFileW(name), 1, path);
}

/**
 * Renames a file.
 *
 * @param from Its path.
 * @param to The new path.
 */
export function rename(from: string, to: string): void {
  const names = [from, to].map((path) => encodeWideString(literal(path)));
  assertEquals(kernel32.MoveFileExW(names[0]!, names[1]!, 0), 1);
}

/**
 * Tells whether there is a file or directory.
 *
 * @param path Its path.
 * @returns False when there is none.
 */
export function exists(path: string): boolean {
  const name = encodeWideString(literal(path));
  return kernel32.GetFileAttributesW(name) !== NO_ATTRIBUTES;
}

/**
 * Makes a file.
 *
 * @param proactor The proactor.
 * @param path The path.
 * @param data Its bytes, or how many.
 * @returns The bytes.
 */
export async function writeFile(
  proactor: IocpProactor,
  path: string,
  data: Uint8Array<ArrayBuffer> | number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = typeof data === "number" ? pattern(data) : data;
  const options = { write: true, create: true, truncate: true, proactor };
  await using file = await openFile(path, options);
  await file.write(bytes);
  return bytes;
}

/**
 * Reads a whole file.
 *
 * @param file The file.
 * @returns Its bytes.
 */
export async function readAll(
  file: OverlappedFile,
): Promise<Uint8Array<ArrayBuffer>> {
  const { size } = await file.stat();
  const bytes = new Uint8Array(size);
  assertEquals(await file.read(bytes, { at: 0 }), size);
  return bytes;
}
