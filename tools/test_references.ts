import type { Finding } from "./finding.ts";

/** A row of a table: its first cell, and the tests that its last one names. */
export interface TableRow {
  /** The line, from 1. */
  line: number;
  /** The first cell, without the marks of code. */
  head: string;
  /** All cells, as they stand there. */
  cells: string[];
  /** The tests: `FILE: NAME`, or a file alone. */
  tests: string[];
}

/** The text of a file; `undefined` if there is none. */
export type ReadText = (file: string) => string | undefined;

/**
 * Reads the rows of the tables of a text. The tests of a row are in its last
 * cell, parted by `<br>`.
 */
export function tableRows(text: string): TableRow[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    if (!line.startsWith("|") || isHeading(lines, index)) return [];
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((c) => c.trim());
    const head = cells[0]!.replaceAll("`", "");
    const tests = cells.at(-1)!.split("<br>").filter((test) => test !== "");
    return [{ line: index + 1, head, cells, tests }];
  });
}

function isHeading(lines: string[], index: number): boolean {
  const isRule = (line = "") => /^\|[ :|-]+\|$/.test(line);
  return isRule(lines[index]) || isRule(lines[index + 1]);
}

/**
 * Checks that the tests of a table exist.
 *
 * @param file The file of the table.
 * @param rows Its rows.
 * @param read Reads the files of tests.
 * @returns A finding for each test that does not, and each row without tests.
 */
export function checkTests(
  file: string,
  rows: readonly TableRow[],
  read: ReadText,
): Finding[] {
  return rows.flatMap(({ line, head, tests }) => {
    const missing = tests.filter((test) => !exists(test, read))
      .map((test) => `there is no test "${test}"`);
    const none = tests.length === 0 ? ["names no test"] : [];
    return [...missing, ...none].map((message) => (
      { file, line, symbol: head, message }
    ));
  });
}

function exists(test: string, read: ReadText): boolean {
  const { file, name } = splitReference(test);
  const text = read(file);
  return text !== undefined && (name === undefined || hasName(text, name));
}

/** Parts a reference to a test. */
function splitReference(test: string): { file: string; name?: string } {
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

/**
 * Checks that the table of Wine's oddities has every one that a test asks for,
 * and every test whose name speaks of Wine.
 */
export function checkOddities(
  file: string,
  rows: readonly TableRow[],
  tests: ReadonlyMap<string, string>,
): Finding[] {
  return [...tests].flatMap(([path, text]) => {
    const used = [...text.matchAll(/\bonWine\("([\w-]+)"\)/g)]
      .filter(([, oddity]) => !isListed(rows, path, oddity))
      .map(([, oddity]) => `"${oddity}" in ${path} is not in the table`);
    const named = [...text.matchAll(/^.*["`(].*\bWine\b.*["`].*$/gm)]
      .filter(([line]) => !isComment(line) && !isListed(rows, path))
      .map(([line]) => `${path} speaks of Wine: ${line.trim()}`);
    return [...used, ...named].map((message) => (
      { file, line: 1, symbol: "table", message }
    ));
  });
}

function isComment(line: string): boolean {
  return /^\s*(?:\/\/|\*|\/\*)/.test(line);
}

function isListed(
  rows: readonly TableRow[],
  path: string,
  oddity?: string,
): boolean {
  return rows.some(({ head, tests }) =>
    (oddity === undefined || head === oddity) &&
    tests.some((test) => splitReference(test).file === path)
  );
}
