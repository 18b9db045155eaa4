/**
 * Copies a file to another in blocks, many in flight: what a read has brought
 * to native memory is written from there.
 *
 * @module
 */

import { ERROR_HANDLE_EOF, ERROR_IO_PENDING } from "../ffi/constants.ts";
import { ERROR_WRITE_FAULT } from "../ffi/file/constants.ts";
import type { FileCore } from "./file_core.ts";
import { FileLane } from "./file_lane.ts";

/** Bytes that may be read and written at once before others get their turn. */
const BYTES_PER_TURN = 4 * 1024 * 1024;

/** Bytes that a call of any size counts for at least. */
const BYTES_PER_CALL = 256 * 1024;

/** How to copy. */
export interface BlockCopyOptions {
  /** Where to begin, in bytes. */
  start: number;
  /** Where to end, in bytes. */
  end: number;
  /** Blocks in flight. */
  inFlight: number;
  /** Bytes of a block. */
  blockSize: number;
}

/** A block on its way. */
interface Block {
  readonly source: FileLane;
  readonly target: FileLane;
  position: number;
  /** Bytes to write; 0 while they are read. */
  length: number;
}

/** One copy. */
export class BlockCopy {
  readonly #source: FileCore;
  readonly #target: FileCore;
  readonly #options: BlockCopyOptions;
  readonly #blocks = new Set<Block>();
  readonly #settled = Promise.withResolvers<number>();
  #next: number;
  #end: number;
  #failure: { error: unknown } | undefined;
  #budget = BYTES_PER_TURN;
  #parked: Block[] = [];

  /**
   * @param source Where the bytes come from.
   * @param target Where they go, at the same positions.
   * @param options Which bytes, and in what blocks.
   */
  constructor(source: FileCore, target: FileCore, options: BlockCopyOptions) {
    this.#source = source;
    this.#target = target;
    this.#options = options;
    this.#next = options.start;
    this.#end = options.end;
  }

  /**
   * Copies.
   *
   * @param signal Ends it early; the promise then rejects with the reason.
   * @returns Where it has ended: before `end` when a read brought fewer bytes.
   * The kernel has nothing of the copy any more.
   */
  async run(signal?: AbortSignal): Promise<number> {
    signal?.throwIfAborted();
    const abort = () => this.#fail(signal!.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      this.#begin();
      return await this.#settled.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  #begin(): void {
    const { start, end, inFlight, blockSize } = this.#options;
    const count = Math.min(inFlight, Math.ceil((end - start) / blockSize));
    try {
      while (this.#blocks.size < count) this.#blocks.add(this.#newBlock());
    } catch (error) {
      this.#failure = { error };
    }
    if (this.#blocks.size === 0) return this.#settle();
    for (const block of [...this.#blocks]) this.#advance(block);
  }

  #newBlock(): Block {
    const source = new FileLane(
      this.#source,
      (code, bytes) => this.#onRead(block, code, bytes),
    );
    let target: FileLane | undefined;
    try {
      target = new FileLane(
        this.#target,
        (code, bytes) => this.#onWritten(block, code, bytes),
      );
      source.allocate(this.#options.blockSize);
    } catch (error) {
      source.dispose();
      target?.dispose();
      throw error;
    }
    const block: Block = { source, target, position: 0, length: 0 };
    return block;
  }

  #advance(block: Block): void {
    try {
      this.#move(block);
    } catch (error) {
      this.#fail(error);
      this.#retire(block);
    }
  }

  /** Starts reads and writes of a block until one is pending. */
  #move(block: Block): void {
    for (;;) {
      if (this.#failure !== undefined) return this.#retire(block);
      if (block.length === 0 && this.#next >= this.#end) {
        return this.#retire(block);
      }
      if (this.#budget <= 0) return this.#park(block);
      const code = block.length === 0
        ? this.#startRead(block)
        : this.#startWrite(block);
      if (code === ERROR_IO_PENDING) return;
      this.#budget -= Math.max(this.#options.blockSize, BYTES_PER_CALL);
    }
  }

  #startRead(block: Block): number {
    const { blockSize } = this.#options;
    block.position = this.#next;
    this.#next += blockSize;
    const { position } = block;
    // Whole blocks, also at the end: unbuffered files know nothing else.
    const code = block.source.read({ position, length: blockSize });
    if (code !== ERROR_IO_PENDING) {
      this.#read(block, code, block.source.transferred);
    }
    return code;
  }

  #startWrite(block: Block): number {
    const { position, length } = block;
    const code = block.target.write({ position, length });
    if (code !== ERROR_IO_PENDING) {
      this.#written(block, code, block.target.transferred);
    }
    return code;
  }

  #onRead(block: Block, code: number, bytes: number): void {
    this.#read(block, code, bytes);
    this.#advance(block);
  }

  #onWritten(block: Block, code: number, bytes: number): void {
    this.#written(block, code, bytes);
    this.#advance(block);
  }

  #read(block: Block, code: number, bytes: number): void {
    if (code !== 0 && code !== ERROR_HANDLE_EOF) {
      return this.#fail(this.#source.readError(code));
    }
    const { end, blockSize } = this.#options;
    const { position } = block;
    const wanted = Math.min(blockSize, end - position);
    const got = code === 0 ? Math.min(bytes, wanted) : 0;
    if (got < wanted) this.#end = Math.min(this.#end, position + got);
    block.length = got;
    block.target.buffer = block.source.buffer;
    block.source.buffer = null;
    if (got === 0) this.#giveBack(block);
  }

  #written(block: Block, code: number, bytes: number): void {
    const short = code === 0 && bytes < block.length;
    block.length = 0;
    this.#giveBack(block);
    if (short) this.#fail(this.#target.writeError(ERROR_WRITE_FAULT));
    else if (code !== 0) this.#fail(this.#target.writeError(code));
  }

  #giveBack(block: Block): void {
    block.source.buffer = block.target.buffer;
    block.target.buffer = null;
  }

  #park(block: Block): void {
    this.#parked.push(block);
    if (this.#parked.length > 1) return;
    this.#source.port.defer(() => {
      this.#budget = BYTES_PER_TURN;
      for (const parked of this.#parked.splice(0)) this.#advance(parked);
    });
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    for (const { source, target } of this.#blocks) {
      source.cancel();
      target.cancel();
    }
  }

  #retire(block: Block): void {
    block.source.dispose();
    block.target.dispose();
    this.#blocks.delete(block);
    if (this.#blocks.size === 0) this.#settle();
  }

  #settle(): void {
    if (this.#failure === undefined) this.#settled.resolve(this.#end);
    else this.#settled.reject(this.#failure.error);
  }
}
