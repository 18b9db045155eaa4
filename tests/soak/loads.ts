/**
 * The loads of a soak. Each round opens, uses, checks and closes what it is
 * for; a round that does not end in time is a violation.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import {
  connectPipe,
  type IocpProactor,
  type PipeServer,
  ProactorEventLoop,
  type StreamConnection,
} from "../../mod.ts";
import { openFile, watchDirectory } from "../../src/file/mod.ts";
import {
  connectTcp,
  getaddrinfo,
  startTls,
  type TcpListener,
  UdpSocket,
} from "../../src/net/mod.ts";
import { subprocessExec } from "../../src/process/mod.ts";
import { pattern } from "../windows/_bytes.ts";
import { CLIENT } from "../windows/net/_tls.ts";
import {
  closeHandles,
  createEvent,
  setEvent,
} from "../windows/waits/_objects.ts";

/** What connections of all kinds have in common. */
export type ByteStream = Pick<
  StreamConnection,
  "read" | "write" | "close" | "abort"
>;

/** What the loads work with. */
export interface SoakWorld {
  /** The proactor of all. */
  proactor: IocpProactor;
  /** Echo servers. */
  bytes: PipeServer;
  messages: PipeServer;
  tcp: TcpListener;
  tls: TcpListener;
  /** Answers datagrams. */
  udp: UdpSocket;
  /** A folder of the soak's own. */
  folder: string;
}

/** One kind of work. */
export interface Load {
  /** Its name in tables and plots. */
  kind: string;
  /** How many run at once. */
  workers: number;
  /** One round of it. */
  round(world: SoakWorld, number: number): Promise<unknown>;
}

/** Bytes of the rounds: small ones, and some that pend. */
function sizeOf(number: number): number {
  return number % 10 === 0 ? 200_000 : 1 + number % 3000;
}

/** Sends bytes and demands them back. */
async function exchange(end: ByteStream, number: number): Promise<void> {
  const data = pattern(sizeOf(number), number);
  const written = end.write(data);
  const target = new Uint8Array(65_536);
  for (let at = 0; at < data.length;) {
    const count = await end.read(target);
    assert(count !== null, "the echo ended early");
    for (let i = 0; i < count; i++) {
      if (target[i] !== data[at + i]) {
        throw new Error(`Byte ${at + i} is wrong`);
      }
    }
    at += count;
  }
  await written;
}

async function talk(end: ByteStream, number: number): Promise<void> {
  try {
    for (let i = 0; i < 5; i++) await exchange(end, number + i);
    // Some leave without a word, in the middle of something
    if (number % 7 === 0) return end.abort();
    if (number % 11 === 0) void end.read(new Uint8Array(1)).catch(() => {});
    end.close();
  } finally {
    end.abort();
  }
}

/** A read that is aborted loses nothing of what comes later. */
async function abortedRead(world: SoakWorld, number: number): Promise<void> {
  using end = await connectPipe(world.bytes.addr.path, world);
  for (let i = 0; i < 5; i++) {
    const controller = new AbortController();
    const read = end.read(new Uint8Array(10), { signal: controller.signal });
    setTimeout(() => controller.abort(), number % 3);
    await read.then(() => assert(false, "nothing was sent"), () => {});
    await exchange(end, number + i);
  }
}

async function datagrams({ proactor, udp }: SoakWorld, number: number) {
  const socket = await UdpSocket.connect({ ...udp.addr, proactor });
  try {
    const target = new Uint8Array(2000);
    const data = pattern(1 + number % 1400, number);
    const received = socket.receiveInto(target);
    await socket.send(data);
    const { byteLength } = await received;
    assertEquals(target.subarray(0, byteLength), data);
  } finally {
    socket.close();
  }
}

