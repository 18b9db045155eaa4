/** What the symbol tables of the library must not hold. */

import { assertEquals } from "@std/assert";
import { kernel32 } from "../../src/ffi/kernel32.ts";
import { ntdll } from "../../src/ffi/ntdll.ts";

/** To give the processor away may cost a quantum: 31 ms, 187 ms on servers. */
const YIELDS = ["NtYieldExecution", "SwitchToThread", "Sleep", "SleepEx"];

Deno.test("no function gives the processor away", () => {
  const names = [...Object.keys(kernel32), ...Object.keys(ntdll)];
  assertEquals(names.filter((name) => YIELDS.includes(name)), []);
});
