/** The check of docs/asyncio.md, which names the members of asyncio and ours. */

import { assertEquals } from "@std/assert";
import { namesMembers } from "../../tools/table_rules.ts";
import { checkRows, tableRows } from "../../tools/tables.ts";

const HEAD =
  "| asyncio | Here | Difference | Reason |\n| --- | --- | --- | --- |";

function findings(...rows: string[]): string[] {
  const text = [HEAD, ...rows, ""].join("\n");
  return checkRows("x", tableRows(text), namesMembers)
    .map(({ line, message }) => `${line}: ${message}`);
}

Deno.test("namesMembers() takes members and functions that are there", () => {
  const found = findings(
    "| `call_soon` | `loop.callSoon` | | |",
    "| `duration` | `loop.slowCallbackDuration` | | |",
    "| `run`, `Task.cancel` | `run`, `task.cancel` | | |",
    "| `get_coro` | none | `noName` | |",
  );
  assertEquals(found, []);
});

Deno.test("namesMembers() finds what is not there", () => {
  const found = findings(
    "| `x` | `loop.noMethod`, `nothing.run` | | |",
    "| `x` | `noFunction` | | |",
  );
  assertEquals(found, [
    "3: loop.noMethod is not there",
    "3: nothing.run is not there",
    "4: noFunction is not there",
  ]);
});

Deno.test("namesMembers() finds rows without four cells", () => {
  assertEquals(findings("| `x` | `run` | |"), [
    "3: has not 4 cells",
  ]);
});
