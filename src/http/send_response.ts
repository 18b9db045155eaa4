/**
 * Responses of the web, sent by `node:http` as `Deno.serve` sends them: with a
 * length where the body is short, and no header that nobody has asked for.
 *
 * @module
 */

import type { ServerResponse } from "node:http";

/** Statuses without a body, and without its length. */
const BODILESS = [204, 304];

/**
 * Sends a response.
 *
 * @param outgoing The response of Node.
 * @param response The response.
 * @throws {Error} when its body fails.
 */
export async function sendResponse(
  outgoing: ServerResponse,
  response: Response,
): Promise<void> {
  const { status, statusText, body } = response;
  outgoing.statusCode = status;
  if (statusText !== "") outgoing.statusMessage = statusText;
  setHeaders(outgoing, response.headers);
  if (body === null) return endEmpty(outgoing);
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  outgoing.once("close", cancel);
  try {
    await sendBody(outgoing, reader);
  } finally {
    outgoing.off("close", cancel);
    cancel();
  }
}

function setHeaders(outgoing: ServerResponse, headers: Headers): void {
  const cookies = headers.getSetCookie();
  for (const [name, value] of headers) {
    if (name !== "set-cookie") outgoing.setHeader(name, value);
  }
  if (cookies.length > 0) outgoing.setHeader("set-cookie", cookies);
}

function endEmpty(outgoing: ServerResponse): void {
  const silent = BODILESS.includes(outgoing.statusCode) ||
    outgoing.hasHeader("content-length");
  if (!silent) outgoing.setHeader("content-length", 0);
  outgoing.end();
}

/** A body of one chunk tells its length; a longer one goes out as it comes. */
async function sendBody(
  outgoing: ServerResponse,
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<void> {
  const first = await reader.read();
  const ahead = reader.read();
  ahead.catch(() => {}); // told below
  const chunk = first.value ?? new Uint8Array(0);
  if (await isDone(ahead)) {
    if (!outgoing.hasHeader("content-length")) {
      outgoing.setHeader("content-length", chunk.length);
    }
    return void outgoing.end(chunk);
  }
  await write(outgoing, chunk);
  for (let next = await ahead; !next.done; next = await reader.read()) {
    if (outgoing.destroyed || !await write(outgoing, next.value)) return;
  }
  outgoing.end();
}

/** Whether there is no more, as far as is known without waiting for it. */
async function isDone(
  ahead: Promise<ReadableStreamReadResult<Uint8Array>>,
): Promise<boolean> {
  const unknown = Promise.resolve().then(() => undefined);
  const next = await Promise.race([ahead, unknown]);
  return next?.done ?? false;
}

/** Returns false when the client has gone. */
async function write(
  outgoing: ServerResponse,
  chunk: Uint8Array,
): Promise<boolean> {
  if (outgoing.write(chunk)) return true;
  if (outgoing.destroyed) return false;
  return await new Promise((resolve) => {
    const settle = () => {
      outgoing.off("drain", settle).off("close", settle);
      resolve(!outgoing.destroyed);
    };
    outgoing.on("drain", settle).on("close", settle);
  });
}
