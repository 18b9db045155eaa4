/**
 * Clients by `node:net`: each sends the payload, reads as many bytes, and
 * compares.
 *
 *     node net_client.mjs TARGET CLIENTS BYTES REPORT
 *
 * @module
 */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import process from "node:process";
import { payload, payloadDigest } from "./payload.mjs";
import { reportFailure } from "./report.mjs";
import { connectOptions } from "./target.mjs";

/**
 * Runs clients at once.
 *
 * @param {string} target The pipe, or `tcp:` and the port.
 * @param {number} clients How many.
 * @param {number} size Bytes that each sends and gets back.
 * @returns {Promise<void>} Resolves when all have closed; rejects when one got
 * something else than what it sent.
 */
export async function runClients(target, clients, size) {
  const digest = payloadDigest(size);
  const run = async () => {
    const received = await exchange(target, size);
    if (received !== digest) throw new Error("The bytes differ");
  };
  await Promise.all(Array.from({ length: clients }, run));
}

/**
 * @param {string} target
 * @param {number} size
 */
async function exchange(target, size) {
  const socket = connect(connectOptions(target));
  const closed = once(socket, "close");
  await once(socket, "connect");
  const [digest] = await Promise.all([
    receive(socket, size),
    send(socket, size),
  ]);
  socket.destroySoon();
  await closed;
  return digest;
}

/**
 * @param {import("node:net").Socket} socket
 * @param {number} size
 */
async function send(socket, size) {
  for (const chunk of payload(size)) {
    if (!socket.write(chunk)) await once(socket, "drain");
  }
}

/**
 * @param {import("node:net").Socket} socket
 * @param {number} size
 * @returns {Promise<string>}
 */
function receive(socket, size) {
  const hash = createHash("sha256");
  let rest = size;
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`Closed, ${rest} bytes short`)));
    socket.on("data", (data) => {
      hash.update(data);
      rest -= data.length;
      if (rest <= 0) resolve(hash.digest("hex"));
    });
  });
}

if (import.meta.main) {
  const [target = "", clients, size, report = ""] = process.argv.slice(2);
  const done = runClients(target, Number(clients), Number(size));
  await reportFailure(done, report);
}
