/**
 * Copies what one open file holds to another.
 *
 * @module
 */

import { assertInteger, assertOptions } from "../proactor/arguments.ts";
import { BlockCopy } from "./block_copy.ts";
import { queryInformation } from "./file_calls.ts";
import type { FileCore } from "./file_core.ts";

/** Options of {@linkcode OverlappedFile.copyTo}. */
export interface CopyToOptions {
  /**
   * Blocks that are read or written at once.
   *
   * @default {16}
   */
  inFlight?: number | undefined;
  /**
   * Bytes of a block, a multiple of 4,096, up to 1,048,576.
   *
   * @default {262144}
   */
  blockSize?: number | undefined;
  /** Ends the copy early: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

const DEFAULT_IN_FLIGHT = 16;
const DEFAULT_BLOCK_SIZE = 256 * 1024;
const MAX_IN_FLIGHT = 256;
const SECTOR = 4096;
/** What is cached is copied while this thread waits. */
const MAX_BLOCK_SIZE = 1024 * 1024;

/**
 * Refuses options before anything is opened.
 *
 * @param options The options.
 * @throws {RangeError} when a number is out of its range.
 */
export function assertCopyOptions(options: CopyToOptions): void {
  assertOptions(options, { signal: "signal" });
  const { inFlight = DEFAULT_IN_FLIGHT } = options;
  const { blockSize = DEFAULT_BLOCK_SIZE } = options;
  assertInteger("inFlight", inFlight, [1, MAX_IN_FLIGHT]);
  assertInteger("blockSize", blockSize, [SECTOR, MAX_BLOCK_SIZE]);
  if (blockSize % SECTOR === 0) return;
  throw new RangeError(
    `Cannot use blockSize ${blockSize}: it is not a multiple of ${SECTOR}`,
  );
}

/**
 * Copies all bytes, to the same positions.
 *
 * @param source Where they come from.
 * @param target Where they go.
 * @param options Blocks, and a signal that ends it early.
 * @returns The number of bytes.
 * @throws {TypeError} when both are the same, or on different proactors.
 */
export async function copyTo(
  source: FileCore,
  target: FileCore,
  options: CopyToOptions,
): Promise<number> {
  assertCopyOptions(options);
  assertPair(source, target);
  options.signal?.throwIfAborted();
  const { endOfFile } = await queryInformation(source, "copy");
  target.assertOpen("write to");
  return await copyRange(source, target, { ...options, endOfFile });
}

async function copyRange(
  source: FileCore,
  target: FileCore,
  options: CopyToOptions & { endOfFile: number },
): Promise<number> {
  const { inFlight = DEFAULT_IN_FLIGHT, endOfFile: end, signal } = options;
  const { blockSize = DEFAULT_BLOCK_SIZE } = options;
  let start = 0;
  // A short read is the end of the file only if the next one brings nothing.
  while (start < end) {
    const range = { start, end, inFlight, blockSize };
    const copied = await new BlockCopy(source, target, range).run(signal);
    if (copied === start) break;
    start = copied;
  }
  return start;
}

function assertPair(source: FileCore, target: FileCore): void {
  if (source === target) {
    throw new TypeError(`Cannot copy ${source.name}: it is the target too`);
  }
  if (source.port === target.port) return;
  throw new TypeError(
    `Cannot copy ${source.name} to ${target.name}: they have different proactors`,
  );
}
