/**
 * `OverlappedFile`: a file in the shape of `Deno.FsFile`, on the completion
 * port.
 *
 * @module
 */

import { byteLengthOf, copyBytes, viewOf } from "../ffi/bytes.ts";
import { END_OF_FILE } from "../ffi/file/structs.ts";
import type { Handle } from "../ffi/win32_api.ts";
import {
  assertArray,
  assertInteger,
  stableBytes,
} from "../proactor/arguments.ts";
import { closeWhenForgotten } from "../proactor/port/forgotten.ts";
import { TurnOrder } from "../stream/turn_budget.ts";
import { copyTo, type CopyToOptions } from "./copy_to.ts";
import {
  flushFileBuffers,
  queryInformation,
  setEndOfFile,
} from "./file_calls.ts";
import type { FileCore } from "./file_core.ts";
import { fileInfo, type OverlappedFileInfo } from "./file_info.ts";
import { FileStreams } from "./file_streams.ts";
import { InOrder } from "./in_order.ts";
import { MAX_STARTED, readAt, writeAt } from "./transfer.ts";

/** `WriteFile` takes a DWORD. */
const MAX_APPEND = 0xffff_ffff;

/** Options of reads and writes of an {@linkcode OverlappedFile}. */
export interface FileOperationOptions {
  /**
   * Where in the file, in bytes from its start. The file's own position is
   * then neither used nor moved, and any number of operations may be in
   * flight. Without it they go one after the other, from that position.
   */
  at?: number | undefined;
  /**
   * Cancels the operation: the promise rejects with the signal's reason,
   * unless the operation was faster.
   */
  signal?: AbortSignal | undefined;
}

/** What is known of a file that was opened. */
export interface OverlappedFileTraits {
  /** The full path. */
  path: string;
  /** Writes go to the end. */
  append: boolean;
}

/**
 * A file on the completion port, with the members of `Deno.FsFile`. Reads and
 * writes are overlapped: many may be in flight, and none takes a thread.
 *
 * Windows ends many of them at once, and on this thread: reads of what its
 * cache holds, of 1 MiB at most, and writes that make a file longer by up to
 * 64 KiB. Longer ones are made on a thread of Deno's pool. Files that are opened
 * with `noBuffering` and have their size already wait for the disk in the
 * kernel.
 *
 * @example Usage
 * ```ts
 * import { openFile } from "@iocp/proactor/file";
 *
 * await using file = await openFile("data.bin", { read: true, write: true });
 * const [head, tail] = [new Uint8Array(16), new Uint8Array(16)];
 * const { size } = await file.stat();
 * await Promise.all([
 *   file.read(head, { at: 0 }),
 *   file.read(tail, { at: size - 16 }),
 * ]);
 * ```
 */
export class OverlappedFile implements Disposable, AsyncDisposable {
  readonly #core: FileCore;
  readonly #traits: OverlappedFileTraits;
  readonly #streams: FileStreams;
  readonly #order = new InOrder();
  readonly #turns: TurnOrder;
  #position = 0;

