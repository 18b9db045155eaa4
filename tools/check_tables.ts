// Checks the tables that name tests: docs/claims.md, docs/asyncio_tests.md,
// SECURITY.md, tests/WINE.md and tests/sim/RULES.md; that which names members,
// docs/asyncio.md; and the list of mutants.
//
// deno run -A tools/check_tables.ts
import { checkMembers } from "./asyncio_table.ts";
import { readText, typescriptFiles } from "./files.ts";
import { exitWith } from "./finding.ts";
import { checkMutants } from "./mutants/check.ts";
import { MUTANTS } from "./mutants/list.ts";
import { checkOptions, checkRules } from "./rule_table.ts";
import { checkScenarios, scenarioRows } from "./scenario_table.ts";
import {
  checkOddities,
  checkTests,
  type TableRow,
  tableRows,
} from "./test_references.ts";

const ASYNCIO = "docs/asyncio.md";
const SCENARIOS = "docs/asyncio_tests.md";
const CLAIMS = "docs/claims.md";
const SECURITY = "SECURITY.md";
const WINE = "tests/WINE.md";
const RULES = "tests/sim/RULES.md";
const OPTIONS = "tests/sim/options.ts";

function rowsOf(file: string): TableRow[] {
  return tableRows(Deno.readTextFileSync(file));
}

/** The other table of the page says who is trusted, and names no tests. */
function promises(): TableRow[] {
  const text = Deno.readTextFileSync(SECURITY);
  const before = text.split("## What is promised")[0]!.split("\n").length - 1;
  return rowsOf(SECURITY).filter(({ line }) => line > before);
}

if (import.meta.main) {
  const files = ["tests/windows", "tests/interop", "tests/rules"].flatMap(
    typescriptFiles,
  )
    .filter((file) => file !== "tests/windows/_wine.ts");
  const tests = new Map(
    files.map((file) => [file, Deno.readTextFileSync(file)]),
  );
  const wine = rowsOf(WINE);
  const rules = rowsOf(RULES);
  exitWith([
    ...checkMembers(ASYNCIO, readText(ASYNCIO)!),
    ...checkScenarios(SCENARIOS, readText(SCENARIOS)!, readText(ASYNCIO)!),
    ...checkTests(SCENARIOS, scenarioRows(readText(SCENARIOS)!), readText),
    ...checkTests(CLAIMS, rowsOf(CLAIMS), readText),
    ...checkTests(SECURITY, promises(), readText),
    ...checkTests(WINE, wine, readText),
    ...checkOddities(WINE, wine, tests),
    ...checkTests(RULES, rules, readText),
    ...checkRules(RULES, rules),
    ...checkMutants(MUTANTS, readText),
    ...checkOptions(RULES, readText(RULES)!, readText(OPTIONS)!),
  ]);
}
