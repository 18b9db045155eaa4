/**
 * What stands in for the agent of OpenSSH: the protocol is that of ssh2.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import ssh2 from "npm:ssh2@1.17.0";
import { createServer, type PipeSocketServer } from "../../src/node/mod.ts";

/** A key; the types of ssh2 are for another version of Node's. */
export interface Key {
  type: string;
  getPublicSSH(): Buffer;
  sign(data: Buffer): Buffer;
  verify(data: Buffer | string, signature: Buffer): boolean;
}

/**
 * Makes a key.
 *
 * @param comment What is said of it.
 * @returns The key, and its text.
 */
export function makeKey(comment = ""): { key: Key; text: string } {
  const options = { comment };
  const { private: text } = ssh2.utils.generateKeyPairSync("ed25519", options);
  return { key: ssh2.utils.parseKey(text), text };
}

/**
 * Serves the protocol.
 *
 * @param path The pipe.
 * @param keys What it can sign with.
 * @returns The server.
 */
export function serveSshAgent(path: string, keys: Key[]): PipeSocketServer {
  return createServer((socket) => {
    const agent = new ssh2.AgentProtocol(false);
    agent.on("identities", (request: unknown) => {
      agent.getIdentitiesReply(request, keys);
    });
    agent.on("sign", (request: unknown, wanted: Key, data: Buffer) => {
      const blob = wanted.getPublicSSH();
      const key = keys.find((key) => key.getPublicSSH().equals(blob));
      if (key === undefined) agent.failureReply(request);
      else agent.signReply(request, key.sign(data));
    });
    socket.on("error", () => {}); // the client has gone
    socket.pipe(agent).pipe(socket);
  }).listen(path);
}
