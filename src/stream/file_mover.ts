/**
 * Moves a file to wherever it is sent: Windows by itself where it can, else by
 * copying.
 *
 * @module
 */

import { isWindowsError } from "../ffi/windows_error.ts";
import { defaultSendFile } from "../ffi/sendfile/native.ts";
import type { SendFileApi } from "../ffi/sendfile/api.ts";
import { isInstance } from "../ffi/thrown.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import {
  type FileLike,
  type FileRange,
  FileToSend,
  sendPieces,
  type TransmitFileOptions,
} from "../proactor/call/file_to_send.ts";
import { assertTransmitOptions } from "../proactor/call/transmit_options.ts";
import {
  type FileReader,
  HandleReader,
  type SeekableFile,
  SeekableReader,
} from "./file_reader.ts";
import { TransmitPace } from "./transmit_pace.ts";
import { transmitSlots } from "./transmit_slots.ts";

/** ERROR_INVALID_FUNCTION, ERROR_INVALID_PARAMETER, WSAEINVAL. */
const REFUSALS: readonly number[] = [1, 87, 10022];

/** What can be sent: a path, a handle, or a file of Deno's. */
export type SendFileSource = FileLike | SeekableFile;

/** Options of sending a file over a stream. */
export interface SendFileOptions extends TransmitFileOptions {
  /**
   * True copies the file where Windows cannot send it by itself, or is busy
   * with two others. False fails, or waits, then.
   *
   * @default {true}
   */
  fallback?: boolean | undefined;
  /**
   * Replaces what is asked about files, for tests.
   *
   * @ignore
   */
  files?: SendFileApi | undefined;
}

/** Where a file goes to. */
export interface FileSink {
  /** The port on which files are read. */
  port: CompletionPort;
  /**
   * Lets Windows send a piece, where it can.
   *
   * @param piece Not empty.
   * @returns Bytes sent.
   */
  transmit?: ((piece: FileRange) => PromiseLike<number>) | undefined;
  /**
   * Writes all of a piece.
   *
   * @param data The piece.
   */
  write(data: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** A file that is about to be moved. */
export class FileMover implements Disposable {
  readonly #sink: FileSink;
  readonly #source: SendFileSource;
  readonly #options: SendFileOptions;
  readonly #fallback: boolean;
  readonly #file: FileToSend | null;

  private constructor(
    sink: FileSink,
    source: SendFileSource,
    options: SendFileOptions,
    file: FileToSend | null,
  ) {
    this.#sink = sink;
    this.#source = source;
    this.#options = options;
    this.#fallback = options.fallback ?? true;
    this.#file = file;
  }
  /**
   * Opens the file, unless it reads by itself.
   *
   * @param sink Where it goes.
   * @param source The file.
   * @param options Which part, and how.
   * @returns The mover, which is the caller's to dispose of.
   * @throws {TypeError} when the source is no regular file.
   * @throws {RangeError} when a number is not 0 or more.
   * @throws {Deno.errors.NotFound} when there is no such file.
   * @throws {Deno.errors.NotSupported} when the path is that of a pipe or a
   * device, or Windows cannot send the file by itself and copying is not
   * allowed.
   */
  static async open(
    sink: FileSink,
    source: SendFileSource,
    options: SendFileOptions,
  ): Promise<FileMover> {
    assertTransmitOptions(options);
    assertSource(source);
    options.signal?.throwIfAborted();
    if (options.fallback === false) assertTransmits(sink, source);
    if (isSeekable(source)) return new FileMover(sink, source, options, null);
    const files = options.files ?? defaultSendFile();
    const seam = { port: sink.port, files };
    const file = await FileToSend.open(seam, source, options.signal);
    return new FileMover(sink, source, options, file);
  }

  /**
   * Moves it.
   *
   * @returns Bytes sent; fewer than asked for when the file ends before.
   */
  async move(): Promise<number> {
    const file = this.#file;
    if (file === null) return await this.#copy();
    const sent = await this.#tryTransmit(file);
    return sent ?? await this.#copy();
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
  }

  /** Gives `null` when nothing was sent, and it should be copied. */
  async #tryTransmit(file: FileToSend): Promise<number | null> {
    if (!await this.#takeSlot()) return null;
    const sink = this.#sink;
    const pace = new TransmitPace();
    let begun = false;
    const transmit = async (part: FileRange) => {
      const sent = await sink.transmit!(part);
      begun = true;
      return sent;
    };
    try {
      return await sendPieces(
        file,
        this.#options,
        (piece) => pace.send(piece, transmit),
      );
    } catch (error) {
      if (this.#fallback && !begun && isRefusal(error)) return null;
      throw error;
    } finally {
      transmitSlots.release();
    }
  }

  async #takeSlot(): Promise<boolean> {
    if (this.#sink.transmit === undefined) return false;
    if (this.#fallback) return transmitSlots.tryAcquire();
    await transmitSlots.acquire(this.#options.signal);
    return true;
  }

  async #copy(): Promise<number> {
    const { signal, onProgress } = this.#options;
    const [reader, count] = this.#openReader();
    await using input = reader;
    let sent = 0;
    while (sent < count) {
      signal?.throwIfAborted();
      const data = await input.read(count - sent);
      if (data.byteLength === 0) break;
      await this.#sink.write(data);
      sent += data.byteLength;
      onProgress?.(sent);
    }
    return sent;
  }

  #openReader(): [reader: FileReader, count: number] {
    const file = this.#file;
    const { offset = 0, count = Infinity } = this.#options;
    if (file === null) {
      return [new SeekableReader(this.#source as SeekableFile, offset), count];
    }
    const { length } = file.range(this.#options);
    return [new HandleReader(this.#sink.port, file, offset), length];
  }
}

/**
 * Tells that a kind of socket cannot send files: nothing was sent.
 *
 * @param error Of the first piece.
 * @returns True when the file should be copied.
 */
export function isRefusal(error: unknown): boolean {
  return isInstance(error, Deno.errors.NotSupported) ||
    isWindowsError(error) && REFUSALS.includes(error.winerror);
}

function isSeekable(source: SendFileSource): source is SeekableFile {
  return typeof source === "object" && source !== null && "seek" in source &&
    "read" in source;
}

function assertSource(source: SendFileSource): void {
  const known = typeof source === "string" || typeof source === "bigint" ||
    source instanceof URL || isSeekable(source);
  const owner = typeof source === "object" && source !== null &&
    "handle" in source;
  if (known || owner) return;
  throw new TypeError(
    "Cannot send file: it is neither a path, nor a handle, nor a file",
  );
}

function assertTransmits(sink: FileSink, source: SendFileSource): void {
  if (sink.transmit !== undefined && !isSeekable(source)) return;
  throw new Deno.errors.NotSupported(
    "Cannot send file: Windows cannot do it alone, and the fallback is disabled",
  );
}
