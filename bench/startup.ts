/**
 * Prints what it takes to start: for each door the modules that it loads and
 * the milliseconds of its import, and those until the first byte has gone
 * through a pipe and back, next to `node:net`. The doors are those of the
 * package as `deno task package` makes it for users, and those of the sources.
 *
 *     deno task bench:startup            # on Windows, or Wine
 *     deno task package && deno run -A bench/startup.ts  # imports, any system
 *
 * Each figure is the median of several processes, which take turns. A cold one
 * finds nothing in Deno's cache: it strips types and compiles anew.
 *
 * @module
 */

import { countModules } from "./_module_graph.ts";
import { median } from "./_statistics.ts";
import { notWindows } from "./_permissions.ts";

const ROUNDS = Number(Deno.args[0] ?? 7);
const NODE = "node:net";
const SOURCES = new URL("../", import.meta.url);
const PACKAGE = new URL("../.cache/package/", import.meta.url);
const PROGRAM = new URL("_startup_program.ts", import.meta.url).href;
const FLAGS = ["--no-check", "--no-lock", "--no-config", "-A"];

/** Figures by title and column. */
type Table = Record<string, Record<string, number>>;

/** What is measured, and the milliseconds so far. */
interface Cell {
  words: string[];
  cold: number[];
  warm: number[];
}

/** A door of the package, or of the sources. */
interface Door {
  title: string;
  url: string;
}

/** The doors by the names of `deno.json`. */
function doors(folder: URL, note: string): Door[] {
  const text = Deno.readTextFileSync(new URL("deno.json", folder));
  const { exports }: { exports: Record<string, string> } = JSON.parse(text);
  return Object.entries(exports).map(([name, path]) => {
    return { title: `${name}${note}`, url: new URL(path, folder).href };
  });
}

/** The doors of both. */
function allDoors(): Door[] {
  return [...doors(PACKAGE, ""), ...doors(SOURCES, " (sources)")];
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

/** Measures doors, and `node:net` as the last one. */
async function measureDoors(task: string, doors: Door[]): Promise<Table> {
  const all = [...doors, { title: NODE, url: NODE }];
  const cells = all.map(({ url }) => cell(task, url));
  await measureAll(cells);
  const rows = all.map(async ({ title, url }, i) => {
    const modules = url === NODE ? {} : { modules: await countModules(url) };
    return [title, { ...modules, ...row(cells[i]!, cells.at(-1)!) }] as const;
  });
  return Object.fromEntries(await Promise.all(rows));
}

async function main(): Promise<void> {
  console.log("Import");
  console.table(await measureDoors("import", allDoors()));
  if (notWindows) return;
  console.log("First byte through a pipe and back");
  const pipes = allDoors().filter(({ title }) => title.startsWith("./pipe"));
  console.table(await measureDoors("byte", pipes));
}

await main();
