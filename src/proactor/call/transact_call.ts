/**
 * A question and its answer on a message-type pipe, as one call.
 *
 * @module
 */

import { byteLengthOf } from "../../ffi/bytes.ts";
import { ERROR_MORE_DATA, ERROR_PIPE_BUSY } from "../../ffi/constants.ts";
import { windowsError } from "../../ffi/errors.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import type { Handle, Win32Api } from "../../ffi/win32_api.ts";
import { assertInteger, MAX_DWORD, stableBytes } from "../arguments.ts";
import type { OverlappedCall } from "../future/overlapped_future.ts";
import type { OperationOptions } from "../proactor_options.ts";
import { gather, totalLength } from "./gather.ts";

/** Options of {@linkcode IocpProactor.transact}. */
export interface TransactOptions extends OperationOptions {
  /**
   * Bytes of the answer that the call returns at most.
   *
   * @default {65536}
   */
  maxLength?: number | undefined;
}

/** Bytes of an answer where the caller does not say. */
const DEFAULT_ANSWER = 65_536;

/** A message, and the most bytes of the answer. */
export interface Exchange {
  /** The message, copied when the call starts. */
  data: Bytes;
  /** The most bytes of the answer. */
  maxLength: number;
}

/**
 * Checks what a caller wants to exchange.
 *
 * @param data The message.
 * @param options The most bytes of the answer.
 * @returns Both.
 * @throws {TypeError} when `data` is no `Uint8Array`.
 * @throws {RangeError} when `maxLength` is not a positive integer, or both
 * have more bytes than a DWORD counts.
 */
export function exchangeOf(
  data: Uint8Array,
  { maxLength = DEFAULT_ANSWER }: TransactOptions,
): Exchange {
  const bytes = stableBytes("transact", data);
  const most = MAX_DWORD - byteLengthOf(bytes);
  assertInteger("maxLength", maxLength, [1, most]);
  return { data: bytes, maxLength };
}

/**
 * `TransactNamedPipe`. The message and the answer share one buffer, the answer
 * behind the message.
 *
 * @param api The seam.
 * @param pipe The handle.
 * @param exchange What to write, and how much to read.
 * @returns The call; its result is the answer.
 */
export function transactCall(
  api: Win32Api,
  pipe: Handle,
  exchange: Exchange,
): OverlappedCall<Uint8Array<ArrayBuffer>> {
  const { data, maxLength } = exchange;
  const inputLength = totalLength([data]);
  return {
    size: inputLength + maxLength,
    order: "reads",
    start: ({ buffer, address }) => {
      gather(buffer, [data], inputLength);
      const input = buffer!.address;
      const output = input + BigInt(inputLength);
      const memory = { input, inputLength, output, outputLength: maxLength };
      return api.transactNamedPipe(pipe, memory, address);
    },
    finish: ({ code, bytes, buffer }) => {
      if (code !== 0 && code !== ERROR_MORE_DATA) throw failure(api, code);
      // An immediate warning does not tell the number: the answer is full.
      const length = Math.min(bytes, maxLength);
      return buffer!.copy(inputLength, inputLength + length);
    },
  };
}

function failure(api: Win32Api, code: number): Error {
  return windowsError(api, code, {
    syscall: "TransactNamedPipe",
    action: "Cannot transact",
    ...code === ERROR_PIPE_BUSY && { state: "a message waits to be read" },
  });
}
