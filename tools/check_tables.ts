// Checks the tables that name tests: docs/claims.md and tests/WINE.md.
//
// deno run -A tools/check_tables.ts
import { readText, typescriptFiles } from "./files.ts";
import { exitWith } from "./finding.ts";
import {
  checkOddities,
  checkTests,
  type TableRow,
  tableRows,
} from "./test_references.ts";

const CLAIMS = "docs/claims.md";
const WINE = "tests/WINE.md";

function rowsOf(file: string): TableRow[] {
  return tableRows(Deno.readTextFileSync(file));
}

if (import.meta.main) {
  const files = ["tests/windows", "tests/interop"].flatMap(typescriptFiles)
    .filter((file) => file !== "tests/windows/_wine.ts");
  const tests = new Map(
    files.map((file) => [file, Deno.readTextFileSync(file)]),
  );
  const wine = rowsOf(WINE);
  exitWith([
    ...checkTests(CLAIMS, rowsOf(CLAIMS), readText),
    ...checkTests(WINE, wine, readText),
    ...checkOddities(WINE, wine, tests),
  ]);
}
