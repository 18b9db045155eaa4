/**
 * Whether the mutants are those of the sources of today.
 *
 * @module
 */

import type { Finding } from "../finding.ts";
import type { ReadText } from "../tables.ts";
import { type Mutant, mutate } from "./mutant.ts";

/**
 * Checks that each mutant can still be made, and that its tests exist.
 *
 * @param mutants The mutants.
 * @param read Reads a file of the repository.
 * @returns A finding for each fault.
 */
export function checkMutants(
  mutants: readonly Mutant[],
  read: ReadText,
): Finding[] {
  return mutants.flatMap((mutant) => {
    const at = { file: `src/${mutant.file}`, line: 1, symbol: mutant.name };
    return faultsOf(mutant, read).map((message) => ({ ...at, message }));
  });
}

function faultsOf(mutant: Mutant, read: ReadText): string[] {
  const { file, tests, windows = [] } = mutant;
  const unit = tests.map((test) => `tests/unit/${test}_test.ts`);
  const faults = [...unit, ...windows]
    .filter((test) => read(test) === undefined)
    .map((test) => `there is no test "${test}"`);
  try {
    mutate(mutant, read(`src/${file}`) ?? "");
  } catch (error) {
    faults.push((error as Error).message);
  }
  return faults;
}
