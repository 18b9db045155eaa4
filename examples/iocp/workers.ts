/**
 * "Then it becomes CPU-bound, and needs several ports and a load balancer": the
 * listener hands each connection to the worker with the fewest. A worker has a
 * port and a loop of its own, and computes for a while for each request.
 *
 *     deno run --allow-ffi --allow-read examples/iocp/workers.ts [workers ...]
 *
 * @module
 */

import { IocpProactor, ProactorEventLoop } from "@iocp/proactor";
import { connectTcp, createSocket } from "@iocp/proactor/net";

const CONNECTIONS = 16;
const DURATION = 2000;

/** What a worker says: a connection has ended, or it is ready. */
export type FromWorker = "ready" | "closed";

/** A thread with a port. */
class Member {
  readonly #worker: Worker;
  readonly ready: Promise<void>;
  connections = 0;

  constructor() {
    const url = new URL("./worker.ts", import.meta.url);
    this.#worker = new Worker(url, { type: "module" });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data === "ready") resolve();
      else this.connections--;
    };
  }

  /** @param handle A socket, which is the worker's from now on. */
  take(handle: bigint): void {
    this.connections++;
    this.#worker.postMessage(handle);
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** Requests a second with so many workers. */
async function measure(count: number): Promise<number> {
  const members = Array.from({ length: count }, () => new Member());
  await Promise.all(members.map(({ ready }) => ready));
  await using loop = new ProactorEventLoop({ proactor: new IocpProactor() });
  using listener = createSocket({ type: "stream" });
  listener.bind({ family: "IPv4", hostname: "127.0.0.1", port: 0 });
  listener.listen(CONNECTIONS);
  const { port } = listener.localAddr as { port: number };
  const [, answers] = await Promise.all([
    distribute(loop, listener, members),
    Promise.all(Array.from({ length: CONNECTIONS }, () => ask(port))),
  ]);
  members.forEach((member) => member.end());
  return answers.reduce((sum, one) => sum + one, 0) / (DURATION / 1000);
}

type Listener = ReturnType<typeof createSocket>;

async function distribute(
  loop: ProactorEventLoop,
  listener: Listener,
  members: readonly Member[],
): Promise<void> {
  for (let i = 0; i < CONNECTIONS; i++) {
    const { socket } = await loop.sockAccept(listener);
    const idlest = members.reduce((a, b) =>
      b.connections < a.connections ? b : a
    );
    idlest.take(socket.detach());
  }
}

/** Sends requests, one after another, and counts the answers. */
async function ask(port: number): Promise<number> {
  await using connection = await connectTcp({ hostname: "127.0.0.1", port });
  const byte = new Uint8Array(1);
  const end = performance.now() + DURATION;
  let answers = 0;
  while (performance.now() < end) {
    await connection.write(byte);
    await connection.read(byte);
    answers++;
  }
  return answers;
}

const counts = Deno.args.length > 0 ? Deno.args.map(Number) : [1, 2, 4];
let alone = 0;
console.log(`${navigator.hardwareConcurrency} processors`);
for (const count of counts) {
  const rate = await measure(count);
  alone ||= rate;
  console.log(
    `${count} workers: ${rate.toFixed(0)} requests a second, ` +
      `${(rate / alone).toFixed(2)} times those of ${counts[0]}`,
  );
}
