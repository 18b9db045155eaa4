/** The check of docs/asyncio_tests.md, the scenarios of CPython's tests. */

import { assertEquals } from "@std/assert";
import { checkScenarios, scenarioRows } from "../../tools/scenario_table.ts";

const DIFFERENCES = [
  "| asyncio | Here | Difference | Reason |",
  "| --- | --- | --- | --- |",
  "| `run`, `Runner.run` | `run` | a promise | |",
  "| `ssl_timeout=` (60 s) | option | | |",
].join("\n");

function page(counts: string[], rows: string[]): string {
  return [
    "| Area | Scenarios |",
    "| --- | --- |",
    ...counts,
    "",
    "## test_x",
    "",
    "| Scenario | Area | Difference | Tests |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function findings(counts: string[], rows: string[]): string[] {
  return checkScenarios("x", page(counts, rows), DIFFERENCES)
    .filter(({ symbol }) => symbol !== "scenarios")
    .map(({ symbol, message }) => `${symbol}: ${message}`);
}

Deno.test("scenarioRows() leaves the counts out", () => {
  const rows = scenarioRows(
    page(["| all | 1 |"], ["| `test_a` | TLS | | f.ts: t |"]),
  );
  assertEquals(rows.map(({ head, tests }) => [head, tests]), [
    ["test_a", ["f.ts: t"]],
  ]);
});

Deno.test("checkScenarios() takes counts and differences that are right", () => {
  const rows = [
    "| `test_a` | TLS | ssl_timeout | f.ts: t |",
    "| `test_b` | running | Runner.run | f.ts: t |",
    "| `test_c` | running | | f.ts: t |",
  ];
  const counts = ["| TLS | 1 |", "| running | 2 |", "| all | 3 |"];
  assertEquals(findings(counts, rows), []);
});

Deno.test("checkScenarios() finds wrong counts, unknown rows and what is there twice", () => {
  const rows = [
    "| `test_a` | TLS | nothing | f.ts: t |",
    "| `test_a` | TLS | | f.ts: t |",
  ];
  assertEquals(findings(["| TLS | 3 |"], rows), [
    'test_a: no row has "nothing"',
    "TLS: are 2",
    "test_a: is there twice",
  ]);
});

Deno.test("checkScenarios() wants 320 scenarios at least", () => {
  const found = checkScenarios("x", page([], []), DIFFERENCES);
  assertEquals(found.map(({ message }) => message), ["are 0, fewer than 320"]);
});
