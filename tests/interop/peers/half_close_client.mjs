/**
 * A client by `node:net` that writes nothing with a write, then "hello ", and
 * reads to the end. It may answer after the end.
 *
 *     node half_close_client.mjs TARGET BYTES ANSWER REPORT
 *
 * @module
 */

import { once } from "node:events";
import { connect } from "node:net";
import process from "node:process";
import { reportFailure } from "./report.mjs";
import { connectOptions } from "./target.mjs";

/**
 * Runs the client.
 *
 * @param {string} target The pipe.
 * @param {number} size Bytes that must come before the end.
 * @param {string} answer What it says after the end.
 * @returns {Promise<void>} Resolves when it has closed.
 */
export async function runHalfCloseClient(target, size, answer) {
  const allowHalfOpen = answer !== "";
  const socket = connect({ ...connectOptions(target), allowHalfOpen });
  const closed = once(socket, "close");
  await once(socket, "connect");
  socket.write("");
  socket.write("hello ");
  let length = 0;
  socket.on("data", (data) => length += data.length);
  await once(socket, "end");
  if (length !== size) throw new Error(`${length} bytes, not ${size}`);
  if (allowHalfOpen) socket.end(answer);
  await closed;
}

if (import.meta.main) {
  const [target = "", size, answer = "", report = ""] = process.argv.slice(2);
  const done = runHalfCloseClient(target, Number(size), answer);
  await reportFailure(done, report);
}
