/**
 * A worker of `workers.ts`: serves the sockets that it is sent.
 *
 * @module
 */

import { ProactorEventLoop } from "@iocp/proactor";
import { Socket } from "@iocp/proactor/net";
import type { Protocol, Transport } from "@iocp/proactor/loop";
import type { FromWorker } from "./workers.ts";

/** The thread, as its main one knows it. */
const thread = self as unknown as { postMessage(message: FromWorker): void };

/** Milliseconds of computing for a request. */
const WORK = 1;

class Serve implements Protocol {
  #transport: Transport | undefined;

  connectionMade(transport: Transport): void {
    this.#transport = transport;
  }

  dataReceived(data: Uint8Array): void {
    const end = performance.now() + WORK;
    while (performance.now() < end);
    this.#transport!.write(data);
  }

  connectionLost(): void {
    thread.postMessage("closed");
  }
}

const loop = new ProactorEventLoop();
self.addEventListener("message", (event) => {
  const socket = new Socket((event as MessageEvent<bigint>).data);
  loop.connectAcceptedSocket(() => new Serve(), socket);
});
thread.postMessage("ready");
