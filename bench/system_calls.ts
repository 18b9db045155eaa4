/**
 * Prints the calls into the system that a server in protocol style makes for
 * an echo of 64 bytes. The clients are in a worker, with a completion port of
 * their own.
 *
 *     deno task windows -- run --allow-ffi --allow-read bench/system_calls.ts
 *
 * @module
 */

import { IocpProactor, ProactorEventLoop } from "../mod.ts";
import { NativeWin32 } from "../src/ffi/native_win32.ts";
import { defaultSockets } from "../src/ffi/socket/default.ts";
import { EchoServer, HOSTNAME, pause } from "./_echo.ts";
import type { Task } from "./_echo_client.ts";
import { uniquePipeName } from "./_style.ts";

const CONNECTIONS = [1, 4, 64, 256];
const WARM = 500;
const RUN = 1500;

/** Functions that do not enter the system. */
const LOCAL: ReadonlySet<string> = new Set(["copyIn", "copyOut"]);

/** Calls by name. */
type Counts = Map<string, number>;

type Method = (...args: unknown[]) => unknown;

const counts: Counts = new Map();

/** Counts the calls of each method of an object from now on. */
function watch<T extends object>(api: T): T {
  const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(
    Object.getPrototypeOf(api),
  );
  for (const [name, { value }] of Object.entries(members)) {
    if (typeof value !== "function" || LOCAL.has(name)) continue;
    Object.defineProperty(api, name, { value: counted(name, value) });
  }
  return api;
}

function counted(name: string, method: Method): Method {
  return function (this: unknown, ...args) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return method.apply(this, args);
  };
}

async function serve(
  loop: ProactorEventLoop,
  transport: "pipe" | "TCP",
): Promise<string | number> {
  const make = () => new EchoServer();
  if (transport === "TCP") {
    const server = await loop.createServer(make, HOSTNAME, 0);
    return server.addr.port;
  }
  const path = uniquePipeName();
  await loop.startServingPipe(make, path, { type: "byte" });
  return path;
}

async function measure(
  transport: "pipe" | "TCP",
  connections: number,
): Promise<Counts> {
  const api = watch(new NativeWin32());
  await using loop = new ProactorEventLoop({
    proactor: new IocpProactor({ api, sockets: defaultSockets() }),
  });
  const address = await serve(loop, transport);
  const worker = await startClients({ address, connections });
  await pause(WARM);
  counts.clear();
  const before = EchoServer.reads;
  await pause(RUN);
  const echoes = EchoServer.reads - before;
  const perEcho = [...counts].map(([name, count]) =>
    [name, count / echoes] as const
  );
  worker.terminate();
  return new Map(perEcho);
}

async function startClients(task: Task): Promise<Worker> {
  const url = new URL("./_echo_client.ts", import.meta.url);
  const worker = new Worker(url, { type: "module" });
  const { promise, resolve } = Promise.withResolvers<void>();
  worker.addEventListener("message", () => resolve(), { once: true });
  worker.postMessage(task);
  await promise;
  return worker;
}

function print(title: string, perEcho: Counts): void {
  const total = [...perEcho.values()].reduce((sum, count) => sum + count, 0);
  const parts = [...perEcho]
    .filter(([, count]) => count >= 0.005)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count.toFixed(2)}`);
  console.log(`${title}: ${total.toFixed(2)} = ${parts.join(" + ")}`);
}

async function main(): Promise<void> {
  watch(defaultSockets());
  console.log("calls for an echo");
  for (const transport of ["pipe", "TCP"] as const) {
    for (const connections of CONNECTIONS) {
      const title = `${transport}, ${connections} connections`;
      print(title, await measure(transport, connections));
    }
  }
}

await main();
