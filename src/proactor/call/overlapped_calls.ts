/**
 * The overlapped calls of pipes and files: how each starts, and what its end
 * means.
 *
 * @module
 */

import {
  ERROR_BROKEN_PIPE,
  ERROR_MORE_DATA,
  ERROR_NO_DATA,
  ERROR_PIPE_CONNECTED,
  ERROR_PIPE_NOT_CONNECTED,
} from "../../ffi/constants.ts";
import { windowsError } from "../../ffi/errors.ts";
import type { Handle, Win32Api } from "../../ffi/win32_api.ts";
import { deliverBytes, gather, totalLength } from "./gather.ts";
import type {
  OverlappedCall,
  OverlappedEnd,
} from "../future/overlapped_future.ts";
import type { ReceiveRequest } from "./socket_calls.ts";

/**
 * `ReadFile`. A pipe whose other end is closed is at the end of the stream: no
 * bytes.
 *
 * @typeParam T The result.
 * @param api The seam.
 * @param file The handle.
 * @param read The most bytes, and what makes the result of those that came.
 * @returns The call.
 */
export function readCall<T>(
  api: Win32Api,
  file: Handle,
  read: ReceiveRequest<Uint8Array<ArrayBuffer>, T>,
): OverlappedCall<T> {
  const { size } = read;
  return {
    size,
    order: "reads",
    start: ({ buffer, address }) =>
      api.readFile(file, buffer?.address ?? 0n, size, address),
    finish: ({ code, bytes, buffer }) => {
      return deliverBytes(read, buffer, received(api, code, bytes));
    },
  };
}

/**
 * `WriteFile`.
 *
 * @param api The seam.
 * @param file The handle.
 * @param data Copied when the call starts; several arrays are one write.
 * @returns The call; its result is the number of bytes.
 */
export function writeCall(
  api: Win32Api,
  file: Handle,
  data: readonly Uint8Array<ArrayBuffer>[],
): OverlappedCall<number> {
  const size = totalLength(data);
  return {
    size,
    order: "writes",
    start: ({ buffer, address }) => {
      gather(buffer, data, size);
      return api.writeFile(file, buffer?.address ?? 0n, size, address);
    },
    finish: ({ code, bytes }) => {
      if (code === 0) return bytes;
      throw windowsError(api, code, {
        syscall: "WriteFile",
        action: "Cannot write",
      });
    },
  };
}

/**
 * `ConnectNamedPipe`. A client that is connected already is a success, and so
 * is one that has left, since what it wrote can be read.
 *
 * @param api The seam.
 * @param pipe The server end.
 * @returns The call; its result is the handle.
 */
export function acceptCall(
  api: Win32Api,
  pipe: Handle,
): OverlappedCall<Handle> {
  return {
    size: 0,
    start: ({ address }) => api.connectNamedPipe(pipe, address),
    finish: ({ code }) => {
      if (code === 0 || hasClient(code)) return pipe;
      throw windowsError(api, code, {
        syscall: "ConnectNamedPipe",
        action: "Cannot accept",
      });
    },
  };
}

/**
 * Tells whether `ConnectNamedPipe` has failed because a client is connected
 * already, or was and has left.
 *
 * @param code The Win32 code.
 * @returns True when the pipe is connected, and can be read to its end.
 */
export function hasClient(code: number): boolean {
  return code === ERROR_PIPE_CONNECTED || code === ERROR_NO_DATA;
}

/**
 * Tells whether a read has failed because the stream has ended: the other end
 * is closed, or the server has disconnected us.
 *
 * @param code The Win32 code.
 * @returns True at the end of the stream.
 */
export function isEndOfStream(code: number): boolean {
  return code === ERROR_BROKEN_PIPE || code === ERROR_PIPE_NOT_CONNECTED;
}

/**
 * Makes a write hand over the bytes that it has not moved.
 *
 * @param call The write.
 * @param onRest Called with them, if any, before the call ends.
 * @returns The write to start instead.
 */
export function keepRest(
  call: OverlappedCall<number>,
  onRest: (rest: Uint8Array<ArrayBuffer>) => void,
): OverlappedCall<number> {
  const finish = (end: OverlappedEnd): number => {
    const moved = call.finish(end);
    if (moved < call.size) onRest(end.buffer!.copy(moved, call.size));
    return moved;
  };
  return { ...call, finish };
}

/** A warning is data: the message goes on. */
function received(api: Win32Api, code: number, bytes: number): number {
  if (code === 0 || code === ERROR_MORE_DATA) return bytes;
  if (isEndOfStream(code)) return 0;
  throw windowsError(api, code, { syscall: "ReadFile", action: "Cannot read" });
}
