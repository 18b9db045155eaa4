// Checks the tables that name tests: docs/claims.md and tests/WINE.md.
//
// deno run -A tools/check_tables.ts
import { countFindings, type Finding, formatFinding } from "./finding.ts";
import {
  checkOddities,
  checkTests,
  type TableRow,
  tableRows,
} from "./test_references.ts";

const CLAIMS = "docs/claims.md";
const WINE = "tests/WINE.md";

function read(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined; // What cannot be read is not there
  }
}

function rowsOf(file: string): TableRow[] {
  return tableRows(Deno.readTextFileSync(file));
}

/** The files of tests on Windows, with their texts. */
function testFiles(folder: string): [string, string][] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return testFiles(path);
    return path.endsWith(".ts") ? [[path, Deno.readTextFileSync(path)]] : [];
  });
}

function main(): boolean {
  const [claims, wine] = [rowsOf(CLAIMS), rowsOf(WINE)];
  const tests = new Map(
    ["tests/windows", "tests/interop"].flatMap(testFiles),
  );
  tests.delete("tests/windows/_wine.ts");
  const findings: Finding[] = [
    ...checkTests(CLAIMS, claims, read),
    ...checkTests(WINE, wine, read),
    ...checkOddities(WINE, wine, tests),
  ];
  for (const finding of findings) console.log(formatFinding(finding));
  const { text, ok } = countFindings(findings);
  console.log(text);
  return ok;
}

if (import.meta.main) Deno.exit(main() ? 0 : 1);
