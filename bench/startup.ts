/**
 * Prints what it takes to start: for each door the modules that it loads and
 * the milliseconds of its import, and those until the first byte has gone
 * through a pipe and back, next to `node:net`.
 *
 *     deno task bench:startup            # on Windows, or Wine
 *     deno run -A bench/startup.ts       # imports only, on any system
 *
 * Each figure is the median of several processes, which take turns. A cold one
 * finds nothing in Deno's cache: it strips types and compiles anew.
 *
 * @module
 */

import config from "../deno.json" with { type: "json" };
import { countModules } from "./_module_graph.ts";
import { median } from "./_statistics.ts";
import { notWindows } from "./_styles.ts";

const ROUNDS = Number(Deno.args[0] ?? 7);
const NODE = "node:net";
const PIPES = new URL("../src/pipe/mod.ts", import.meta.url).href;
const PROGRAM = new URL("_startup_program.ts", import.meta.url).href;
const FLAGS = ["--no-check", "--no-lock", "--no-config", "-A"];

/** What is measured, and the milliseconds so far. */
interface Cell {
  words: string[];
  cold: number[];
  warm: number[];
}

/** The doors by the names of `deno.json`. */
function doors(): [name: string, url: string][] {
  return Object.entries(config.exports).map(([name, path]) => {
    return [name, new URL(`../${path}`, import.meta.url).href];
  });
}

/** Runs the program once, with a cache of Deno's. */
async function run(words: string[], cache: string): Promise<number> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...FLAGS, PROGRAM, ...words],
    env: { DENO_DIR: cache, NO_COLOR: "1" },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure "${words.join(" ")}"`);
  return Number(new TextDecoder().decode(stdout));
}

async function measureAll(cells: readonly Cell[]): Promise<void> {
  const cache = Deno.makeTempDirSync();
  for (const { words } of cells) await run(words, cache);
  for (let round = 0; round < ROUNDS; round++) {
    for (const { words, cold, warm } of cells) {
      warm.push(await run(words, cache));
      const empty = Deno.makeTempDirSync();
      cold.push(await run(words, empty));
      Deno.removeSync(empty, { recursive: true });
    }
  }
  Deno.removeSync(cache, { recursive: true });
}

function cell(...words: string[]): Cell {
  return { words, cold: [], warm: [] };
}

function row({ cold, warm }: Cell, peer: Cell): Record<string, number> {
  const [of, to] = [warm, peer.warm].map(median) as [number, number];
  return {
    "cold ms": Math.round(median(cold)),
    "warm ms": Math.round(of),
    [`warm, ${NODE} = 1`]: Math.round(100 * of / to) / 100,
  };
}

async function main(): Promise<void> {
  const peer = cell("import", NODE);
  const imports = doors().map(([name, url]) => {
    return { name, url, cell: cell("import", url) };
  });
  const bytes = notWindows ? [] : [cell("byte", PIPES), cell("byte", NODE)];
  await measureAll([peer, ...imports.map(({ cell }) => cell), ...bytes]);
  const table: Record<string, Record<string, number>> = {};
  for (const { name, url, cell } of imports) {
    const modules = await countModules(url);
    table[`import ${name}`] = { modules, ...row(cell, peer) };
  }
  table[`import ${NODE}`] = row(peer, peer);
  for (const it of bytes) {
    const name = it.words[1] === NODE ? NODE : "./pipe";
    table[`first byte, ${name}`] = row(it, bytes[1]!);
  }
  console.table(table);
}

await main();
