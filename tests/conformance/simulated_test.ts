/** The simulated kernel answers as Windows, trace by trace. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { DIFFERENCES, differing } from "./differences.ts";
import { writeReport } from "./report.ts";
import { simulatedSystem } from "./simulated_system.ts";
import { replay } from "./trace.ts";
import { TRACES } from "./traces/all.ts";

for (const trace of TRACES) {
  Deno.test(`the simulated kernel answers as Windows: ${trace.name}`, async () => {
    const answers = await replay(simulatedSystem(), trace);
    const found = differing("simulation", answers);
    assertEquals(found.filter(({ tolerated }) => !tolerated), []);
  });
}

Deno.test("traces have names of their own, and differences are of their steps", () => {
  const steps = new Map(TRACES.map(({ name, steps }) => [name, steps.length]));
  assertStrictEquals(steps.size, TRACES.length);
  for (const { trace, step } of DIFFERENCES) {
    assert(step <= (steps.get(trace) ?? 0), `${trace} ${step}`);
  }
});

const ANSWER = { trace: "pipe: bytes", step: 1, call: "serve()" };
const WRONG = { ...ANSWER, expected: "ok", actual: "error 5" };

Deno.test("differing() tolerates what is listed only, and nothing that is listed in vain", () => {
  const [listed] = DIFFERENCES.filter(({ system }) => system === "wine");
  const { trace, step, answer: actual, reason } = listed!;
  const known = { trace, step, call: "x", expected: "as Windows", actual };
  const stale = { ...known, actual: "as Windows" };
  const open = { ...WRONG, expected: "?" };
  assertEquals(
    differing("wine", [WRONG, known, stale, open, { ...WRONG, actual: "ok" }]),
    [
      { ...WRONG, tolerated: false, reason: "Not known" },
      { ...known, tolerated: true, reason },
      {
        ...stale,
        tolerated: false,
        reason: "Listed as a difference, which it is no longer",
      },
    ],
  );
});

Deno.test("writeReport() counts answers, and shows those that differ and those that are open", () => {
  const answers = [WRONG, { ...WRONG, expected: "?", actual: "none" }];
  const text = writeReport({ System: "Windows" }, TRACES, [{
    system: "windows",
    label: "Windows",
    answers,
    differing: differing("windows", answers),
  }]);
  for (
    const line of [
      "- System: Windows",
      "| Windows | 2 | 0 | 0 | 1 | 1 |",
      "| pipe: bytes | 1 | `serve()` | `ok` | `error 5` | **Not known** |",
      "| pipe: bytes | 1 | `serve()` | `none` |",
    ]
  ) assert(text.split("\n").includes(line), line);
});
