/**
 * The scenarios of CPython's tests, docs/asyncio_tests.md.
 *
 * @module
 */
import type { Finding } from "./finding.ts";
import { type TableRow, tableRows } from "./test_references.ts";

/** The fewest scenarios that the table has. */
const FEWEST = 320;

/**
 * The rows of scenarios: name, area, difference and tests.
 *
 * @param text Markdown, whose first heading of a module comes behind the counts.
 * @returns The rows.
 */
export function scenarioRows(text: string): TableRow[] {
  const [counts = ""] = text.split(/^## test_/m);
  const before = counts.split("\n").length - 1;
  return tableRows(text).filter(({ line }) => line > before);
}

/**
 * Finds rows that name no row of the table of differences, counts that are
 * wrong, and scenarios that are named twice in a module.
 *
 * @param file What messages call the text.
 * @param text The table of scenarios.
 * @param differences The table of asyncio's names.
 * @returns What is wrong.
 */
export function checkScenarios(
  file: string,
  text: string,
  differences: string,
): Finding[] {
  const rows = scenarioRows(text);
  const known = new Set(tableRows(differences).flatMap(namesOf));
  const findings = rows.filter(({ cells }) => !isKnown(cells[2]!, known))
    .map(({ line, head, cells }) => (
      { file, line, symbol: head, message: `no row has "${cells[2]}"` }
    ));
  return [...findings, ...checkCounts(file, text, rows), ...twice(file, text)];
}

function isKnown(difference: string, known: ReadonlySet<string>): boolean {
  return difference === "" || known.has(difference);
}

/** A first cell has several names at times, and the class before some. */
function namesOf({ head }: TableRow): string[] {
  const names = head.split(", ").map((name) => name.replace(/=.*/, ""));
  return [head, ...names];
}

function checkCounts(
  file: string,
  text: string,
  rows: readonly TableRow[],
): Finding[] {
  const counts = tableRows(text).filter(({ cells }) => cells.length === 2);
  const findings = counts.filter(({ head, cells }) =>
    Number(cells[1]) !== countOf(rows, head)
  ).map(({ line, head }) => (
    { file, line, symbol: head, message: `are ${countOf(rows, head)}` }
  ));
  if (rows.length >= FEWEST) return findings;
  const message = `are ${rows.length}, fewer than ${FEWEST}`;
  return [...findings, { file, line: 1, symbol: "scenarios", message }];
}

function countOf(rows: readonly TableRow[], area: string): number {
  if (area === "all") return rows.length;
  return rows.filter(({ cells }) => cells[1] === area).length;
}

function twice(file: string, text: string): Finding[] {
  const findings: Finding[] = [];
  const seen = new Set<string>();
  text.split("\n").forEach((row, index) => {
    if (row.startsWith("## ")) seen.clear();
    const [, symbol] = /^\| `(test_\w+)` \|/.exec(row) ?? [];
    if (symbol === undefined) return;
    const line = index + 1;
    if (seen.has(symbol)) {
      findings.push({ file, line, symbol, message: "is there twice" });
    }
    seen.add(symbol);
  });
  return findings;
}
