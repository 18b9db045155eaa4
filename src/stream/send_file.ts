/**
 * Sends files over streams, in order with what is written. What moves their
 * bytes is loaded when the first file is sent.
 *
 * @module
 */

import type { SendFileOptions, SendFileSource } from "./file_mover.ts";
import type { FileStream } from "./file_stream.ts";
import type { Transport } from "./protocol.ts";
import { WriteTurn } from "./write_turn.ts";

/**
 * Sends a file, behind what was written before; what is written meanwhile goes
 * behind the file. When it fails, or is aborted, after it has begun, nothing
 * more can be written: how much the peer has got is not known.
 *
 * @param stream The stream.
 * @param source The file.
 * @param options Which part, and how.
 * @returns Bytes sent; fewer than asked for when the file ends before.
 * @throws {TypeError} when the source is no regular file.
 * @throws {RangeError} when a number is not 0 or more.
 * @throws {Deno.errors.NotFound} when there is no such file.
 * @throws {Deno.errors.NotSupported} when a write is a message, the path is that
 * of a pipe or a device, or Windows cannot send the file by itself and copying
 * is not allowed.
 */
export async function sendFile(
  stream: FileStream,
  source: SendFileSource,
  options: SendFileOptions = {},
): Promise<number> {
  assertBytes(stream);
  const given = { ...options }; // the caller may change them meanwhile
  const turn = new WriteTurn(stream.channel.writer);
  const { FileSender } = await load(turn);
  return await new FileSender(stream, turn).send(source, given);
}

async function load(
  turn: WriteTurn,
): Promise<typeof import("./file_sender.ts")> {
  try {
    return await import("./file_sender.ts");
  } catch (error) {
    turn.end(0);
    throw error;
  }
}

/**
 * Refuses transports over which no file can be sent.
 *
 * @param transport The transport.
 * @throws {Deno.errors.BadResource} when it is closing.
 * @throws {Deno.errors.NotSupported} when it sends datagrams.
 */
export function assertSendable(transport: Transport): void {
  if ("sendTo" in transport) {
    throw new Deno.errors.NotSupported(
      "Cannot send file: the transport sends datagrams",
    );
  }
  if (!transport.isClosing()) return;
  throw new Deno.errors.BadResource(
    "Cannot send file: the transport is closing",
  );
}

function assertBytes({ messages, channel }: FileStream): void {
  channel.port.assertOpen("send file");
  if (!messages) return;
  throw new Deno.errors.NotSupported("Cannot send file: a write is a message");
}
