/**
 * Replays all traces against the simulated kernel and the real API, and prints
 * the report: run by `deno task conformance`.
 *
 * @module
 */

import { isWine } from "../windows/_wine.ts";
import { differing, type SystemName } from "./differences.ts";
import { machineFacts } from "./machine_facts.ts";
import { realSystem } from "./real_system.ts";
import { type Replayed, writeReport } from "./report.ts";
import { simulatedSystem } from "./simulated_system.ts";
import type { System } from "./system.ts";
import { type Answer, replay } from "./trace.ts";
import { TRACES } from "./traces/all.ts";

async function replayAll(
  system: SystemName,
  label: string,
  make: () => System,
): Promise<Replayed> {
  const answers: Answer[] = [];
  for (const trace of TRACES) answers.push(...await replay(make(), trace));
  return { system, label, answers, differing: differing(system, answers) };
}

async function main(): Promise<number> {
  const facts = machineFacts();
  const real = isWine ? "wine" : "windows";
  const all = [
    await replayAll(real, facts["System"]!, () => realSystem),
    await replayAll("simulation", "Simulated kernel", simulatedSystem),
  ];
  console.log(writeReport(facts, TRACES, all));
  const bad = all.some(({ differing }) =>
    differing.some(({ tolerated }) => !tolerated)
  );
  return bad ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main());
