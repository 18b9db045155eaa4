import { stripVTControlCharacters } from "node:util";

/** What the summary line of `deno test` says. */
export interface Summary extends Counts {
  /** Whether it begins with `ok`. */
  ok: boolean;
}

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

const STEPS = String.raw`(?: \(\d+ steps?\))?`;
const SUMMARY = new RegExp(
  String.raw`^(ok|FAILED) \| (\d+) passed${STEPS} \| (\d+) failed${STEPS}` +
    String.raw`((?: \| \d+ [a-z ]+${STEPS})*) \(.+\)$`,
);

/** Reads the summary line of `deno test`. */
export function parseSummary(line: string): Summary | undefined {
  const match = SUMMARY.exec(stripVTControlCharacters(line).trim());
  if (match === null) return undefined;
  const [, verdict, passed, failed, rest = ""] = match;
  const skipped = /\| (\d+) ignored/.exec(rest)?.[1] ?? "0";
  return {
    ok: verdict === "ok",
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(skipped),
  };
}

/** Finds the last summary in output that comes in pieces, and the errors. */
export class SummaryReader {
  #line = "";
  #summary: Summary | undefined;
  #errors: string[] = [];
  #inErrors = false;

  /** Takes the next piece of output. */
  push(text: string): void {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    for (const line of lines) {
      this.#summary = parseSummary(line) ?? this.#summary;
      this.#takeErrors(line);
    }
  }

  #takeErrors(line: string): void {
    const text = stripVTControlCharacters(line).trim();
    if (text === "FAILURES") this.#inErrors = false;
    if (this.#inErrors) this.#errors.push(line);
    if (text === "ERRORS") this.#inErrors = true;
  }

  /** What failed and why; empty if nothing did. */
  errors(): string {
    return this.#errors.join("\n").trim();
  }

  /** The last summary so far. */
  summary(): Summary | undefined {
    return parseSummary(this.#line) ?? this.#summary;
  }
}

/**
 * Judges a finished stage. A stage that ended badly without a failed test, or
 * without a summary, counts as one failure. The summary counts for more than
 * the exit code: under Wine a bad one becomes 0 now and then.
 */
export function judgeStage(exitCode: number, summary?: Summary): Outcome {
  if (summary === undefined) {
    const problem = `no summary was printed: exit code ${exitCode}`;
    return { counts: { passed: 0, failed: 1, skipped: 0 }, problem };
  }
  const { ok, ...counts } = summary;
  if (counts.failed > 0 || (ok && exitCode === 0)) return { counts };
  const verdict = ok ? "ok" : "FAILED";
  const problem =
    `no test failed, but it ended with ${verdict} and exit code ${exitCode}`;
  return { counts: { ...counts, failed: 1 }, problem };
}

/**
 * Whether Deno ended before it ran anything, as it does under Wine now and
 * then: the stage can be repeated.
 */
export function couldNotStart(errors: string, summary?: Summary): boolean {
  return summary === undefined &&
    stripVTControlCharacters(errors).includes("Deno could not start");
}

/** Adds up counts. */
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
 * The line that closes a test run: `N passed, N failed`, with `, N skipped` if
 * tests were ignored.
 */
export function closingLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

/** The exit code that closes a test run. */
export function testExitCode(counts: Counts): number {
  return counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}
