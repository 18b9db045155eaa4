/** The check of docs/asyncio_tests.md, the scenarios of CPython's tests. */

import { assertEquals } from "@std/assert";
import {
  hasDifference,
  isCounted,
  isOnce,
  judgeNumber,
  partScenarios,
} from "../../tools/table_rules.ts";
import { checkRows, tableRows } from "../../tools/tables.ts";

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
  const parts = partScenarios(tableRows(page(counts, rows)));
  const { scenarios } = parts;
  const differences = hasDifference(tableRows(DIFFERENCES));
  return [
    ...checkRows("x", scenarios, differences, isOnce(scenarios)),
    ...checkRows("x", parts.counts, isCounted(scenarios)),
  ].map(({ symbol, message }) => `${symbol}: ${message}`);
}

Deno.test("partScenarios() parts them from the counts", () => {
  const text = page(["| all | 1 |"], ["| `test_a` | TLS | | f.ts: t |"]);
  const { counts, scenarios } = partScenarios(tableRows(text));
  assertEquals(counts.map(({ head }) => head), ["all"]);
  assertEquals(scenarios.map(({ head, tests }) => [head, tests]), [
    ["test_a", ["f.ts: t"]],
  ]);
});

Deno.test("The rules of scenarios take counts and differences that are right", () => {
  const rows = [
    "| `test_a` | TLS | ssl_timeout | f.ts: t |",
    "| `test_b` | running | Runner.run | f.ts: t |",
    "| `test_c` | running | | f.ts: t |",
  ];
  const counts = ["| TLS | 1 |", "| running | 2 |", "| all | 3 |"];
  assertEquals(findings(counts, rows), []);
});

Deno.test("The rules of scenarios find wrong counts, unknown rows and what is there twice", () => {
  const rows = [
    "| `test_a` | TLS | nothing | f.ts: t |",
    "| `test_a` | TLS | | f.ts: t |",
  ];
  assertEquals(findings(["| TLS | 3 |"], rows), [
    'test_a: no row has "nothing"',
    "test_a: is there twice",
    "TLS: are 2",
  ]);
});

Deno.test("judgeNumber() wants 320 scenarios at least", () => {
  assertEquals(judgeNumber([]), ["are 0, fewer than 320"]);
});
