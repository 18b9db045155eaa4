/**
 * Nobody is starved: neither by loops of calls that end at once, in any style,
 * nor by whoever has taken all threads of Deno's pool.
 *
 * The limit is some ten times what is measured on a quiet machine; starvation
 * takes as long as the loops run, or the threads are taken.
 */

import { assertLess } from "@std/assert";
import {
  connectPipe,
  IocpProactor,
  PipeServer,
  ProactorEventLoop,
  type Transport,
} from "../../mod.ts";
import { connectTcp, createSocket, TcpListener } from "../../src/net/mod.ts";
import { createInstance, uniquePipeName } from "../windows/_pipes.ts";
import { BUSY_LOOPS, measureOthers, type StartLoop } from "./_busy_loops.ts";
import { startScript, test } from "./_script.ts";

const RUN = 400;
const LIMIT = 250;
const LOOPS = [1, 20, 50];

/** Who is starved is starved each time; a busy machine is not for long. */
const ATTEMPTS = 3;

/** Repeats a measurement that is above the limit. */
async function leastOf(measure: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < ATTEMPTS && least > LIMIT; i++) {
    least = Math.min(least, await measure());
  }
  return least;
}

async function worstOfOthers(start: StartLoop, loops: number): Promise<number> {
  await using proactor = new IocpProactor();
  const options = { loops, milliseconds: RUN };
  const measured = await measureOthers(proactor, start, options);
  const [timer, echo, median] = [
    measured.timer.toFixed(1),
    measured.echo.toFixed(1),
    measured.medianEcho.toFixed(1),
  ];
  console.log(
    `${loops} loops: timer late by ${timer} ms, echo ${median} ms, ${echo} at most`,
  );
  return Math.max(measured.timer, measured.medianEcho);
}

async function loopsLeaveTurns(start: StartLoop): Promise<void> {
  for (const loops of LOOPS) {
    assertLess(await leastOf(() => worstOfOthers(start, loops)), LIMIT);
  }
}

for (const [name, start] of Object.entries(BUSY_LOOPS)) {
  const title = `${name}: loops leave timers and Deno's sockets their turn`;
  test.process(title, () => loopsLeaveTurns(start));
}

const kernel32 = Deno.dlopen("kernel32.dll", {
  Sleep: { parameters: ["u32"], result: "void", nonblocking: true },
}).symbols;

const SLEEP = 2000;

function sleepingCalls(count: number): AsyncDisposable {
  const calls = Array.from({ length: count }, () => kernel32.Sleep(SLEEP));
  return { [Symbol.asyncDispose]: async () => void await Promise.all(calls) };
}

