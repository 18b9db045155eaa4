/**
 * The flags that tests make pipes with.
 *
 * @module
 */

import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_ACCESS_DUPLEX,
  PIPE_READMODE_MESSAGE,
  PIPE_TYPE_MESSAGE,
} from "../../src/ffi/constants.ts";

/** An overlapped server end that reads and writes. */
export const DUPLEX: number = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED;

/** The same, which must be the first one of its name. */
export const FIRST: number = (DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE) >>> 0;

/** Messages, read as such. */
export const MESSAGES: number = PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE;

/** What a client asks for. */
export const READ_WRITE: number = (GENERIC_READ | GENERIC_WRITE) >>> 0;
