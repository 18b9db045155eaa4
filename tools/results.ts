/** What a run of `deno test` counted. */
export interface Counts {
  /** Tests that passed. */
  passed: number;
  /** Tests that failed. */
  failed: number;
  /** Tests that were ignored. */
  skipped: number;
}

/** What became of one stage. */
export interface Outcome {
  /** What the stage counted, a crash included as one failure. */
  counts: Counts;
  /** Why the stage counts as crashed, if it does. */
  problem?: string;
}

// deno-lint-ignore no-control-regex
const ANSI = /\u001b\[[0-9;?]*[A-Za-z]/g;
const STEPS = String.raw`(?: \(\d+ steps?\))?`;
const SUMMARY = new RegExp(
  String.raw`^(?:ok|FAILED) \| (\d+) passed${STEPS} \| (\d+) failed${STEPS}` +
    String.raw`((?: \| \d+ [a-z ]+${STEPS})*) \(.+\)$`,
);

/**
 * Removes terminal colors and cursor movements from a text.
 *
 * @param text The text as a program printed it.
 * @returns The text alone.
 */
export function stripAnsi(text: string): string {
  return text.replaceAll(ANSI, "");
}

/**
 * Reads the summary line of `deno test`.
 *
 * @param line One line of output, without its line feed.
 * @returns The counts, or `undefined` if the line is no summary.
 */
export function parseSummary(line: string): Counts | undefined {
  const match = SUMMARY.exec(stripAnsi(line).trim());
  if (match === null) return undefined;
  const [, passed, failed, rest = ""] = match;
  const skipped = /\| (\d+) ignored/.exec(rest)?.[1] ?? "0";
  return {
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(skipped),
  };
}

/** Finds the last summary line in output that comes in pieces. */
export class SummaryReader {
  #line = "";
  #counts: Counts | undefined;

  /**
   * Takes the next piece of output.
   *
   * @param text The piece; it may begin and end inside a line.
   */
  push(text: string): void {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) this.#counts = parseSummary(line) ?? this.#counts;
  }

  /**
   * The last summary so far.
   *
   * @returns The counts, or `undefined` if no summary came.
   */
  counts(): Counts | undefined {
    return parseSummary(this.#line) ?? this.#counts;
  }
}

/**
 * Judges a finished stage. A stage that ended badly without a failed test, or
 * without a summary, counts as one failure.
 *
 * @param exitCode The exit code of `deno test`.
 * @param counts The counts of its summary line, if it printed one.
 * @returns The counts to add up, and what went wrong.
 */
export function judgeStage(exitCode: number, counts?: Counts): Outcome {
  if (counts === undefined) {
    const problem = `no summary was printed: exit code ${exitCode}`;
    return { counts: { passed: 0, failed: 1, skipped: 0 }, problem };
  }
  if (exitCode === 0 || counts.failed > 0) return { counts };
  const problem = `no test failed: exit code ${exitCode}`;
  return { counts: { ...counts, failed: 1 }, problem };
}

/**
 * Adds up counts.
 *
 * @param all The counts of each stage.
 * @returns The sums.
 */
export function addCounts(all: Iterable<Counts>): Counts {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const counts of all) {
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  return sum;
}

/**
 * The line that closes a test run.
 *
 * @param counts The sums over all stages.
 * @returns `N passed, N failed`, with `, N skipped` if tests were ignored.
 */
export function closingLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

/**
 * The exit code that closes a test run.
 *
 * @param counts The sums over all stages.
 * @returns 0 if tests ran and none failed, otherwise 1.
 */
export function testExitCode(counts: Counts): number {
  return counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}
