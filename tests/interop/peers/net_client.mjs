/**
 * Clients by `node:net`: each sends the payload, reads as many bytes, and
 * compares.
 *
 *     node net_client.mjs PATH CLIENTS BYTES REPORT
 *
 * @module
 */

import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import process from "node:process";
import { payload, payloadDigest } from "./payload.mjs";
import { reportFailure } from "./report.mjs";

/**
 * Runs clients at once.
 *
 * @param {string} path The pipe.
 * @param {number} clients How many.
 * @param {number} size Bytes that each sends and gets back.
 * @returns {Promise<void>} Resolves when all have closed; rejects when one got
 * something else than what it sent.
 */
export async function runClients(path, clients, size) {
  const digest = payloadDigest(size);
  const run = async () => {
    const received = await exchange(path, size);
    if (received !== digest) throw new Error("The bytes differ");
  };
  await Promise.all(Array.from({ length: clients }, run));
}

/**
 * @param {string} path
 * @param {number} size
 */
async function exchange(path, size) {
  const socket = connect(path);
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
  const [path = "", clients, size, report = ""] = process.argv.slice(2);
  const done = runClients(path, Number(clients), Number(size));
  await reportFailure(done, report);
}
