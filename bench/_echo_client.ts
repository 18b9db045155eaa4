/**
 * A worker with clients that never stop. The message tells where the server is and
 * how many; the answer, that all are connected.
 *
 * @module
 */

import { ProactorEventLoop } from "../mod.ts";
import { connectClients } from "./_echo.ts";

/** What the worker is told. */
export interface Task {
  /** The pipe, or the port, of the server. */
  address: string | number;
  /** How many clients. */
  connections: number;
}

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Task>) => Promise<void>) | null;
  postMessage(message: string): void;
}

const scope = self as unknown as WorkerScope;

scope.onmessage = async ({ data: { address, connections } }) => {
  await connectClients(new ProactorEventLoop(), address, connections);
  scope.postMessage("connected");
};
