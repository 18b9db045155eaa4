// Tables in Markdown, and rules that their rows must keep.
import type { Finding } from "./finding.ts";

/** A row of a table. */
export interface TableRow {
  /** The line, from 1. */
  line: number;
  /** The heading above it. */
  section: string;
  /** The first cell, without the marks of code. */
  head: string;
  /** All cells, as they stand there. */
  cells: string[];
  /** What the last one names, parted by `<br>`: `FILE: NAME`, or a file alone. */
  tests: string[];
}

/** Says what is wrong with a row. */
export type RowRule = (row: TableRow) => readonly string[];

/** The text of a file; `undefined` if there is none. */
export type ReadText = (file: string) => string | undefined;

/** Reads the rows of all tables of a text. */
export function tableRows(text: string): TableRow[] {
  const lines = text.split("\n");
  let section = "";
  return lines.flatMap((line, index) => {
    section = /^#+ (.*)/.exec(line)?.[1] ?? section;
    if (!line.startsWith("|") || isHeading(lines, index)) return [];
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((c) => c.trim());
    const head = cells[0]!.replaceAll("`", "");
    const tests = cells.at(-1)!.split("<br>").filter((test) => test !== "");
    return [{ line: index + 1, section, head, cells, tests }];
  });
}

function isHeading(lines: string[], index: number): boolean {
  const isRule = (line = "") => /^\|[ :|-]+\|$/.test(line);
  return isRule(lines[index]) || isRule(lines[index + 1]);
}

/** Finds the rows of a file that break a rule. */
export function checkRows(
  file: string,
  rows: readonly TableRow[],
  ...rules: readonly RowRule[]
): Finding[] {
  return rows.flatMap((row) =>
    rules.flatMap((rule) => rule(row)).map((message) => (
      { file, line: row.line, symbol: row.head, message }
    ))
  );
}

/** Findings about a text as a whole. */
export function findingsOn(
  file: string,
  symbol: string,
  messages: readonly string[],
): Finding[] {
  return messages.map((message) => ({ file, line: 1, symbol, message }));
}

/** A row names tests, and each exists. */
export function namesTests(read: ReadText): RowRule {
  return ({ tests }) => {
    if (tests.length === 0) return ["names no test"];
    return tests.filter((test) => !exists(test, read))
      .map((test) => `there is no test "${test}"`);
  };
}

function exists(test: string, read: ReadText): boolean {
  const { file, name } = splitReference(test);
  const text = read(file);
  return text !== undefined && (name === undefined || hasName(text, name));
}

/** Parts a reference to a test. */
export function splitReference(test: string): { file: string; name?: string } {
  const [, file = test, name] = /^([\w./]+): (.+)$/.exec(test) ?? [];
  return name === undefined ? { file } : { file, name };
}

/**
 * Whether a text has a string that is the name of a test; `...` in the name
 * stands for what a template inserts.
 */
export function hasName(text: string, name: string): boolean {
  const joined = text.replaceAll(/"\s*\+\s*"/g, "");
  const parts = name.replaceAll("\\|", "|").split("...").map((part) =>
    RegExp.escape(part).replaceAll("\\x22", '\\\\?"').replaceAll('"', '\\\\?"')
  );
  const pattern = parts.join("\\$\\{[^`]*\\}");
  const suffix = "(?: \\$\\{[^`]*\\})?"; // of tests in several modes
  return new RegExp(`["\`]${pattern}${suffix}["\`]`).test(joined);
}
