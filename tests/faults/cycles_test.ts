/** Cycles of each kind: handles, slots, buffers, heap and RSS stay flat. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { connectPipe, IocpProactor, PipeServer } from "../../mod.ts";
import { ProactorEventLoop, type StreamConnection } from "../../mod.ts";
import { openFile, watchDirectory } from "../../src/file/mod.ts";
import {
  connectTcp,
  getaddrinfo,
  startTls,
  TcpListener,
  UdpSocket,
} from "../../src/net/mod.ts";
import { pipe } from "../../src/pipe/mod.ts";
import { subprocessExec } from "../../src/process/mod.ts";
import { pattern } from "../windows/_bytes.ts";
import { handleCount } from "../windows/_handles.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { soon, turn, until } from "../windows/_turns.ts";
import { CLIENT, SERVER } from "../windows/net/_tls.ts";
import {
  closeHandles,
  createEvent,
  setEvent,
} from "../windows/waits/_objects.ts";
import { faultTest, figure, LOCAL, scaled } from "./_faults.ts";

/** What a cycle may cost of the heap, in bytes, whoever has it. */
const HEAP = 300;

/** What it may cost of RSS, in bytes: some of it is the system's. */
const RSS = 3_000;

/** Cycles of a batch that tell memory from what varies. */
const ENOUGH = 1000;

/** Batches, of which the first warms up. */
const BATCHES = 4;

/** Opens, uses and closes something once. */
type Cycle = () => Promise<unknown>;

/** A kind of cycle. */
interface Kind {
  /** Cycles of a full and of a short run. */
  cycles: [full: number, short: number];
  /** Bytes of RSS that a cycle costs, where that is not ours. */
  known?: number;
  /** Prepares what the cycles share; disposing ends it. */
  open(
    proactor: IocpProactor,
  ): Promise<{ cycle: Cycle; close?: () => unknown }>;
}

/** What a process holds. */
interface Held {
  handles: number;
  heap: number;
  rss: number;
}

/** The stage gives `--v8-flags=--expose-gc`. */
const collect: (() => void) | undefined = Reflect.get(globalThis, "gc");

function held(): Held {
  collect?.();
  collect?.();
  const { heapUsed, rss } = Deno.memoryUsage();
  return { handles: handleCount(), heap: heapUsed, rss };
}

async function echoOne(connection: StreamConnection): Promise<void> {
  const target = new Uint8Array(100);
  for (let count; (count = await connection.read(target)) !== null;) {
    await connection.write(target.subarray(0, count));
  }
  connection.close();
}

/** Says something, hears it, and leaves. */
async function talk(
  client: Pick<StreamConnection, "read" | "write" | "close">,
): Promise<void> {
  const target = new Uint8Array(5);
  await client.write(pattern(5));
  for (let got = 0; got < 5;) {
    const count = await soon(client.read(target.subarray(got)));
    got += count ?? Infinity;
  }
  assertEquals(target, pattern(5));
  client.close();
}

async function serve<C>(
  server: AsyncIterable<C>,
  one: (connection: C) => Promise<void>,
): Promise<void> {
  for await (const each of server) await one(each).catch(() => {});
}

