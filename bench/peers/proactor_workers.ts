/**
 * A server with several threads, each with a completion port and a loop.
 *
 * The library refuses a pipe's name that is served, so each worker has a pipe.
 * Connections of a listener are handed to one worker after the other, as
 * `examples/iocp/workers.ts` does it.
 *
 * @module
 */

import { IocpProactor, ProactorEventLoop } from "../../mod.ts";
import { createSocket } from "../../src/net/mod.ts";
import type { Message } from "./proactor_worker.ts";
import { HOSTNAME, type Task } from "./proactor_protocols.ts";

const BACKLOG = 512;

/**
 * Serves until the process ends.
 *
 * @param count How many workers.
 * @param task What they serve.
 */
export async function serveByWorkers(count: number, task: Task): Promise<void> {
  const starts = Array.from({ length: count }, (_, index) => {
    const address = `${task.address}-${index}`;
    return startWorker({ ...task, address });
  });
  const workers = await Promise.all(starts);
  if (task.transport === "tcp") await distribute(workers, Number(task.address));
}

/** Nobody can connect before a worker is there to answer. */
function startWorker(task: Task): Promise<Worker> {
  const { promise, resolve, reject } = Promise.withResolvers<Worker>();
  const url = new URL("./proactor_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  worker.addEventListener("message", () => resolve(worker), { once: true });
  worker.addEventListener("error", ({ message }) => reject(new Error(message)));
  send(worker, task);
  return promise;
}

async function distribute(
  workers: readonly Worker[],
  port: number,
): Promise<void> {
  const loop = new ProactorEventLoop({ proactor: new IocpProactor() });
  const listener = createSocket({ type: "stream" });
  listener.bind({ family: "IPv4", hostname: HOSTNAME, port });
  listener.listen(BACKLOG);
  for (let next = 0;; next++) {
    const { socket } = await loop.sockAccept(listener);
    send(workers[next % workers.length]!, socket.detach());
  }
}

/** A worker gets its messages in order: the task first, then sockets. */
function send(worker: Worker, message: Message): void {
  worker.postMessage(message);
}
