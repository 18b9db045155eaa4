/**
 * What an echo may cost without a kernel.
 *
 * @module
 */

import budget from "./null_kernel_budget.json" with { type: "json" };
import type { EchoCost } from "./_echo_meter.ts";

/** What an echo may cost. */
export type EchoBudget = Pick<EchoCost, "ratio" | "bytes">;

/** The costs when the budget was written, by the names of the loads. */
export const BUDGET: Readonly<Record<string, EchoBudget>> = budget;

/** A cost may be so many times that of the budget: machines differ. */
const MAX_RATIO = 1.5;

/** Bytes hardly differ; some are always there. */
const MAX_BYTES = 1.1;
const SPARE_BYTES = 16;

/**
 * Compares a cost with its budget.
 *
 * @param name The load.
 * @param cost What was measured.
 * @param limits The budgets.
 * @returns What is too much: a line for each.
 */
export function overBudget(
  name: string,
  cost: EchoBudget,
  limits: Readonly<Record<string, EchoBudget>> = BUDGET,
): string[] {
  const limit = limits[name];
  if (limit === undefined) return [`${name}: has no budget`];
  const ratio = limit.ratio * MAX_RATIO;
  const bytes = limit.bytes * MAX_BYTES + SPARE_BYTES;
  return [
    ...cost.ratio > ratio
      ? [`${name}: ratio ${cost.ratio.toFixed(1)} > ${ratio.toFixed(1)}`]
      : [],
    ...cost.bytes > bytes
      ? [`${name}: bytes ${cost.bytes.toFixed(0)} > ${bytes.toFixed(0)}`]
      : [],
  ];
}
