/**
 * A file of a model, and the calls of other threads that use its handle.
 *
 * @module
 */

import type {
  CreateFileAnswer,
  FileApi,
  FileInformationAnswer,
} from "../../src/ffi/file/api.ts";
import { FILE_TYPE_DISK } from "../../src/ffi/file/constants.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { type DiskEntry, DiskFile } from "../sim/disk_file.ts";
import type { ModelWin32 } from "./model_win32.ts";
import type { World } from "./world.ts";

/**
 * Makes a file.
 *
 * @param size Bytes that it has: they count on from one.
 * @returns The file, which is not open.
 */
export function newEntry(size: number): DiskEntry {
  const data = new Uint8Array(size);
  for (let i = 0; i < size; i++) data[i] = i + 1;
  return {
    data,
    validLength: size,
    directory: false,
    type: FILE_TYPE_DISK,
    sparse: false,
    deletePending: false,
    opens: new Set(),
  };
}

/**
 * Opens a file.
 *
 * @param world Where.
 * @param entry The file.
 * @returns Its disk, and the handle.
 */
export function openDisk(
  { sim }: World,
  entry: DiskEntry,
): [ModelDisk, Handle] {
  const file = new DiskFile(entry, {
    maxRead: Infinity,
    memory: sim.inner.guard,
    onThread: () => false,
    pends: false,
    onBlocked: () => {},
    shareMode: 0,
    onClosed: () => {},
  });
  sim.label(file, "file");
  const handle = sim.inner.handles.open(file);
  return [new ModelDisk(sim, file), handle];
}

/** The calls on other threads, one of which is under way at most. */
export class ModelDisk implements FileApi {
  readonly lastError = 0;
  /** What is wrong, in the first place. */
  wrong = "";
  readonly #sim: ModelWin32;
  readonly #file: DiskFile;
  #held: (() => void) | null = null;

  /**
   * @param sim The kernel.
   * @param file The file that is open.
   */
  constructor(sim: ModelWin32, file: DiskFile) {
    this.#sim = sim;
    this.#file = file;
  }

  /** True while a call is under way. */
  get waits(): boolean {
    return this.#held !== null;
  }

  /** The call returns. */
  finish(): void {
    const held = this.#held;
    this.#held = null;
    held?.();
  }

  flushFileBuffers(handle: Handle): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#held = () => {
      const open = this.#sim.inner.handles.get(handle) === this.#file;
      if (!open) this.wrong ||= "The handle was closed under a call";
      resolve(0);
    };
    return promise;
  }

  getFullPathName(path: string): string {
    return path;
  }

  createFile(): Promise<CreateFileAnswer> {
    return unexpected();
  }

  getFileType(): number {
    return FILE_TYPE_DISK;
  }

  queryInformation(): Promise<FileInformationAnswer> {
    return unexpected();
  }

  setInformation(): Promise<number> {
    return unexpected();
  }

  writeFile(): Promise<number> {
    return unexpected();
  }

  notifyChangeDirectory(): number {
    throw new Error("There is no directory");
  }
}

function unexpected(): Promise<never> {
  return Promise.reject(new Error("No other call is expected"));
}
