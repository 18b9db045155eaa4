import type { WindowsHost } from "./host.ts";
import { FAULTS, SCALE_VARIABLE } from "./stages.ts";
import { runTests } from "./test_run.ts";

/**
 * Runs the tests of faults alone, at a scale: 1 is the full figures, and
 * without one they are bounded as in any test run.
 *
 * @param host What runs Windows programs.
 * @param words `--scale N`, files of `tests/faults`, words for `deno test`.
 * @returns The exit code: 0 if tests ran and none failed.
 */
export async function runFaults(
  host: WindowsHost,
  words: readonly string[],
): Promise<number> {
  const { scale, rest } = takeScale(words);
  if (Number.isNaN(scale) || scale < 0) {
    console.error("Usage: deno task faults [--scale N] [FILES]");
    return 2;
  }
  const files = rest.some((word) => word.startsWith(FAULTS)) ? [] : [FAULTS];
  Deno.env.set(SCALE_VARIABLE, String(scale));
  return await runTests(host, [...files, ...rest]);
}

/**
 * Takes the scale out of the words.
 *
 * @param words The words after the subcommand.
 * @returns The scale, 0 if there is none, and the other words.
 */
export function takeScale(
  words: readonly string[],
): { scale: number; rest: string[] } {
  const at = words.indexOf("--scale");
  if (at < 0) return { scale: 0, rest: [...words] };
  const rest = words.filter((_, i) => i !== at && i !== at + 1);
  return { scale: Number(words[at + 1] || NaN), rest };
}
