/**
 * What could be read from a connection now: what was read ahead, and what waits
 * in the pipe behind it.
 *
 * @module
 */

import { setBytes, viewOf } from "../ffi/bytes.ts";
import { windowsError } from "../ffi/errors.ts";
import type { PipeContent } from "../ffi/identity/api.ts";
import { identityOf } from "../ffi/identity/default.ts";
import { assertInteger, MAX_DWORD } from "../proactor/arguments.ts";
import { isEndOfStream } from "../proactor/call/overlapped_calls.ts";
import type { ConnectionFront } from "../stream/connection_front.ts";
import type { EndTraits, PeekOptions, PipePeek } from "./pipe_peer_types.ts";

const DEFAULT_LENGTH = 65_536;

/** What the pipe holds; `null` when nothing more can come. */
type Content = { data: Uint8Array<ArrayBuffer>; available: number } | null;

/**
 * Looks at what could be read.
 *
 * @param front The connection.
 * @param traits What is known of it.
 * @param options The most bytes to look at.
 * @returns The bytes and their number.
 * @throws {RangeError} when `maxLength` is not an integer from 0 to 2^32 - 1.
 * @throws {Deno.errors.BadResource} when the connection is closed.
 * @throws {Deno.errors.NotSupported} when this end only writes.
 */
export function peekAt(
  front: ConnectionFront,
  traits: EndTraits,
  { maxLength = DEFAULT_LENGTH }: PeekOptions,
): PipePeek {
  assertInteger("maxLength", maxLength, [0, MAX_DWORD]);
  front.assertReadable("peek");
  const { parts, more, ended } = front.readAhead;
  const kept = parts.reduce((sum, part) => sum + part.byteLength, 0);
  // The next message ends with what was read ahead of it.
  const whole = traits.messageReadMode && kept > 0 && !more;
  const room = whole ? 0 : Math.max(maxLength - kept, 0);
  const content = ended ? null : contentOf(front, traits, room);
  if (content !== null) parts.push(content.data);
  return {
    data: joined(parts, maxLength),
    available: kept + (content?.available ?? 0),
    ended: content === null && kept === 0,
  };
}

function contentOf(
  front: ConnectionFront,
  traits: EndTraits,
  room: number,
): Content {
  const content = look(front, traits, new Uint8Array(0));
  if (content === null) return null;
  const { available } = content;
  const buffer = new Uint8Array(Math.min(room, available));
  if (buffer.byteLength === 0) return { data: buffer, available };
  const copied = look(front, traits, buffer)?.copied ?? 0;
  return { data: viewOf(buffer, 0, copied), available };
}

function look(
  { port: { api }, handle: { handle } }: ConnectionFront,
  { path }: EndTraits,
  buffer: Uint8Array<ArrayBuffer>,
): PipeContent | null {
  const identity = identityOf(api);
  const content = identity.peek(handle, buffer);
  if (content !== null) return content;
  const code = identity.lastError;
  if (isEndOfStream(code)) return null;
  throw windowsError(api, code, {
    syscall: "PeekNamedPipe",
    action: `Cannot peek pipe "${path}"`,
  });
}

function joined(
  parts: readonly Uint8Array<ArrayBuffer>[],
  maxLength: number,
): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const bytes = new Uint8Array(Math.min(length, maxLength));
  let at = 0;
  for (const part of parts) {
    const piece = viewOf(part, 0, Math.min(part.byteLength, maxLength - at));
    setBytes(bytes, piece, at);
    at += piece.byteLength;
  }
  return bytes;
}
