/**
 * What connections are told.
 *
 * @module
 */

import type { DeadlineOptions } from "./close_deadline.ts";
import type { ReadOptions as ReadSideOptions } from "./read_half.ts";

/** The functions that read and write, for errors. */
export interface StreamSyscalls {
  /** What reads. */
  readonly read: string;
  /** What writes. */
  readonly write: string;
}

/** Those of files and pipes. */
export const FILE_SYSCALLS: StreamSyscalls = {
  read: "ReadFile",
  write: "WriteFile",
};

/** What a kind of stream tells its connections. */
export interface StreamTraits extends ReadSideOptions, DeadlineOptions {
  /** What messages call it: `pipe "\\.\pipe\x"`. */
  name: string;
  /** This end can read. */
  readable: boolean;
  /** This end can write. */
  writable: boolean;
  /** One write is one message, and an empty one ends the write side. */
  messages: boolean;
  /** The functions that read and write, for errors. */
  syscalls: StreamSyscalls;
}

/** Options of reads. */
export interface ReadOptions {
  /** Ends the wait. Data that come later are kept for the next read. */
  signal?: AbortSignal | undefined;
}
