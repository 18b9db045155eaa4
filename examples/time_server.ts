/**
 * Tells the time by SNTP (RFC 4330), as `w32tm` asks for it. Without a port it
 * is 123, which may be taken: `net stop w32time` frees it. Ctrl+C ends it.
 *
 *     deno run --allow-ffi examples/time_server.ts
 *     w32tm /stripchart /computer:localhost /samples:3
 *
 * @module
 */

import { UdpSocket } from "@iocp/proactor/net";

/** Seconds from 1900, where NTP begins, to 1970. */
const EPOCH = 2_208_988_800;
const SIZE = 48;
const CLIENT = 3;
const SERVER = 4;

/** A clock of our own, which follows no other: "LOCL". */
const STRATUM = 1;
const REFERENCE = 0x4c4f434c;

const port = Number(Deno.args[0] ?? 123);
using socket = UdpSocket.listen({ hostname: "127.0.0.1", port });
Deno.addSignalListener("SIGINT", () => socket.close());
console.log(`Telling the time on port ${socket.addr.port}`);
for await (const [request, client] of socket) {
  const received = performance.timeOrigin + performance.now();
  const answer = answerTo(request, received);
  if (answer !== undefined) await socket.send(answer, client);
}

/** What is no request gets no answer. */
function answerTo(
  request: Uint8Array,
  received: number,
): Uint8Array | undefined {
  if (request.length < SIZE || (request[0]! & 7) !== CLIENT) return undefined;
  const answer = new Uint8Array(SIZE);
  const view = new DataView(answer.buffer);
  answer[0] = (request[0]! & 0b111000) | SERVER; // in the client's version
  answer[1] = STRATUM;
  answer[2] = request[2]!; // how often it asks
  view.setInt8(3, -10); // a precision of 2^-10 seconds
  view.setUint32(12, REFERENCE);
  writeTime(view, 16, received);
  answer.set(request.subarray(40, 48), 24); // when it has asked
  writeTime(view, 32, received);
  writeTime(view, 40, performance.timeOrigin + performance.now());
  return answer;
}

/** Seconds, and 2^32 parts of one. */
function writeTime(view: DataView, at: number, milliseconds: number): void {
  const seconds = Math.floor(milliseconds / 1000);
  view.setUint32(at, seconds + EPOCH);
  view.setUint32(at + 4, (milliseconds / 1000 - seconds) * 2 ** 32);
}
