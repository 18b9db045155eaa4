/**
 * Copies a file of 1 GiB by 16 reads in flight, by `Deno.copyFile` and by
 * streams, and compares the hashes of all copies.
 *
 *     deno run -A bench/file_copy.ts [MiB] [rounds]
 *
 * The files are made in the temporary folder, and removed.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { copyFile, openFile } from "../src/file/mod.ts";

const MIB = 1024 * 1024;

/** A way to copy a file. */
interface Style {
  name: string;
  copy(from: string, to: string): Promise<unknown>;
}

const STYLES: readonly Style[] = [
  { name: "Deno.copyFile (CopyFileExW on a thread)", copy: Deno.copyFile },
  { name: "Deno.FsFile streams", copy: copyDenoStreams },
  ...[65_536, 262_144, 1_048_576].map((blockSize): Style => ({
    name: `copyFile, 16 blocks of ${blockSize / 1024} KiB in flight`,
    copy: (from, to) => copyFile(from, to, { inFlight: 16, blockSize }),
  })),
  {
    name: "copyFile, 1 block of 256 KiB",
    copy: (from, to) => copyFile(from, to, { inFlight: 1 }),
  },
  { name: "OverlappedFile streams", copy: copyStreams },
];

async function copyDenoStreams(from: string, to: string): Promise<void> {
  const source = await Deno.open(from);
  const target = await Deno.create(to);
  await source.readable.pipeTo(target.writable);
}

async function copyStreams(from: string, to: string): Promise<void> {
  const source = await openFile(from);
  const target = await openFile(to, {
    write: true,
    create: true,
    truncate: true,
  });
  await source.readable.pipeTo(target.writable);
}

/** Blocks that differ from each other, so that none can take another's place. */
async function makeFile(path: string, size: number): Promise<string> {
  const hash = createHash("sha256");
  const block = crypto.getRandomValues(new Uint8Array(65_536));
  const blocks = new Uint8Array(MIB);
  await using file = await openFile(path, { write: true, create: true });
  for (let at = 0; at < size; at += blocks.length) {
    for (let i = 0; i < blocks.length; i += block.length) {
      blocks.set(block, i);
      new DataView(blocks.buffer).setFloat64(i, at + i);
    }
    hash.update(blocks);
    await file.write(blocks);
  }
  return hash.digest("hex");
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** The best of some rounds, in milliseconds; each copy is hash-checked. */
async function measure(
  style: Style,
  files: { source: string; target: string; hash: string },
  rounds: number,
): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await style.copy(files.source, files.target);
    best = Math.min(best, performance.now() - start);
    if (await hashOf(files.target) !== files.hash) {
      throw new Error(`Cannot trust "${style.name}": the hashes differ`);
    }
    await Deno.remove(files.target);
  }
  return best;
}

async function main(size: number, rounds: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  const [source, target] = [`${folder}\\source.bin`, `${folder}\\target.bin`];
  try {
    const hash = await makeFile(source, size);
    console.log(`${size / MIB} MiB, SHA-256 ${hash.slice(0, 16)}...`);
    let first: number | undefined;
    for (const style of STYLES) {
      const time = await measure(style, { source, target, hash }, rounds);
      first ??= time;
      const rate = Math.round(size / MIB / (time / 1000));
      const ratio = (first / time).toFixed(2);
      console.log(`${style.name}: ${rate} MiB/s, ${ratio} x, same hash`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const [mebibytes = "1024", rounds = "3"] = Deno.args;
  await main(Number(mebibytes) * MIB, Number(rounds));
}
