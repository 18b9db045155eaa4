// Checks the tables that name tests: docs/claims.md, docs/asyncio_tests.md,
// SECURITY.md, tests/WINE.md and tests/sim/RULES.md; that which names members,
// docs/asyncio.md; and that of libraries, docs/node_libraries.md.
// Checks that the mutants fit the sources, too.
//
// deno run -A tools/check_tables.ts
import { readText, typescriptFiles } from "./files.ts";
import { exitWith } from "./finding.ts";
import { checkMutants } from "./mutants/check.ts";
import { MUTANTS } from "./mutants/list.ts";
import {
  hasDifference,
  hasSource,
  isCounted,
  isOnce,
  judgeNumber,
  judgeOddities,
  judgeOptions,
  namesMembers,
  partScenarios,
} from "./table_rules.ts";
import { judgeLibraryTable } from "./library_table.ts";
import {
  checkRows,
  findingsOn,
  namesTests,
  type TableRow,
  tableRows,
} from "./tables.ts";

const ASYNCIO = "docs/asyncio.md";
const SCENARIOS = "docs/asyncio_tests.md";
const LIBRARIES = "docs/node_libraries.md";
const CLAIMS = "docs/claims.md";
const SECURITY = "SECURITY.md";
const WINE = "tests/WINE.md";
const RULES = "tests/sim/RULES.md";
const OPTIONS = "tests/sim/options.ts";

const TESTS = ["tests/windows", "tests/interop", "tests/rules"];
const ODDITIES = "tests/windows/_wine.ts";

function rowsOf(file: string): TableRow[] {
  return tableRows(Deno.readTextFileSync(file));
}

/** The texts of the tests that may ask for oddities. */
function testTexts(): Map<string, string> {
  const files = TESTS.flatMap(typescriptFiles).filter((f) => f !== ODDITIES);
  return new Map(files.map((file) => [file, Deno.readTextFileSync(file)]));
}

if (import.meta.main) {
  const tested = namesTests(readText);
  const members = rowsOf(ASYNCIO);
  const { counts, scenarios } = partScenarios(rowsOf(SCENARIOS));
  const wine = rowsOf(WINE);
  const optionless = judgeOptions(readText(RULES)!, readText(OPTIONS)!);
  exitWith([
    ...checkRows(
      ASYNCIO,
      members.filter(({ section }) => section !== "Everywhere"),
      namesMembers,
    ),
    ...checkRows(
      SCENARIOS,
      scenarios,
      hasDifference(members),
      isOnce(scenarios),
      tested,
    ),
    ...checkRows(SCENARIOS, counts, isCounted(scenarios)),
    ...findingsOn(SCENARIOS, "scenarios", judgeNumber(scenarios)),
    ...findingsOn(LIBRARIES, "table", judgeLibraryTable(readText(LIBRARIES)!)),
    ...checkRows(CLAIMS, rowsOf(CLAIMS), tested),
    ...checkRows(
      SECURITY,
      rowsOf(SECURITY).filter(({ section }) => section === "What is promised"),
      tested,
    ),
    ...checkRows(WINE, wine, tested),
    ...findingsOn(WINE, "table", judgeOddities(wine, testTexts())),
    ...checkRows(RULES, rowsOf(RULES), hasSource, tested),
    ...findingsOn(RULES, "options", optionless),
    ...checkMutants(MUTANTS, readText),
  ]);
}
