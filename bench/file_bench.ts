/**
 * 1 MiB of a file in blocks of 64 KiB, so that iterations a second are MiB a
 * second, next to Deno's own files and those of `node:fs`.
 *
 * @module
 */

import { open } from "node:fs/promises";
import {
  notWindows as ignore,
  type Permission,
  requireGrants,
} from "./_permissions.ts";
import { openTemporary, type Temporary } from "./_temporary.ts";

const SIZE = 2 ** 20;
const BLOCK = 65_536;
const FILES: readonly Permission[] = ["read", "write"];

/** Moves a block between a file and memory. */
type Move = (block: Uint8Array, at: number) => Promise<unknown>;

/** A way to move all blocks of a file. */
interface Way {
  name: string;
  ignore: boolean;
  open(temporary: Temporary): Promise<Record<"read" | "write", Move>>;
  /** Moves the blocks in order; without it, all at once. */
  inOrder: boolean;
}

const OURS: Way = {
  name: "OverlappedFile",
  ignore,
  open: ({ file }) =>
    Promise.resolve({
      read: (block, at) => file.read(block, { at }),
      write: (block, at) => file.write(block, { at }),
    }),
  inOrder: true,
};

const NODE: Way = {
  ...requireGrants("node:fs of Deno", FILES),
  async open({ path }) {
    const file = await open(path, "r+");
    return {
      read: (block, at) => file.read(block, 0, block.length, at),
      write: (block, at) => file.write(block, 0, block.length, at),
    };
  },
  inOrder: true,
};

/** It has one position, so its blocks are moved in order. */
const DENO: Way = {
  ...requireGrants("Deno.FsFile", FILES),
  async open({ path }) {
    const file = await Deno.open(path, { read: true, write: true });
    const from = (at: number) =>
      at === 0 ? file.seek(0, Deno.SeekMode.Start) : undefined;
    return {
      async read(block, at) {
        await from(at);
        await file.read(block);
      },
      async write(block, at) {
        await from(at);
        await file.write(block);
      },
    };
  },
  inOrder: true,
};

const WAYS: readonly Way[] = [
  OURS,
  { ...OURS, name: `${OURS.name}, 16 in flight`, inOrder: false },
  DENO,
  NODE,
  { ...NODE, name: `${NODE.name}, 16 in flight`, inOrder: false },
];

/** It is open, and there, until the process ends. */
let temporary: Promise<Temporary> | undefined;

for (const direction of ["read", "write"] as const) {
  for (const way of WAYS) benchFile(way, direction);
}

function benchFile(way: Way, direction: "read" | "write"): void {
  const blocks = Array.from(
    { length: SIZE / BLOCK },
    () => new Uint8Array(BLOCK),
  );
  let move: Move | undefined;
  Deno.bench({
    name: way.name,
    group: `file: ${direction} 1 MiB in blocks of 64 KiB (iter/s are MiB/s)`,
    baseline: way === OURS,
    ignore: way.ignore,
    async fn() {
      temporary ??= openTemporary(SIZE);
      move ??= (await way.open(await temporary))[direction];
      await moveAll(blocks, move, way.inOrder);
    },
  });
}

async function moveAll(
  blocks: readonly Uint8Array[],
  move: Move,
  inOrder: boolean,
): Promise<void> {
  if (!inOrder) {
    await Promise.all(blocks.map((block, index) => move(block, index * BLOCK)));
    return;
  }
  for (let i = 0; i < blocks.length; i++) await move(blocks[i]!, i * BLOCK);
}