const KINDS: Record<string, Kind> = {
  "pipe connections": {
    cycles: [10_000, 300],
    open(proactor) {
      const path = uniquePipeName();
      const server = PipeServer.listen(path, { proactor });
      const serving = serve(server, echoOne);
      return Promise.resolve({
        cycle: async () => await talk(await connectPipe(path, { proactor })),
        close: () => server.shutdown().then(() => serving),
      });
    },
  },
  "TCP connections": {
    cycles: [10_000, 300],
    open(proactor) {
      const server = TcpListener.listen({ ...LOCAL, proactor });
      const serving = serve(server, echoOne);
      return Promise.resolve({
        cycle: async () =>
          await talk(await connectTcp({ ...server.addr, proactor })),
        close: () => server.shutdown().then(() => serving),
      });
    },
  },
  "TLS connections": {
    cycles: [10_000, 60],
    known: 12_000,
    open(proactor) {
      const server = TcpListener.listen({ ...LOCAL, proactor });
      const serving = serve(server, async (below) => {
        const tls = await startTls(below, SERVER);
        const target = new Uint8Array(100);
        for (let count; (count = await tls.read(target)) !== null;) {
          await tls.write(target.subarray(0, count));
        }
        tls.close();
        await tls.finished;
      });
      return Promise.resolve({
        cycle: async () => {
          const below = await connectTcp({ ...server.addr, proactor });
          const tls = await startTls(below, CLIENT);
          await talk(tls);
          await soon(tls.finished);
        },
        close: () => server.shutdown().then(() => serving),
      });
    },
  },
  "bare pipes": {
    cycles: [10_000, 300],
    open: (proactor) =>
      Promise.resolve({
        cycle: async () => {
          const [a, b] = pipe({ duplex: true, proactor });
          const read = proactor.recv(a, 10);
          const cancelled = proactor.recv(a, 10);
          cancelled.cancel();
          await proactor.send(b, pattern(5));
          assertEquals(await soon(read), pattern(5));
          await soon(cancelled.then(() => {}, () => {}));
          a.close();
          b.close();
        },
      }),
  },
  "UDP sockets": {
    cycles: [10_000, 300],
    open: (proactor) =>
      Promise.resolve({
        cycle: async () => {
          const receiver = UdpSocket.listen({ ...LOCAL, proactor });
          const sender = await UdpSocket.connect({
            ...receiver.addr,
            proactor,
          });
          await sender.send(pattern(5));
          const target = new Uint8Array(10);
          const { byteLength } = await soon(receiver.receiveInto(target));
          assertEquals(byteLength, 5);
          receiver.close();
          sender.close();
        },
      }),
  },
  files: {
    cycles: [10_000, 200],
    async open(proactor) {
      const path = await Deno.makeTempFile();
      return {
        cycle: async () => {
          const options = { read: true, write: true, proactor };
          await using file = await openFile(path, options);
          await file.write(pattern(100), { at: 0 });
          const target = new Uint8Array(100);
          assertEquals(await file.read(target, { at: 0 }), 100);
        },
        close: () => Deno.remove(path),
      };
    },
  },
  watches: {
    cycles: [10_000, 200],
    async open(proactor) {
      const folder = await Deno.makeTempDir();
      return {
        cycle: async () => {
          const watcher = await watchDirectory(folder, { proactor });
          const next = watcher.next();
          watcher.close();
          await soon(next);
        },
        close: () => Deno.remove(folder),
      };
    },
  },
  waits: {
    cycles: [10_000, 300],
    open: (proactor) =>
      Promise.resolve({
        cycle: async () => {
          const events = [createEvent(), createEvent()];
          const waits = events.map((event) => proactor.waitForHandle(event));
          setEvent(events[0]!);
          waits[1]!.cancel();
          await soon(Promise.allSettled(waits));
          closeHandles(...events);
        },
      }),
  },
  children: {
    cycles: [10_000, 15],
    known: 12_000,
    open: (proactor) =>
      Promise.resolve({
        cycle: async () => {
          await using child = await subprocessExec("cmd.exe", {
            args: ["/d", "/c", "exit 3"],
            stdin: "null",
            stdout: "piped",
            stderr: "null",
            detached: true,
            proactor,
          });
          assertEquals((await soon(child.output())).code, 3);
        },
      }),
  },
  names: {
    cycles: [10_000, 300],
    known: 2_000,
    open: () =>
      Promise.resolve({
        cycle: async () => {
          assert((await soon(getaddrinfo("127.0.0.1", 80))).length > 0);
        },
      }),
  },
  "event loops": {
    cycles: [10_000, 100],
    open: () =>
      Promise.resolve({
        cycle: async () => {
          await using loop = new ProactorEventLoop();
          const done = Promise.withResolvers<void>();
          loop.callLater(1, () => done.resolve());
          loop.callLater(1000, () => {}).cancel();
          await soon(loop.runUntilComplete(done.promise));
        },
      }),
  },
  proactors: {
    cycles: [10_000, 100],
    open: () =>
      Promise.resolve({
        cycle: async () => {
          const proactor = new IocpProactor();
          const [a, b] = pipe({ duplex: true, proactor });
          const read = proactor.recv(a, 10);
          await proactor.send(b, pattern(5));
          await soon(read);
          a.close();
          b.close();
          assertEquals(await proactor.close(), 0);
        },
      }),
  },
};

for (const [name, kind] of Object.entries(KINDS)) {
  const cycles = scaled(...kind.cycles);
  const seconds = 60;
  faultTest(
    `${cycles} cycles of ${name} keep handles, slots, buffers, heap and memory flat`,
    seconds,
    async (proactor) => {
      const { cycle, close } = await kind.open(proactor);
      await cycle();
      const idle = proactor.metrics();
      const all: Held[] = [];
      for (let batch = 0; batch < BATCHES; batch++) {
        for (let i = 0; i < cycles / BATCHES; i++) await cycle();
        await until(() => proactor.metrics().pending <= idle.pending);
        await turn();
        all.push(held());
      }
      await close?.();
      await assertFlat(all, cycles / BATCHES, kind.known ?? RSS);
    },
  );
}

/** Demands that what is held does not grow with each batch. */
function assertFlat(all: readonly Held[], batch: number, rss: number): void {
  const growth = (of: keyof Held) => {
    const steps = all.slice(1).map((each, i) => each[of] - all[i]![of]);
    // Only what comes again with each batch is a leak
    return [Math.min(...steps), (all.at(-1)![of] - all[0]![of]) / steps.length];
  };
  const [handles, meanHandles] = growth("handles");
  const [heap, meanHeap] = growth("heap");
  const [memory, meanMemory] = growth("rss");
  const each = (bytes: number) => Math.round(bytes / batch);
  figure(
    `a cycle: ${(meanHandles! / batch).toFixed(3)} handles, ` +
      `${each(meanHeap!)} B of heap, ${each(meanMemory!)} B of RSS`,
  );
  assertLess(handles!, batch, "handles grow");
  if (collect === undefined || batch < ENOUGH) return; // too few to tell
  assertLess(each(heap!), HEAP, "the heap grows");
  assertLess(each(memory!), rss, "RSS grows");
}
