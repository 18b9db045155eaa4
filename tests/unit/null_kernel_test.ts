/** What an echo costs without a kernel: the bytes, which no other work moves. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { BUDGET, overBudget } from "../../bench/_null_budget.ts";
import { EchoMeter } from "../../bench/_echo_meter.ts";
import { loadName, LOADS, measureEcho } from "../../bench/_null_loads.ts";

Deno.test("each load has a budget, and nothing else has one", () => {
  assertEquals(Object.keys(BUDGET).sort(), LOADS.map(loadName).sort());
});

for (const load of LOADS.filter(({ connections }) => connections === 64)) {
  const name = loadName(load);
  Deno.test(`an echo allocates no more than its budget: ${name}`, async () => {
    // Some more than in a process of its own: other loads ran before.
    const limit = BUDGET[name]!.bytes * 1.25 + 48;
    let least = Infinity; // a collection at the wrong time is not the echo's
    for (let tries = 0; tries < 3 && least >= limit; tries++) {
      const cost = await measureEcho(load, { warmUp: 60_000, samples: 100 });
      assert(cost.ratio > 0 && cost.nanoseconds > 0, "nothing was measured");
      least = Math.min(least, cost.bytes);
    }
    assertLess(least, limit);
  });
}

Deno.test("overBudget() tells what costs too much, and allows some more", () => {
  const limits = { x: { ratio: 10, bytes: 100 } };
  assertEquals(overBudget("x", { ratio: 15, bytes: 126 }, limits), []);
  assertEquals(overBudget("x", { ratio: 15.1, bytes: 127 }, limits), [
    "x: ratio 15.1 > 15.0",
    "x: bytes 127 > 126",
  ]);
  assertEquals(overBudget("y", { ratio: 0, bytes: 0 }, limits), [
    "y: has no budget",
  ]);
});

Deno.test("EchoMeter leaves out what comes before the first sample", async () => {
  let ended = 0;
  const meter = new EchoMeter({ warmUp: 3, samples: 2 }, () => ended++);
  for (let i = 0; i < 3 + 2 * 256 - 1; i++) meter.count();
  assertEquals(ended, 0);
  meter.count();
  assertEquals(ended, 1);
  const { ratio, nanoseconds } = await meter.cost;
  assert(ratio > 0 && nanoseconds > 0);
});