async function fileRound(world: SoakWorld, number: number): Promise<void> {
  const path = `${world.folder}\\${crypto.randomUUID()}`;
  await using file = await openFile(path, {
    read: true,
    write: true,
    createNew: true,
    deleteOnClose: true,
    proactor: world.proactor,
  });
  const data = pattern(sizeOf(number), number);
  await Promise.all(
    [0, 1, 2].map((i) => file.write(data, { at: i * data.length })),
  );
  const target = new Uint8Array(data.length);
  for (const i of [2, 0, 1]) {
    assertEquals(await file.read(target, { at: i * data.length }), data.length);
    assert(target.every((byte, k) => byte === data[k]), "the file is wrong");
  }
}

async function watchRound(world: SoakWorld): Promise<void> {
  const folder = `${world.folder}\\${crypto.randomUUID()}`;
  await Deno.mkdir(folder);
  const watcher = await watchDirectory(folder, { proactor: world.proactor });
  const next = watcher.next();
  const file = `${folder}\\file`;
  await Deno.writeTextFile(file, "text");
  const { value } = await next;
  assertEquals(value?.kind, "create");
  watcher.close();
  await Deno.remove(folder, { recursive: true });
}

async function waitRound({ proactor }: SoakWorld, number: number) {
  const events = Array.from({ length: 20 }, () => createEvent());
  const waits = events.map((event) => proactor.waitForHandle(event));
  for (const [i, event] of events.entries()) {
    if ((i + number) % 3 === 0) waits[i]!.cancel();
    else setEvent(event);
  }
  const ends = await Promise.allSettled(waits);
  for (const [i, { status }] of ends.entries()) {
    const cancelled = (i + number) % 3 === 0;
    assertEquals(status, cancelled ? "rejected" : "fulfilled");
  }
  closeHandles(...events);
}

async function childRound({ proactor }: SoakWorld, number: number) {
  await using child = await subprocessExec("cmd.exe", {
    args: ["/d", "/c", `echo ${number}& exit ${number % 200}`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
    proactor,
  });
  const { code, stdout } = await child.output();
  const text = new TextDecoder().decode(stdout).trim();
  assertEquals([code, text], [number % 200, String(number)]);
}

async function timerRound(_world: SoakWorld, number: number): Promise<void> {
  await using loop = new ProactorEventLoop();
  const order: number[] = [];
  const start = loop.time();
  const done = Promise.withResolvers<void>();
  for (const [i, delay] of [9, 3, 6].entries()) {
    loop.callAt(start + delay + number % 3, () => order.push(i));
  }
  const cancelled = loop.callAt(start + 1, () => order.push(99));
  cancelled.cancel();
  loop.callAt(start + 25, () => done.resolve());
  await loop.runUntilComplete(done.promise);
  assertEquals(order, [1, 2, 0]);
}

/** All that a soak does at once. */
export const LOADS: readonly Load[] = [
  {
    kind: "byte pipe",
    workers: 3,
    round: async (world, n) =>
      await talk(await connectPipe(world.bytes.addr.path, world), n),
  },
  {
    kind: "message pipe",
    workers: 2,
    round: async (world, n) =>
      await talk(await connectPipe(world.messages.addr.path, world), n),
  },
  {
    kind: "TCP",
    workers: 3,
    round: async ({ tcp, proactor }, n) =>
      await talk(await connectTcp({ ...tcp.addr, proactor }), n),
  },
  {
    kind: "TLS",
    workers: 1,
    round: async ({ tls, proactor }, n) => {
      const below = await connectTcp({ ...tls.addr, proactor });
      await talk(await startTls(below, CLIENT), n);
    },
  },
  { kind: "UDP", workers: 1, round: datagrams },
  { kind: "aborted reads", workers: 1, round: abortedRead },
  { kind: "files", workers: 1, round: fileRound },
  { kind: "watches", workers: 1, round: watchRound },
  { kind: "waits", workers: 1, round: waitRound },
  { kind: "children", workers: 1, round: childRound },
  { kind: "loop timers", workers: 1, round: timerRound },
  {
    kind: "names",
    workers: 1,
    round: async () => {
      const found = await getaddrinfo("localhost", 80);
      assert(found.length > 0);
    },
  },
];
