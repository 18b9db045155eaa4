/**
 * `pipe`: two connected ends without a name that others could know.
 *
 * @module
 */

import { portFor } from "../proactor/default_port.ts";
import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  GENERIC_READ,
  GENERIC_WRITE,
  PIPE_ACCESS_DUPLEX,
  PIPE_ACCESS_INBOUND,
  PIPE_REJECT_REMOTE_CLIENTS,
  PIPE_TYPE_BYTE,
  SECURITY_IDENTIFICATION,
  SECURITY_SQOS_PRESENT,
} from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import { privatePipeName } from "../ffi/pipe_name.ts";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../ffi/win32_api.ts";
import { assertInteger, assertOptions } from "../proactor/arguments.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { PipeHandle } from "./pipe_handle.ts";
import { SecurityDescriptor } from "./security.ts";

/** Options of {@linkcode pipe}. */
export interface PipeOptions {
  /**
   * True lets both ends read and write; else the first one reads.
   *
   * @default {false}
   */
  duplex?: boolean | undefined;
  /**
   * Which ends are for overlapped I/O. A child process wants its end without.
   *
   * @default {[true, true]}
   */
  overlapped?: readonly [boolean, boolean] | undefined;
  /**
   * Bytes that can be written before the other end reads.
   *
   * @default {65536}
   */
  bufferSize?: number | undefined;
  /** The proactor whose Windows is used, instead of the shared one. */
  proactor?: IocpProactor | undefined;
}

/**
 * Makes a pair of connected pipe ends. Nobody can guess the name, nobody else
 * may open it, and its only instance is taken. The counterpart of asyncio's
 * `windows_utils.pipe`.
 *
 * @example Usage
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 * import { pipe } from "@iocp/proactor/pipe";
 *
 * await using proactor = new IocpProactor();
 * const [reader, writer] = pipe();
 * await proactor.send(writer, new TextEncoder().encode("hello"));
 * console.log(await proactor.recv(reader, 5));
 * reader.close();
 * writer.close();
 * ```
 *
 * @param options Directions, overlapped ends, buffer size.
 * @returns The end that reads and the end that writes. Neither is inherited.
 * @throws {RangeError} when the buffer size is not from 1 to 2147483647.
 * @throws {WindowsError} when Windows refuses.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 */
export function pipe(options: PipeOptions = {}): [PipeHandle, PipeHandle] {
  const { api } = portFor(options.proactor);
  const { server, client } = createPipePair(api, options);
  return [new PipeHandle(api, server), new PipeHandle(api, client)];
}

/** Two connected ends; the receiver must close both. */
export interface PipePair {
  /** `\\.\pipe\` and a name that nobody knows. */
  path: string;
  /** The end that reads. */
  server: Handle;
  /** The end that writes. */
  client: Handle;
}

/**
 * Makes what {@linkcode pipe} wraps.
 *
 * @param api The seam.
 * @param options Directions, overlapped ends, buffer size.
 * @returns Both ends. Neither is inherited.
 * @throws {RangeError} when the buffer size is not from 1 to 2147483647.
 * @throws {WindowsError} when Windows refuses.
 */
export function createPipePair(
  api: Win32Api,
  options: Omit<PipeOptions, "proactor">,
): PipePair {
  assertOptions(options, { duplex: "boolean", overlapped: "array" });
  const { duplex = false, overlapped = [true, true], bufferSize = 65536 } =
    options;
  assertInteger("bufferSize", bufferSize, [1, 0x7fff_ffff]);
  assertPair(overlapped);
  const path = privatePipeName();
  const server = createEnd(api, path, {
    duplex,
    overlapped: overlapped[0],
    bufferSize,
  });
  try {
    const client = openEnd(api, path, { duplex, overlapped: overlapped[1] });
    return { path, server, client };
  } catch (error) {
    api.closeHandle(server);
    throw error;
  }
}

function assertPair(overlapped: readonly unknown[]): void {
  const [first, second] = overlapped;
  const pair = typeof first === "boolean" && typeof second === "boolean";
  if (pair && overlapped.length === 2) return;
  throw new TypeError("Cannot use overlapped: it is not two booleans");
}

function createEnd(
  api: Win32Api,
  name: string,
  options: { duplex: boolean; overlapped: boolean; bufferSize: number },
): Handle {
  const { duplex, overlapped, bufferSize } = options;
  using descriptor = new SecurityDescriptor(api, "currentUser");
  const access = duplex ? PIPE_ACCESS_DUPLEX : PIPE_ACCESS_INBOUND;
  const flags = FILE_FLAG_FIRST_PIPE_INSTANCE |
    (overlapped ? FILE_FLAG_OVERLAPPED : 0);
  const handle = api.createNamedPipe({
    name,
    openMode: (access | flags) >>> 0,
    pipeMode: PIPE_TYPE_BYTE | PIPE_REJECT_REMOTE_CLIENTS,
    maxInstances: 1,
    outBufferSize: duplex ? bufferSize : 0,
    inBufferSize: bufferSize,
    securityDescriptor: descriptor.address,
  });
  if (handle !== INVALID_HANDLE_VALUE) return handle;
  throw pipeError(api, "CreateNamedPipeW");
}

function openEnd(
  api: Win32Api,
  name: string,
  options: { duplex: boolean; overlapped: boolean },
): Handle {
  const { duplex, overlapped } = options;
  const flags = SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION |
    (overlapped ? FILE_FLAG_OVERLAPPED : 0);
  const handle = api.createFile({
    name,
    access: (GENERIC_WRITE | (duplex ? GENERIC_READ : 0)) >>> 0,
    shareMode: 0,
    flags: flags >>> 0,
  });
  if (handle !== INVALID_HANDLE_VALUE) return handle;
  throw pipeError(api, "CreateFileW");
}

function pipeError(api: Win32Api, syscall: string): Error {
  return windowsError(api, api.lastError, {
    syscall,
    action: "Cannot make pipe",
  });
}
