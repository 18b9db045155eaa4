/**
 * Files as web streams.
 *
 * @module
 */

import { LARGE_BUFFER } from "../ffi/memory.ts";
import { ownedWritable } from "../stream/owned_writable.ts";
import { spendTurn } from "../stream/turn_budget.ts";
import type { FileCore } from "./file_core.ts";
import { ReadAhead } from "./read_ahead.ts";

/** What the streams need of their file. */
export interface StreamedFile {
  /**
   * Tells where reading begins.
   *
   * @returns Bytes from the start of the file.
   */
  position(): number;
  /**
   * Writes where the file is.
   *
   * @param data The bytes.
   * @returns Their number.
   */
  write(data: Uint8Array): Promise<number>;
}

/** The streams of a file. The end of either closes the file, as Deno's do. */
export class FileStreams {
  readonly #core: FileCore;
  readonly #file: StreamedFile;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  #writable: WritableStream<Uint8Array<ArrayBufferLike>> | undefined;
  #reader: ReadAhead | undefined;

  /**
   * @param core The file's handle.
   * @param file The file.
   */
  constructor(core: FileCore, file: StreamedFile) {
    this.#core = core;
    this.#file = file;
  }

  /** A byte stream that reads ahead, and can be read with a BYOB reader. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: LARGE_BUFFER,
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#endReads(),
    });
  }

  /** A stream of writes, one after the other. */
  get writable(): WritableStream<Uint8Array<ArrayBufferLike>> {
    return this.#writable ??= ownedWritable({
      write: (chunk) => this.#write(chunk),
      close: () => this.#end(),
      abort: () => this.#end(),
    });
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    const request = controller.byobRequest!;
    try {
      this.#reader ??= new ReadAhead(this.#core, this.#file.position());
      const count = await this.#reader.read(request.view as Uint8Array);
      const turn = spendTurn(this.#core.port);
      if (turn !== undefined) await turn;
      if (count === null) {
        await this.#endReads();
        controller.close();
      }
      request.respond(count ?? 0);
    } catch (error) {
      await this.#endReads();
      throw error;
    }
  }

  async #write(chunk: Uint8Array): Promise<void> {
    try {
      await this.#file.write(chunk);
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  #endReads(): Promise<void> {
    this.#reader?.dispose();
    return this.#end();
  }

  #end(): Promise<void> {
    this.#core.close();
    return this.#core.finished;
  }
}
