/**
 * What an echo of 64 bytes costs on a kernel that costs nothing: what is left
 * is this library and Deno's event loop. It runs on any system, and needs no
 * grant for the FFI:
 *
 *     deno task bench:null            # prints the costs
 *     deno task bench:null --check    # fails when one is over its budget
 *     deno task bench:null --write    # makes what is measured the budget
 *     deno task bench:null --only "pipe, stream"
 *
 * A ratio is the time of an echo against a round of a loop of plain JavaScript
 * that runs between the samples, of both the fastest tenth; bytes are those of the JavaScript heap. Each
 * load has a process of its own, since what ran before decides how the engine
 * compiles.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { BUDGET, type EchoBudget, overBudget } from "./_null_budget.ts";
import type { EchoCost } from "./_echo_meter.ts";
import { type Load, loadName, LOADS, measureEcho } from "./_null_loads.ts";

const FILE = new URL("null_kernel_budget.json", import.meta.url);
const OPTIONS = { warmUp: 60_000, samples: 400 };

interface Measured {
  name: string;
  cost: EchoCost;
}

async function measureApart(load: Load): Promise<Measured> {
  const name = loadName(load);
  const args = ["run", "-A", "--no-lock", import.meta.filename!];
  const command = new Deno.Command(Deno.execPath(), {
    args: [...args, "--apart", name],
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`Cannot measure ${name}: it has failed`);
  return { name, cost: JSON.parse(new TextDecoder().decode(stdout)) };
}

async function printCost(name: string): Promise<void> {
  const load = LOADS.find((each) => loadName(each) === name)!;
  console.log(JSON.stringify(await measureEcho(load, OPTIONS)));
}

function print({ name, cost }: Measured): void {
  const { ratio, nanoseconds, bytes } = cost;
  const columns = [ratio.toFixed(1), nanoseconds.toFixed(0), bytes.toFixed(0)];
  const cells = columns.map((text) => text.padStart(8));
  console.log(name.padEnd(36) + cells.join(""));
}

function write(all: readonly Measured[]): void {
  const budget: Record<string, EchoBudget> = { ...BUDGET };
  for (const { name, cost: { ratio, bytes } } of all) {
    budget[name] = { ratio: Number(ratio.toFixed(1)), bytes: Math.ceil(bytes) };
  }
  Deno.writeTextFileSync(FILE, `${JSON.stringify(budget, null, 2)}\n`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      apart: { type: "string" },
      check: { type: "boolean" },
      only: { type: "string", default: "" },
      write: { type: "boolean" },
    },
  });
  if (values.apart !== undefined) return await printCost(values.apart), 0;
  console.log(`${" ".repeat(36)}   ratio      ns   bytes`);
  const all: Measured[] = [];
  for (const load of LOADS) {
    if (!loadName(load).includes(values.only)) continue;
    all.push(await measureApart(load));
    print(all.at(-1)!);
  }
  if (values.write) write(all);
  return values.check ? check(all) : 0;
}

/** A load that is over its budget has another chance: machines hiccup. */
async function check(all: readonly Measured[]): Promise<number> {
  const over: string[] = [];
  for (const { name, cost } of all) {
    if (overBudget(name, cost).length === 0) continue;
    const load = LOADS.find((each) => loadName(each) === name)!;
    over.push(...overBudget(name, (await measureApart(load)).cost));
  }
  for (const line of over) console.error(line);
  return over.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
