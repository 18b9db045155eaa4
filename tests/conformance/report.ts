/**
 * The report of a replay, in Markdown.
 *
 * @module
 */

import type { SystemName, Verdict } from "./differences.ts";
import { type Answer, OPEN, type Trace } from "./trace.ts";

/** Answers of one system. */
export interface Replayed {
  /** The system. */
  system: SystemName;
  /** A line for people. */
  label: string;
  /** All answers. */
  answers: readonly Answer[];
  /** Those that differ. */
  differing: readonly Verdict[];
}

/**
 * Writes the report.
 *
 * @param facts What is known of the machine, by name.
 * @param traces The traces.
 * @param all The systems and their answers.
 * @returns Markdown.
 */
export function writeReport(
  facts: Readonly<Record<string, string>>,
  traces: readonly Trace[],
  all: readonly Replayed[],
): string {
  const rules = new Set(traces.flatMap(({ rules = [] }) => rules));
  return [
    "# Conformance report",
    "",
    ...Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`),
    `- Traces: ${traces.length}, of the rules ${[...rules].join(", ")}`,
    "",
    table(["System", "Answers", "As Windows", "Listed", "Unexplained", "Open"]),
    ...all.map(counts),
    ...all.flatMap(section),
    "",
  ].join("\n");
}

function counts({ label, answers, differing }: Replayed): string {
  const open = answers.filter(({ expected }) => expected === OPEN).length;
  const listed = differing.filter(({ tolerated }) => tolerated).length;
  const alike = answers.length - open - differing.length;
  const other = differing.length - listed;
  return row([label, answers.length, alike, listed, other, open]);
}

function section({ label, answers, differing }: Replayed): string[] {
  const open = answers.filter(({ expected }) => expected === OPEN);
  const heads = ["Trace", "Step", "Call", "Windows", "This system", "Reason"];
  const rows = differing.map((one) => {
    const reason = one.tolerated ? one.reason : `**${one.reason}**`;
    const { trace, step, call, expected, actual } = one;
    return row([trace, step, code(call), code(expected), code(actual), reason]);
  });
  const openRows = open.map(({ trace, step, call, actual }) =>
    row([trace, step, code(call), code(actual)])
  );
  return [
    "",
    `## ${label}`,
    "",
    ...(rows.length > 0 ? [table(heads), ...rows] : ["No answer differs."]),
    "",
    "What no source tells:",
    "",
    table(["Trace", "Step", "Call", "This system"]),
    ...openRows,
  ];
}

function table(heads: readonly string[]): string {
  return `${row(heads)}\n${row(heads.map(() => "---"))}`;
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}
