/**
 * A worker of `proactor_workers.ts`: serves a pipe, or the sockets that it is
 * sent.
 *
 * @module
 */

import { ProactorEventLoop } from "../../mod.ts";
import { Socket } from "../../src/net/mod.ts";
import { PROTOCOLS, serveProtocol, type Task } from "./proactor_protocols.ts";

/** What a worker is told: what it serves, and then sockets by their handles. */
export type Message = Task | bigint;

/** The thread, as its main one knows it. */
const thread = self as unknown as { postMessage(message: "ready"): void };

let role = "";
let loop: ProactorEventLoop | undefined;

self.addEventListener("message", (event) => {
  const { data } = event as MessageEvent<Message>;
  if (typeof data === "bigint") adopt(new Socket(data));
  else begin(data);
});

function begin(task: Task): void {
  role = task.role;
  if (task.transport !== "tcp") serveProtocol(task);
  thread.postMessage("ready");
}

function adopt(socket: Socket): void {
  loop ??= new ProactorEventLoop();
  loop.connectAcceptedSocket(PROTOCOLS[role]!, socket);
}
