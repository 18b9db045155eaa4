/**
 * What the demo sends: a file of the disk, and one that is generated while it
 * is sent, so that it needs no memory.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";

/** Bytes that are sent at a time. */
export const CHUNK_SIZE = 65_536;

/** A file that both ends of the demo know. */
export interface DemoFile {
  /** What the demo calls it. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the whole, in hexadecimal digits. */
  readonly digest: string;
  /**
   * The contents from the beginning.
   *
   * @returns Chunks of at most {@linkcode CHUNK_SIZE} bytes. Each may be
   * overwritten by the next.
   */
  chunks(): Iterable<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a file of the disk.
 *
 * @param url Where it is.
 * @returns The file, kept in memory.
 * @throws {Deno.errors.NotFound} when there is no such file.
 */
export async function readDemoFile(url: URL): Promise<DemoFile> {
  const data = await readOrExplain(url);
  return {
    name: url.pathname.split("/").at(-1)!,
    size: data.length,
    digest: sha256([data]),
    *chunks() {
      for (let start = 0; start < data.length; start += CHUNK_SIZE) {
        yield data.subarray(start, start + CHUNK_SIZE);
      }
    },
  };
}

/**
 * Makes a file of pseudo-random bytes, always the same ones.
 *
 * @param size Bytes; a multiple of {@linkcode CHUNK_SIZE}.
 * @returns The file, which is generated anew each time it is sent.
 */
export function generateDemoFile(size: number): DemoFile {
  const chunks = () => randomChunks(size / CHUNK_SIZE);
  const name = `${size / 2 ** 20} MiB`;
  return { name, size, digest: sha256(chunks()), chunks };
}

/**
 * Starts a hash.
 *
 * @returns A SHA-256 that is fed with `update`.
 */
export function startDigest(): Hash {
  return createHash("sha256");
}

function sha256(chunks: Iterable<Uint8Array>): string {
  const hash = startDigest();
  for (const chunk of chunks) hash.update(chunk);
  return hash.digest("hex");
}

/** Marsaglia's xorshift with 32 bits of state. */
function* randomChunks(count: number): Generator<Uint8Array<ArrayBuffer>> {
  const words = new Uint32Array(CHUNK_SIZE / 4);
  const bytes = new Uint8Array(words.buffer);
  let state = 0x9e3779b9;
  for (let chunk = 0; chunk < count; chunk++) {
    for (let i = 0; i < words.length; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[i] = state;
    }
    yield bytes;
  }
}

async function readOrExplain(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(url);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Deno.errors.NotFound(
      `Cannot send "${url.href}": the file does not exist`,
    );
  }
}
