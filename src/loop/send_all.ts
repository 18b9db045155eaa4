/**
 * How the loop sends bytes to raw sockets.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import { copyBytes, viewOf } from "../ffi/bytes.ts";
import type { Bytes } from "../ffi/socket/api.ts";
import { stableBytes } from "../proactor/arguments.ts";
import { totalLength } from "../proactor/call/gather.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import type {
  HandleLike,
  OperationOptions,
} from "../proactor/proactor_options.ts";
import { sendPart } from "../proactor/proactor_parts.ts";

/** The most bytes of a call. */
const MAX_PIECE = 16 << 20;

/** What to send. */
export interface SendAllOptions extends OperationOptions {
  /** The bytes, or several arrays of them. */
  data: Uint8Array | readonly Uint8Array[];
}

/**
 * Sends until all is sent. A nonblocking socket, as those of other libraries
 * may be, can accept fewer bytes at a time.
 *
 * @param proactor The proactor.
 * @param socket The socket.
 * @param options What to send, and a signal.
 */
export async function sendAll(
  proactor: IocpProactor,
  socket: HandleLike,
  options: SendAllOptions,
): Promise<void> {
  const { data, signal } = options;
  const list: Uint8Array[] = Array.isArray(data) ? [...data] : [data];
  const parts = list.map((part) => stableBytes("send", part));
  for (const piece of piecesOf(parts)) {
    for (let rest = piece; rest.length > 0;) {
      const part = rest;
      rest = [];
      const onRest = (data: Bytes) => rest = [data];
      const one = { handle: socket, data: part, signal, onRest };
      await sendPart(portOf(proactor), one);
    }
  }
}

/** A single piece is sent at once; several must wait, so they are copied. */
function piecesOf(parts: Bytes[]): Bytes[][] {
  if (totalLength(parts) <= MAX_PIECE) return [parts];
  return [...cut(parts.map((part) => copyBytes(part)))];
}

function* cut(parts: Bytes[]): Generator<Bytes[]> {
  let piece: Bytes[] = [];
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      const room = MAX_PIECE - totalLength(piece);
      const end = Math.min(part.length, at + room);
      piece.push(viewOf(part, at, end));
      at = end;
      if (totalLength(piece) < MAX_PIECE) continue;
      yield piece;
      piece = [];
    }
  }
  if (piece.length > 0) yield piece;
}
