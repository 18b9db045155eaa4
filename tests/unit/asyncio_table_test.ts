/** The check of docs/asyncio.md, which names the members of asyncio and ours. */

import { assertEquals } from "@std/assert";
import { checkMembers } from "../../tools/asyncio_table.ts";

const HEAD =
  "| asyncio | Here | Difference | Reason |\n| --- | --- | --- | --- |";

function findings(...rows: string[]): string[] {
  const text = [HEAD, "| seconds | `noName` | | |", "", HEAD, ...rows, ""];
  return checkMembers("x", text.join("\n"))
    .map(({ line, symbol, message }) => `${line}: ${symbol} ${message}`);
}

Deno.test("checkMembers() takes members and functions that are there", () => {
  const found = findings(
    "| `call_soon` | `loop.callSoon` | | |",
    "| `duration` | `loop.slowCallbackDuration` | | |",
    "| `run`, `Task.cancel` | `run`, `task.cancel` | | |",
    "| `get_coro` | none | `noName` | |",
  );
  assertEquals(found, []);
});

Deno.test("checkMembers() finds what is not there", () => {
  const found = findings(
    "| `x` | `loop.noMethod`, `nothing.run` | | |",
    "| `x` | `noFunction` | | |",
  );
  assertEquals(found, [
    "7: loop.noMethod is not there",
    "7: nothing.run is not there",
    "8: noFunction is not there",
  ]);
});

Deno.test("checkMembers() finds rows without four cells", () => {
  assertEquals(findings("| `x` | `run` | |"), [
    "7: | `x` | `run` | | has not 4 cells",
  ]);
});