/** Children that say nothing until they have read a line. */
function silentChildren(count: number): AsyncDisposable {
  const command = new Deno.Command("cmd", {
    args: ["/d", "/q", "/c", "set /p x="],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const children = Array.from({ length: count }, () => command.spawn());
  const reads = children.flatMap(({ stdout, stderr }) => [
    new Response(stdout).bytes(),
    new Response(stderr).bytes(),
  ]);
  return {
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill("SIGKILL");
      await Promise.all([
        ...children.map((child) => child.status),
        ...children.map((child) => child.stdin.abort()),
        ...reads,
      ]);
    },
  };
}

/** Deno's own file calls, on pipes that nobody writes to. */
function silentFiles(count: number): AsyncDisposable {
  const proactor = new IocpProactor();
  const servers = Array.from({ length: count }, () => {
    const path = uniquePipeName();
    return { path, server: PipeServer.listen(path, { proactor }) };
  });
  const files = servers.map(({ path }) => Deno.openSync(path));
  const reads = files.map((file) =>
    file.read(new Uint8Array(1)).catch(() => null)
  );
  return {
    async [Symbol.asyncDispose]() {
      for (const { server } of servers) {
        (await server.accept()).abort();
        server.close();
      }
      await Promise.all(reads);
      for (const file of files) file.close();
      await proactor.close();
    },
  };
}

/** Milliseconds of the slowest of some round trips, over a pipe and TCP. */
async function worstRoundTrip(): Promise<number> {
  await using proactor = new IocpProactor();
  const path = uniquePipeName();
  const local = { hostname: "127.0.0.1", port: 0, proactor };
  using server = PipeServer.listen(path, { proactor, type: "byte" });
  using listener = TcpListener.listen(local);
  const accepts = [server.accept(), listener.accept()];
  const clients = [
    await connectPipe(path, { proactor }),
    await connectTcp({ ...listener.addr, proactor }),
  ];
  const served = await Promise.all(accepts);
  let worst = 0;
  for (let i = 0; i < 20; i++) {
    // Long enough for a thread to begin the wait for packets, if one is free.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const ends = { client: clients[i % 2]!, served: served[i % 2]! };
    worst = Math.max(worst, await roundTrip(ends));
  }
  for (const each of [...clients, ...served]) each.abort();
  return worst;
}

/** Something that bytes go through. */
interface Stream {
  read(target: Uint8Array): Promise<number | null>;
  write(data: Uint8Array): Promise<number>;
}

async function roundTrip(
  { client, served }: { client: Stream; served: Stream },
): Promise<number> {
  const byte = new Uint8Array(1);
  const started = performance.now();
  const answer = client.read(new Uint8Array(1));
  const question = served.read(new Uint8Array(1));
  await client.write(byte);
  await question;
  await served.write(byte);
  await answer;
  return performance.now() - started;
}

async function roundTripsBeside(
  take: (count: number) => AsyncDisposable,
): Promise<void> {
  const threads = navigator.hardwareConcurrency * 4;
  for (const count of [threads - 1, threads, threads + 1, threads * 2]) {
    await using _taken = take(count);
    const worst = await leastOf(worstRoundTrip);
    console.log(`${count} of ${threads} threads: ${worst.toFixed(1)} ms`);
    assertLess(worst, LIMIT);
  }
}

for (
  const [name, take] of Object.entries({
    "calls of the FFI": sleepingCalls,
    "silent children whose output is read": silentChildren,
    "reads of pipes as files": silentFiles,
  })
) {
  const title = `round trips go on beside ${name} that fill Deno's pool`;
  test.process(title, () => roundTripsBeside(take));
}

/** Writes to whoever listens, without end. */
const FLOOD = `
const [path, port, size] = Deno.args;
const data = new Uint8Array(Number(size));
const connection = port === "0"
  ? await lib.connectPipe(path)
  : await lib.connectTcp({ hostname: "127.0.0.1", port: Number(port) });
console.log("flooding");
try {
  for (;;) await connection.write(data);
} catch {
  // The other end has had enough.
}
`;

/** Somebody who takes what comes, until the connection is closed. */
interface Taker {
  taken: Promise<unknown>;
  close(): void;
}

/** Where the flood goes, and how many bytes at a time. */
interface Flood {
  path: string;
  port: number;
  size: number;
}

/** Milliseconds by which a timer of 20 ms was late, at worst. */
async function worstLateness(milliseconds: number): Promise<number> {
  let worst = 0;
  const end = performance.now() + milliseconds;
  for (let last = performance.now(); last < end;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = performance.now();
    worst = Math.max(worst, now - last - 20);
    last = now;
  }
  return worst;
}

async function latenessBeside(
  { path, port, size }: Flood,
  serve: () => Promise<Taker>,
): Promise<number> {
  const args = [path, `${port}`, `${size}`];
  await using flood = startScript(FLOOD, { args });
  const { taken, close } = await serve();
  await flood.wrote("flooding");
  const worst = await worstLateness(1000);
  close();
  await taken.catch(() => {});
  console.log(`${size} bytes: a timer of 20 ms, late by ${worst.toFixed(1)}`);
  return worst;
}

async function floodRecv(size: number): Promise<number> {
  await using proactor = new IocpProactor();
  const path = uniquePipeName();
  const handle = createInstance(proactor, path);
  const take = async () => {
    while ((await proactor.recv(handle, 65_536)).length > 0);
  };
  return await latenessBeside({ path, port: 0, size }, async () => {
    await proactor.acceptPipe(handle);
    return { taken: take(), close: () => proactor.closeHandle(handle) };
  });
}

async function floodSockRecv(size: number): Promise<number> {
  await using proactor = new IocpProactor();
  const loop = new ProactorEventLoop({ proactor });
  using listener = createSocket({ family: "IPv4", type: "stream" });
  listener.bind({ family: "IPv4", hostname: "127.0.0.1", port: 0 });
  listener.listen();
  const { port } = listener.localAddr as { port: number };
  return await latenessBeside({ path: "", port, size }, async () => {
    const { socket } = await proactor.accept(listener);
    const take = async () => {
      while ((await loop.sockRecv(socket, 65_536)).length > 0);
    };
    return { taken: take(), close: () => proactor.closeHandle(socket) };
  });
}

async function floodStream(size: number): Promise<number> {
  await using proactor = new IocpProactor();
  const path = uniquePipeName();
  const server = PipeServer.listen(path, { proactor });
  return await latenessBeside({ path, port: 0, size }, async () => {
    const connection = await server.accept();
    server.close();
    const chunk = new Uint8Array(65_536);
    const take = async () => {
      while (await connection.read(chunk) !== null);
    };
    return { taken: take(), close: () => connection.abort() };
  });
}

async function floodProtocol(size: number): Promise<number> {
  await using proactor = new IocpProactor();
  const loop = new ProactorEventLoop({ proactor });
  const path = uniquePipeName();
  const made = Promise.withResolvers<Transport>();
  const lost = Promise.withResolvers<void>();
  const [server] = await loop.startServingPipe(() => ({
    connectionMade: made.resolve,
    dataReceived() {},
    connectionLost: () => lost.resolve(),
  }), path);
  return await latenessBeside({ path, port: 0, size }, async () => {
    const transport = await made.promise;
    server!.close();
    return { taken: lost.promise, close: () => transport.abort() };
  });
}

for (
  const [name, flood] of Object.entries({
    "recv()": floodRecv,
    "sockRecv()": floodSockRecv,
    "a stream": floodStream,
    "a protocol": floodProtocol,
  })
) {
  const title = `another process that floods ${name} leaves timers their turn`;
  test.process(title, async () => {
    for (const size of [1000, 65_536]) {
      assertLess(await leastOf(() => flood(size)), LIMIT);
    }
  });
}

test.process("a proactor closes at once although Deno's pool is full", async () => {
  const threads = navigator.hardwareConcurrency * 4;
  await using _taken = sleepingCalls(threads + 1);
  const proactor = new IocpProactor();
  const server = PipeServer.listen(uniquePipeName(), { proactor });
  const accepted = server.accept().catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  const started = performance.now();
  await proactor.close();
  await accepted;
  assertLess(performance.now() - started, 0.8 * SLEEP); // not behind them
});
