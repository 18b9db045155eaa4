/**
 * Sends a large sparse file over TCP and through a pipe, compares hashes, and
 * prints time, throughput and memory:
 *
 *     deno run -A bench/sendfile.ts [MiB=1024]
 *
 * @module
 */

import { createHash } from "node:crypto";
import { connectPipe, PipeServer, type StreamConnection } from "../mod.ts";
import { connectTcp, TcpListener } from "../src/net/mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_WRITE,
  MEM_RELEASE,
} from "../src/ffi/constants.ts";
import { FSCTL_SET_SPARSE } from "../src/ffi/file/constants.ts";
import { allocate } from "../src/ffi/memory.ts";
import { NativeWin32 } from "../src/ffi/native_win32.ts";

const MIB = 1 << 20;

/** Some data every 64 MiB, at the end, and nothing in between. */
function makeFile(path: string, size: number): void {
  Deno.createSync(path).close();
  makeSparse(path);
  using file = Deno.openSync(path, { write: true });
  file.truncateSync(size);
  const data = crypto.getRandomValues(new Uint8Array(65_536));
  for (let at = 0; at < size; at += 64 * MIB) {
    file.seekSync(at, Deno.SeekMode.Start);
    file.writeSync(data);
  }
  file.seekSync(size - data.length, Deno.SeekMode.Start);
  file.writeSync(data);
}

function makeSparse(name: string): void {
  const api = new NativeWin32();
  const overlapped = allocate(api, 4096);
  const file = api.createFile({
    name,
    access: GENERIC_WRITE,
    shareMode: FILE_SHARE_READ | FILE_SHARE_WRITE,
    flags: FILE_FLAG_OVERLAPPED,
  });
  const code = api.fsControl(file, FSCTL_SET_SPARSE, null, overlapped);
  if (code !== 0) console.log("The file is not sparse: error", code);
  api.closeHandle(file);
  api.virtualFree(overlapped, 0, MEM_RELEASE);
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  const chunk = new Uint8Array(MIB);
  for (
    let count = await file.read(chunk);
    count !== null;
    count = await file.read(chunk)
  ) hash.update(chunk.subarray(0, count));
  return hash.digest("hex");
}

async function hashStream(connection: StreamConnection): Promise<string> {
  const hash = createHash("sha256");
  const chunk = new Uint8Array(65_536);
  for (
    let count = await connection.read(chunk);
    count !== null;
    count = await connection.read(chunk)
  ) hash.update(chunk.subarray(0, count));
  connection.close();
  return hash.digest("hex");
}

/** The most memory that was used while something ran. */
async function peakMemory<T>(run: () => Promise<T>): Promise<[T, number]> {
  let peak = 0;
  const look = () => peak = Math.max(peak, Deno.memoryUsage().rss);
  const timer = setInterval(look, 50);
  try {
    look();
    const result = await run();
    look();
    return [result, peak];
  } finally {
    clearInterval(timer);
  }
}

async function overTcp(): Promise<[StreamConnection, StreamConnection]> {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener.accept();
  return [await connectTcp(listener.addr), await accepted];
}

async function overPipe(): Promise<[StreamConnection, StreamConnection]> {
  const path = `\\\\.\\pipe\\sendfile-${crypto.randomUUID()}`;
  using server = PipeServer.listen(path, { type: "byte", instances: 1 });
  const accepted = server.accept();
  return [await connectPipe(path), await accepted];
}

async function main(mebibytes: number): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    makeFile(path, mebibytes * MIB);
    const expected = await hashFile(path);
    for (
      const [name, open] of [["TCP", overTcp], ["pipe", overPipe]] as const
    ) {
      await measure(name, { path, expected, mebibytes, open });
    }
  } finally {
    await Deno.remove(path);
  }
}

interface Measurement {
  path: string;
  expected: string;
  mebibytes: number;
  open: () => Promise<[StreamConnection, StreamConnection]>;
}

async function measure(name: string, options: Measurement): Promise<void> {
  const { path, expected, mebibytes, open } = options;
  const [sender, receiver] = await open();
  const before = Deno.memoryUsage().rss;
  const start = performance.now();
  const [hash, peak] = await peakMemory(async () => {
    const received = hashStream(receiver);
    await sender.sendFile(path);
    sender.close();
    return await received;
  });
  const seconds = (performance.now() - start) / 1000;
  if (hash !== expected) throw new Error(`${name}: the hashes differ`);
  console.log(
    `${name}: ${mebibytes} MiB in ${seconds.toFixed(2)} s, ` +
      `${(mebibytes / seconds).toFixed(0)} MiB/s, SHA-256 equal, memory ` +
      `${mib(before)} MiB before, ${mib(peak)} MiB at most`,
  );
}

function mib(bytes: number): string {
  return (bytes / MIB).toFixed(0);
}

if (import.meta.main) await main(Number(Deno.args[0] ?? 1024));
