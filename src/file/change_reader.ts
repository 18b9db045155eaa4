/**
 * Reads what changes in a directory.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../ffi/constants.ts";
import type { FileApi } from "../ffi/file/api.ts";
import { ERROR_NOTIFY_ENUM_DIR } from "../ffi/file/constants.ts";
import type { FileCore } from "./file_core.ts";
import { FileLane } from "./file_lane.ts";

/** What to watch for. */
export interface ChangeReaderOptions {
  /** The file system. */
  files: FileApi;
  /** Bytes for the records; Windows keeps as many while none are read. */
  bufferSize: number;
  /** `FILE_NOTIFY_CHANGE_*`. */
  filter: number;
  /** Also the directories below. */
  recursive: boolean;
}

/** Who wants to know. */
export interface ChangeConsumer {
  /** False stops reading, until `arm`. */
  readonly wantsMore: boolean;
  /** @param bytes The records. */
  onChanges(bytes: Uint8Array<ArrayBuffer>): void;
  /** Records are lost. */
  onOverflow(): void;
  /** @param code The Win32 code: the last call. */
  onError(code: number): void;
  /** @param error What was thrown: the last call. */
  onFailure(error: unknown): void;
}

/** Has one read in flight, and starts the next before it tells of the last. */
export class ChangeReader {
  readonly #core: FileCore;
  readonly #options: ChangeReaderOptions;
  readonly #consumer: ChangeConsumer;
  readonly #lane: FileLane;
  #armed = false;

  /**
   * @param core The directory, not in skip mode.
   * @param options What to watch for.
   * @param consumer Who is told.
   * @throws {WindowsError} when Windows has no memory left.
   */
  constructor(
    core: FileCore,
    options: ChangeReaderOptions,
    consumer: ChangeConsumer,
  ) {
    this.#core = core;
    this.#options = options;
    this.#consumer = consumer;
    this.#lane = new FileLane(core, (code, bytes) => this.#ended(code, bytes));
    try {
      this.#lane.allocate(options.bufferSize);
    } catch (error) {
      this.#lane.dispose();
      throw error;
    }
  }

  /**
   * Makes sure that a read is in flight.
   *
   * @returns 0, or the Win32 code when there is none.
   */
  arm(): number {
    if (this.#armed) return 0;
    const { files, bufferSize: length, filter, recursive } = this.#options;
    const { handle } = this.#core.handle;
    const code = this.#lane.run(({ buffer, address }) =>
      files.notifyChangeDirectory(
        handle,
        { buffer: buffer!.address, length, filter, recursive },
        address,
      )
    );
    this.#armed = code === ERROR_IO_PENDING;
    return this.#armed ? 0 : code;
  }

  /** Gives everything back; a read in flight is cancelled. */
  dispose(): void {
    this.#lane.dispose();
  }

  #ended(code: number, bytes: number): void {
    this.#armed = false;
    if (code !== 0 && code !== ERROR_NOTIFY_ENUM_DIR) {
      return this.#consumer.onError(code);
    }
    const data = this.#take(code === 0 ? bytes : 0);
    const fail = this.#rearm();
    if (data.byteLength > 0) this.#consumer.onChanges(data);
    else this.#consumer.onOverflow();
    fail?.();
  }

  /** Gives what tells that it has failed. */
  #rearm(): (() => void) | undefined {
    try {
      const code = this.#consumer.wantsMore ? this.arm() : 0;
      return code === 0 ? undefined : () => this.#consumer.onError(code);
    } catch (error) {
      return () => this.#consumer.onFailure(error);
    }
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const count = Math.min(length, this.#options.bufferSize);
    return this.#lane.buffer!.copy(0, count);
  }
}