  /**
   * Made by {@linkcode openFile}.
   *
   * @ignore
   * @param core The open handle.
   * @param traits What is known of the file.
   */
  constructor(core: FileCore, traits: OverlappedFileTraits) {
    this.#core = core;
    closeWhenForgotten(this, { port: core.port, part: core, name: core.name });
    this.#traits = traits;
    this.#turns = new TurnOrder(core.port);
    this.#streams = new FileStreams(core, {
      position: () => this.#position,
      write: (data) => this.write(data),
    });
  }

  /**
   * The open handle; for the other parts of this room.
   *
   * @ignore
   */
  get core(): FileCore {
    return this.#core;
  }

  /** The full path the file was opened with. */
  get path(): string {
    return this.#traits.path;
  }

  /** The handle, which stays this object's, or `null` when it is closed. */
  get handle(): Handle | null {
    return this.#core.closing ? null : this.#core.handle.handle;
  }

  // --- reading and writing ---------------------------------------------------

  /**
   * Reads until the array is full or the file ends.
   *
   * @param target Where the bytes go, when they have come. It must not be
   * transferred until the promise is settled. More than 64 KiB take memory of
   * up to twice the read, in pieces of 1 MiB of which four are in flight.
   * @param options Where to read, and a signal that cancels.
   * @returns The number of bytes, or `null` at the end of the file. An empty
   * array is filled at once, whatever the state of the file.
   * @throws {TypeError} when `target` is not a `Uint8Array`.
   * @throws {RangeError} when `at` is not an integer from 0 to 2 ** 53 - 1.
   * @throws {Deno.errors.BadResource} when the file is closed.
   * @throws {Deno.errors.Interrupted} when it is closed meanwhile.
   * @throws {Deno.errors.PermissionDenied} when it is not open for reading.
   */
  async read(
    target: Uint8Array,
    options: FileOperationOptions = {},
  ): Promise<number | null> {
    assertArray("read into", target);
    if (byteLengthOf(target) === 0) return 0;
    const { at, signal } = this.#checked("read from", options);
    const bytes = viewOf(target);
    const count = at === undefined
      ? await this.#order.run(() => this.#readOn(bytes, signal))
      : await readAt(this.#core, bytes, { position: at, signal });
    const turn = this.#turns.spend();
    if (turn !== undefined) await turn;
    return count === 0 ? null : count;
  }

  /**
   * Writes all bytes.
   *
   * @param data The bytes, copied before this returns.
   * @param options Where to write, and a signal that cancels. Of a write that
   * was cancelled, a part may have been written.
   * @returns The number of bytes.
   * @throws {TypeError} when `data` is not a `Uint8Array`, or `at` is given for
   * a file that was opened with `append`.
   * @throws {RangeError} when `at` is not an integer from 0 to 2 ** 53 - 1, or
   * 4 GiB or more are to be appended: an append is one write of Windows, which
   * nobody's bytes come between.
   * @throws {Deno.errors.BadResource} when the file is closed.
   * @throws {Deno.errors.Interrupted} when it is closed meanwhile.
   * @throws {Deno.errors.PermissionDenied} when it is not open for writing.
   */
  async write(
    data: Uint8Array,
    options: FileOperationOptions = {},
  ): Promise<number> {
    const bytes = stableBytes("write", data);
    const { at, signal } = this.#checked("write to", options);
    if (this.#traits.append) this.#assertAppend(byteLengthOf(bytes), at);
    if (byteLengthOf(bytes) === 0) return 0;
    const count = at === undefined
      ? await this.#writeInOrder(bytes, signal)
      : await writeAt(this.#core, started(bytes), { position: at, signal });
    const turn = this.#turns.spend();
    if (turn !== undefined) await turn;
    return count;
  }

  /**
   * Moves the position of reads and writes without `at`. (A file that was
   * opened with `append` is written at its end all the same.)
   *
   * @param offset Bytes, also negative.
   * @param whence What they count from.
   * @returns The new position in bytes.
   * @throws {TypeError} when `whence` is no mode.
   * @throws {RangeError} when the position would be negative, or no integer up
   * to 2 ** 53 - 1.
   * @throws {Deno.errors.BadResource} when the file is closed.
   */
  seek(offset: number | bigint, whence: Deno.SeekMode): Promise<number> {
    return this.#order.run(async () => {
      this.#core.assertOpen("seek in");
      const position = await this.#origin(whence) + Number(offset);
      assertPosition(position);
      return this.#position = position;
    });
  }

  /** The bytes from the position on, read ahead with up to four reads in
   * flight. Its end, and cancelling it, close the file. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#streams.readable;
  }

  /** Writing as a stream. Its end, and aborting it, close the file. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#streams.writable;
  }

  /**
   * Copies the whole file to another, to the same positions, without taking
   * the bytes to JavaScript.
   *
   * @param target A file of the same proactor, open for writing. What it holds
   * behind the last byte stays. With `noBuffering` it takes whole sectors only.
   * @param options Blocks in flight, their size, and a signal.
   * @returns The number of bytes.
   * @throws {TypeError} when `target` is this file, or has another proactor.
   * @throws {RangeError} when a number is out of its range.
   * @throws {Deno.errors.BadResource} when a file is closed.
   * @throws {Deno.errors.Interrupted} when one is closed meanwhile.
   */
  copyTo(target: OverlappedFile, options: CopyToOptions = {}): Promise<number> {
    return copyTo(this.#core, target.core, options);
  }

  // --- the file itself -------------------------------------------------------

  /**
   * Asks for sizes and times.
   *
   * @returns What Windows knows of the file.
   * @throws {Deno.errors.BadResource} when the file is closed.
   */
  async stat(): Promise<OverlappedFileInfo> {
    return fileInfo(await queryInformation(this.#core, "stat"));
  }

  /**
   * Cuts the file off, or extends it by zeros.
   *
   * @param length The new size in bytes, 0 by default.
   * @throws {RangeError} when it is not an integer from 0 to 2 ** 53 - 1.
   * @throws {Deno.errors.BadResource} when the file is closed.
   * @throws {Deno.errors.PermissionDenied} when it is not open for writing.
   */
  async truncate(length = 0): Promise<void> {
    assertInteger("length", length, [0, Number.MAX_SAFE_INTEGER]);
    await setEndOfFile(this.#core, length);
  }

  /**
   * Waits until everything that was written is on the disk.
   *
   * @throws {Deno.errors.BadResource} when the file is closed.
   * @throws {Deno.errors.PermissionDenied} when it is not open for writing.
   */
  async sync(): Promise<void> {
    await flushFileBuffers(this.#core);
  }

  /**
   * The same as {@linkcode sync}: Windows keeps sizes and times with the data.
   *
   * @throws {Deno.errors.BadResource} when the file is closed.
   * @throws {Deno.errors.PermissionDenied} when it is not open for writing.
   */
  async syncData(): Promise<void> {
    await flushFileBuffers(this.#core);
  }

  // --- end -------------------------------------------------------------------

  /**
   * Closes the file: reads and writes in flight are cancelled, calls such as
   * `sync` are waited for. Idempotent.
   */
  close(): void {
    this.#core.close();
  }

  /** Lets reads and writes in flight keep the process alive (the default). */
  ref(): void {
    this.#core.port.setReferenced(this.#core.handle, true);
  }

  /** Lets the process end while reads or writes are in flight. */
  unref(): void {
    this.#core.port.setReferenced(this.#core.handle, false);
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the file, and waits until Windows has let go of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.#core.finished;
  }

  // --- parts -----------------------------------------------------------------

  #checked(
    action: string,
    options: FileOperationOptions,
  ): FileOperationOptions {
    this.#core.assertOpen(action);
    if (options.at !== undefined) assertPosition(options.at);
    options.signal?.throwIfAborted();
    return options;
  }

  #assertAppend(length: number, at: number | undefined): void {
    const { name } = this.#core;
    if (at !== undefined) {
      throw new TypeError(
        `Cannot write to ${name}: "at" is given, but it was opened with "append"`,
      );
    }
    if (length <= MAX_APPEND) return;
    throw new RangeError(
      `Cannot append ${length} bytes to ${name}: one write takes ${MAX_APPEND}`,
    );
  }

  async #readOn(target: Uint8Array, signal?: AbortSignal): Promise<number> {
    const position = this.#position;
    const count = await readAt(this.#core, target, { position, signal });
    this.#position = position + count;
    return count;
  }

  #writeInOrder(data: Uint8Array, signal?: AbortSignal): Promise<number> {
    const bytes = this.#order.idle ? started(data) : copyBytes(data);
    return this.#order.run(() => this.#writeOn(bytes, signal));
  }

  async #writeOn(data: Uint8Array, signal?: AbortSignal): Promise<number> {
    if (this.#traits.append) {
      return await writeAt(this.#core, data, { position: END_OF_FILE, signal });
    }
    const position = this.#position;
    const count = await writeAt(this.#core, data, { position, signal });
    this.#position = position + count;
    return count;
  }

  async #origin(whence: Deno.SeekMode): Promise<number> {
    if (whence === Deno.SeekMode.Start) return 0;
    if (whence === Deno.SeekMode.Current) return this.#position;
    if (whence !== Deno.SeekMode.End) {
      throw new TypeError(`Cannot seek: there is no mode ${whence}`);
    }
    return (await queryInformation(this.#core, "seek in")).endOfFile;
  }
}

/** What must wait for its turn is copied: the array is the caller's. */
function started(data: Uint8Array): Uint8Array {
  return byteLengthOf(data) <= MAX_STARTED ? viewOf(data) : copyBytes(data);
}

function assertPosition(position: number): void {
  assertInteger("position", position, [0, Number.MAX_SAFE_INTEGER]);
}
