/**
 * The program that does the work of a soak until it is told to end. It writes
 * a line of JSON for each interval: the supervisor (`tools/soak.ts`) shows and
 * keeps them.
 *
 *     deno run -A tests/soak/main.ts SECONDS [INTERVAL [KINDS]]
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { IocpProactor, PipeServer } from "../../mod.ts";
import { startTls, TcpListener, UdpSocket } from "../../src/net/mod.ts";
import { handleCount } from "../windows/_handles.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { SERVER } from "../windows/net/_tls.ts";
import { type ByteStream, type Load, LOADS, type SoakWorld } from "./loads.ts";
import { Recorder, type Sample } from "./recorder.ts";

/** Milliseconds that a round may take before it counts as hung. */
const HUNG = 60_000;

/** Milliseconds between rounds of a worker, so that others get their turn. */
const PAUSE = 2;

const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** What went wrong outside of any round. */
const recorder = new Recorder();

async function echo(connection: ByteStream): Promise<void> {
  const target = new Uint8Array(65_536);
  try {
    for (let count; (count = await connection.read(target)) !== null;) {
      await connection.write(target.subarray(0, count));
    }
    connection.close();
  } catch {
    connection.abort(); // Clients leave as they like
  }
}

async function serve<C>(
  server: AsyncIterable<C>,
  one: (connection: C) => Promise<void>,
): Promise<void> {
  for await (const connection of server) {
    one(connection).catch((error) => recorder.violate(`server: ${error}`));
  }
}

async function answer(udp: UdpSocket): Promise<void> {
  for await (const { data, addr } of datagramsOf(udp)) {
    await udp.send(data, addr).catch(() => {});
  }
}

async function* datagramsOf(udp: UdpSocket) {
  const target = new Uint8Array(65_507);
  for (;;) {
    try {
      const { byteLength, addr } = await udp.receiveInto(target);
      yield { data: target.slice(0, byteLength), addr };
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) continue;
      return; // closed
    }
  }
}

async function openWorld(): Promise<SoakWorld> {
  const proactor = new IocpProactor();
  const onError = (error: unknown) => recorder.violate(`listener: ${error}`);
  const options = { onError, proactor };
  const world = {
    proactor,
    bytes: PipeServer.listen(uniquePipeName(), options),
    messages: PipeServer.listen(uniquePipeName(), {
      type: "message",
      ...options,
    }),
    tcp: TcpListener.listen({ ...LOCAL, ...options }),
    tls: TcpListener.listen({ ...LOCAL, ...options }),
    udp: UdpSocket.listen({ ...LOCAL, proactor }),
    folder: await Deno.makeTempDir({ prefix: "soak-" }),
  };
  for (const server of [world.bytes, world.messages, world.tcp]) {
    void serve(server, echo);
  }
  void serve(world.tls, async (below) => {
    await echo(await startTls(below, SERVER));
  });
  void answer(world.udp);
  return world;
}

async function closeWorld(world: SoakWorld): Promise<void> {
  const { proactor, udp, folder } = world;
  for (const name of ["bytes", "messages", "tcp", "tls"] as const) {
    await world[name].shutdown({ deadline: 1000 });
  }
  udp.close();
  const end = performance.now() + 5_000;
  while (proactor.metrics().pending > 0 && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { slotsInUse, bufferBytes } = proactor.metrics();
  const left = { slotsInUse, bufferBytes, quarantined: await proactor.close() };
  for (const [counter, value] of Object.entries(left)) {
    if (value !== 0) recorder.violate(`At the end ${counter} is ${value}`);
  }
  await Deno.remove(folder, { recursive: true });
}

/** Runs rounds until the time is over. */
async function work(world: SoakWorld, load: Load, end: number): Promise<void> {
  for (let number = 0; performance.now() < end; number++) {
    await recorder.time(
      load.kind,
      () => deadline(load.round(world, number), HUNG),
    );
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function sample(world: SoakWorld, seconds: number): Sample {
  const { pending, slotsInUse, bufferBytes, unknownPackets } = world.proactor
    .metrics();
  if (unknownPackets > 0) recorder.violate(`${unknownPackets} unknown packets`);
  const { rss, heapUsed } = Deno.memoryUsage();
  return {
    time: Date.now(),
    seconds,
    kinds: recorder.take(),
    handles: handleCount(),
    rss,
    heap: heapUsed,
    pending,
    slots: slotsInUse,
    buffers: bufferBytes,
    unknown: unknownPackets,
    violations: recorder.violations.length,
  };
}

/** What a line of the output is. */
function write(line: unknown): void {
  console.log(JSON.stringify(line));
}

async function main(
  [duration = "60", interval = "5", only = ""]: readonly string[],
): Promise<void> {
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    recorder.violate(`unhandled: ${event.reason?.stack ?? event.reason}`);
  });
  const world = await openWorld();
  const end = performance.now() + Number(duration) * 1000;
  let last = performance.now();
  let told = 0;
  function tick(): void {
    const now = performance.now();
    write({ sample: sample(world, (now - last) / 1000) });
    last = now;
    for (const text of recorder.violations.slice(told)) {
      write({ violation: text });
    }
    told = recorder.violations.length;
  }
  const timer = setInterval(tick, Number(interval) * 1000);
  const chosen = LOADS.filter(({ kind }) =>
    only === "" || only.split(",").includes(kind)
  );
  const workers = chosen.flatMap((load) =>
    Array.from({ length: load.workers }, () => work(world, load, end))
  );
  await Promise.all(workers);
  clearInterval(timer);
  await closeWorld(world);
  for (const text of recorder.violations.slice(told)) {
    write({ violation: text });
  }
  write({ ended: true });
}

if (import.meta.main) await main(Deno.args);
