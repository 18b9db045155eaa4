/**
 * The table of `docs/node_libraries.md`: what `tests/libraries` tests, by the
 * sources of the tests, and how that has ended.
 *
 * @module
 */
import { typescriptFiles } from "./files.ts";

const FOLDER = "tests/libraries";
const START = "<!-- written by deno task interop -->";
const END = "<!-- end of what is written -->";

/** One test of a library. */
export interface LibraryRow {
  /** Its name in npm. */
  library: string;
  /** The version that is tested. */
  version: string;
  /** Which end it is at. */
  direction: string;
  /** What is tested. */
  what: string;
  /** The lines that lead it over a pipe. */
  glue: string[];
}

const CALL =
  /\blibraryTest\(\s*"([^"]+)",\s*"(client|server|both)",\s*"([^"]+)",/g;

/**
 * Reads the tests of a file.
 *
 * @param texts The text of the file, and of those that it takes parts from.
 * @returns A row for each test.
 */
export function libraryRows(texts: readonly string[]): LibraryRow[] {
  const [text = "", ...parts] = texts;
  const calls = [...text.matchAll(CALL)];
  return calls.map(({ index, 1: library, 2: direction, 3: what }, i) => {
    const body = text.slice(index, calls[i + 1]?.index);
    return {
      library: library!,
      version: versionOf(library!, texts),
      direction: direction!,
      what: what!,
      glue: [body, ...parts].flatMap(glueLines),
    };
  });
}

function versionOf(library: string, texts: readonly string[]): string {
  const found = new RegExp(`"npm:${RegExp.escape(library)}@([\\d.]+)["/]`);
  return found.exec(texts.join("\n"))?.[1] ?? "";
}

function glueLines(text: string): string[] {
  return [...text.matchAll(/^(.*) \/\/ glue$/gm)]
    .map(([, line]) => line!.trim().replace(/[,;]$/, ""));
}

/** Reads all tests of libraries. */
function allRows(): LibraryRow[] {
  const files = typescriptFiles(FOLDER).filter((f) => f.endsWith("_test.ts"));
  const rows = files.flatMap((file) => {
    const text = Deno.readTextFileSync(file);
    const parts = [...text.matchAll(/"\.\/(_\w+\.ts)"/g)]
      .filter(([, part]) => part !== "_library.ts")
      .map(([, part]) => Deno.readTextFileSync(`${FOLDER}/${part}`));
    return libraryRows([text, ...parts]);
  });
  return rows.sort((a, b) => a.library < b.library ? -1 : 1);
}

/** The name of the test of a row, as `tests/libraries/_library.ts` makes it. */
function testName({ library, direction, what }: LibraryRow): string {
  return `${library}, ${direction}: ${what}`;
}

/**
 * Writes the table into the text.
 *
 * @param text The text, with the marks around the table.
 * @param rows The rows.
 * @param results How tests have ended, by their names.
 * @returns The text.
 */
export function writeTable(
  text: string,
  rows: readonly LibraryRow[],
  results: ReadonlyMap<string, string>,
): string {
  const [before = "", rest = ""] = text.split(START);
  const after = rest.slice(rest.indexOf(END));
  const lines = rows.map((row) => rowText(row, results.get(testName(row))));
  return [before + START, "", ...HEAD, ...lines, "", after].join("\n");
}

const HEAD = [
  "| Library | Version | Direction | Glue | Lines | What is tested | Result |",
  "| --- | --- | --- | --- | --- | --- | --- |",
];

function rowText(row: LibraryRow, result = ""): string {
  const { library, version, direction, what, glue } = row;
  const code = glue.map((line) => `\`${line.replaceAll("|", "\\|")}\``);
  // An end takes a line; the same line at both ends is one to learn
  const ends = direction === "both" ? 2 : 1;
  const lines = String(glue.length / ends);
  const cells = [`\`${library}\``, version, direction];
  cells.push([...new Set(code)].join("<br>"), lines, what, result);
  return `| ${cells.join(" | ")} |`;
}

/** Reads the results from the table. */
function resultsIn(text: string, rows: readonly LibraryRow[]) {
  const lines = text.split("\n").filter((line) => line.startsWith("| `"));
  return new Map(rows.flatMap((row) => {
    const same = lines.find((line) =>
      line.startsWith(rowText(row).slice(0, -3))
    );
    const result = same?.split("|").at(-2)?.trim();
    return result ? [[testName(row), result]] : [];
  }));
}

/**
 * Says what is wrong with the text: its table must be that of the sources, and
 * all tests must have passed.
 *
 * @param text The text.
 * @returns The faults.
 */
export function judgeLibraryTable(text: string): string[] {
  const rows = allRows();
  const results = resultsIn(text, rows);
  const stale = writeTable(text, rows, results) !== text;
  const failed = rows.map(testName).filter((n) => results.get(n) !== "passed");
  return [
    ...stale ? ["is not that of tests/libraries: deno task interop"] : [],
    ...failed.map((name) => `has not passed: ${name}`),
  ];
}

/**
 * Writes the table with new results; others stay as they are.
 *
 * @param text The text.
 * @param results How tests have ended, by their names.
 * @returns The text.
 */
export function updateTable(
  text: string,
  results: ReadonlyMap<string, string>,
): string {
  const rows = allRows();
  const all = new Map([...resultsIn(text, rows), ...results]);
  return writeTable(text, rows, all);
}

/**
 * Reads the report of `deno test --junit-path`.
 *
 * @param xml The report.
 * @returns How each test has ended: `passed`, `failed`, `not run`.
 */
export function junitResults(xml: string): Map<string, string> {
  const cases = xml.split("<testcase ").slice(1);
  return new Map(cases.map((text) => {
    const name = unescapeXml(/\bname="([^"]*)"/.exec(text)?.[1] ?? "");
    if (/<(?:failure|error)\b/.test(text)) return [name, "failed"];
    return [name, text.includes("<skipped") ? "not run" : "passed"];
  }));
}

const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

function unescapeXml(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (_, ...codes) => {
    const [decimal, hex, name] = codes as (string | undefined)[];
    if (name !== undefined) return ENTITIES[name] ?? "";
    const code = hex === undefined ? Number(decimal) : parseInt(hex, 16);
    return String.fromCodePoint(code);
  });
}
