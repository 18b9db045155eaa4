/**
 * {@linkcode SocketFileApi} over `Deno.dlopen`.
 *
 * @module
 */

import { symbolLoader } from "../load.ts";
import { loadSymbols } from "../symbols.ts";
import { kernel32SocketFile } from "./kernel32.ts";
import type { SocketFileApi } from "./api.ts";
import { decodeUnits, encodeWideString } from "../structs.ts";

/** Loads the symbols for the files of sockets. */
export const loadSocketFileSymbols = symbolLoader({
  kernel32: kernel32SocketFile,
});

/** A path of a socket has 107 bytes at most; folders may be in front of it. */
const MAX_PATH_UNITS = 32_768;

/** The real files. */
export class NativeSocketFile implements SocketFileApi {
  readonly #kernel32 = loadSocketFileSymbols().kernel32;
  readonly #getLastError = loadSymbols().kernel32.GetLastError;

  fullPath(path: string): string {
    const text = new Uint8Array(MAX_PATH_UNITS * 2);
    const name = encodeWideString(path);
    const length = this.#kernel32.GetFullPathNameW(
      name,
      MAX_PATH_UNITS,
      text,
      0n,
    );
    if (length === 0 || length >= MAX_PATH_UNITS) return path;
    return decodeUnits(text.subarray(0, length * 2));
  }

  deleteFile(path: string): number {
    const result = this.#kernel32.DeleteFileW(encodeWideString(path));
    return result !== 0 ? 0 : this.#getLastError();
  }
}
