/**
 * Sends files over sockets, loaded when the first one is sent.
 *
 * @module
 */

import type { SendFileApi } from "../../ffi/sendfile/api.ts";
import { defaultSendFile } from "../../ffi/sendfile/native.ts";
import type { FutureHost } from "../future/future_host.ts";
import type { PortHandle } from "../port/port_handle.ts";
import {
  type FileLike,
  FileToSend,
  sendPieces,
  type TransmitFileOptions,
} from "./file_to_send.ts";
import type { SocketTarget } from "./socket_calls.ts";
import { transmitCall } from "./transmit_call.ts";

/** Where a file is sent. */
export interface TransmitTarget {
  /** The port's view of the socket. */
  owner: PortHandle;
  /** What the calls of the socket want. */
  target: SocketTarget;
  /** Replaces the functions for files that are sent, for tests. */
  files: SendFileApi | undefined;
}

/**
 * Sends a file; see {@linkcode IocpProactor.sendfile}.
 *
 * @param host Starts operations.
 * @param to The socket.
 * @param what The file, and which part of it.
 * @returns Bytes sent; fewer than asked for when the file ends before.
 */
export async function transmitFile(
  host: FutureHost,
  { owner, target, files }: TransmitTarget,
  { file, options }: { file: FileLike; options: TransmitFileOptions },
): Promise<number> {
  const { signal } = options;
  const seam = { port: host.port, files: files ?? defaultSendFile() };
  using opened = await FileToSend.open(seam, file, signal);
  return await sendPieces(
    opened,
    options,
    (piece) => host.start(owner, transmitCall(target, piece), { signal }),
  );
}
