import {
  assert,
  assertEquals,
  assertFalse,
  assertStringIncludes,
} from "@std/assert";
import {
  addCounts,
  closingLine,
  couldNotStart,
  judgeStage,
  parseSummary,
  SummaryReader,
  testExitCode,
} from "../../tools/results.ts";

Deno.test("parseSummary() reads what deno test counted", () => {
  const cases: [string, [number, number, number]][] = [
    ["ok | 12 passed | 0 failed | 1 ignored (3s)", [12, 0, 1]],
    ["ok | 1 passed (2 steps) | 0 failed (9ms)", [1, 0, 0]],
    ["FAILED | 3 passed | 2 failed (1 step) (1m2s)", [3, 2, 0]],
    ["ok | 0 passed | 0 failed | 7 filtered out (3ms)", [0, 0, 0]],
    ["ok | 4 passed | 0 failed | 2 ignored (1 step) | 3 filtered out (1s)", [
      4,
      0,
      2,
    ]],
  ];
  for (const [line, [passed, failed, skipped]] of cases) {
    const ok = line.startsWith("ok");
    assertEquals(parseSummary(line), { ok, passed, failed, skipped }, line);
  }
});

Deno.test("parseSummary() sees through colors and carriage returns", () => {
  const line = "\x1b[0m\x1b[32mok\x1b[0m | 5 passed | 0 failed (2ms)\x1b[0m\r";
  const summary = { ok: true, passed: 5, failed: 0, skipped: 0 };
  assertEquals(parseSummary(line), summary);
});

Deno.test("parseSummary() takes no other line for a summary", () => {
  assertEquals(parseSummary("a test | 1 passed | 0 failed (1s)"), undefined);
  assertEquals(parseSummary("ok | 1 passed | 0 failed"), undefined);
  assertEquals(parseSummary(""), undefined);
});

Deno.test("SummaryReader keeps the last summary of output in pieces", () => {
  const reader = new SummaryReader();
  assertEquals(reader.summary(), undefined);
  reader.push("ok | 1 passed | 0 failed (1ms)\nrunning\nFAILED | 2 pas");
  assertEquals(reader.summary()?.passed, 1);
  reader.push("sed | 1 failed (2ms)");
  const summary = { ok: false, passed: 2, failed: 1, skipped: 0 };
  assertEquals(reader.summary(), summary);
  reader.push("\nerror: Test failed\n");
  assertEquals(reader.summary()?.failed, 1);
});

Deno.test("SummaryReader keeps what failed and why", () => {
  const reader = new SummaryReader();
  assertEquals(reader.errors(), "");
  reader.push("a ... FAILED (1ms)\n\n ERRORS \n\na => ./a_test.ts:1:6\nerror:");
  reader.push(" no\n\n FAILURES \n\na => ./a_test.ts:1:6\n");
  assertEquals(reader.errors(), "a => ./a_test.ts:1:6\nerror: no");
});

Deno.test("judgeStage() counts a crash as one failure", () => {
  const silent = judgeStage(134);
  assertEquals(silent.counts, { passed: 0, failed: 1, skipped: 0 });
  assertStringIncludes(silent.problem ?? "", "exit code 134");
  const late = judgeStage(1, { ok: true, passed: 3, failed: 0, skipped: 1 });
  assertEquals(late.counts, { passed: 3, failed: 1, skipped: 1 });
  assertStringIncludes(late.problem ?? "", "exit code 1");
});

Deno.test("judgeStage() passes on the counts of a whole run", () => {
  const good = { passed: 3, failed: 0, skipped: 0 };
  const bad = { passed: 3, failed: 2, skipped: 0 };
  assertEquals(judgeStage(0, { ok: true, ...good }), { counts: good });
  assertEquals(judgeStage(1, { ok: false, ...bad }), { counts: bad });
});

Deno.test("judgeStage() does not need the exit code to see a failure", () => {
  const bad = { passed: 3, failed: 2, skipped: 0 };
  assertEquals(judgeStage(0, { ok: false, ...bad }), { counts: bad });
  const outside = { ok: false, passed: 3, failed: 0, skipped: 0 };
  const { counts, problem } = judgeStage(0, outside);
  assertEquals(counts, { passed: 3, failed: 1, skipped: 0 });
  assertStringIncludes(problem ?? "", "FAILED");
  assertEquals(judgeStage(0).counts.failed, 1);
});

Deno.test("couldNotStart() knows a Deno that ran nothing", () => {
  const errors = "Deno could not start: unable to create worker threads.\n";
  assert(couldNotStart(errors));
  assertFalse(couldNotStart("error: Test failed\n"));
  const summary = { ok: true, passed: 1, failed: 0, skipped: 0 };
  assertFalse(couldNotStart(errors, summary));
});

Deno.test("closingLine() names skipped tests only if there are any", () => {
  const one = { passed: 2, failed: 0, skipped: 0 };
  const two = { passed: 5, failed: 1, skipped: 3 };
  assertEquals(closingLine(one), "2 passed, 0 failed");
  assertEquals(
    closingLine(addCounts([one, two])),
    "7 passed, 1 failed, 3 skipped",
  );
});

Deno.test("testExitCode() is 0 only if tests ran and none failed", () => {
  assertEquals(testExitCode({ passed: 1, failed: 0, skipped: 9 }), 0);
  assertEquals(testExitCode({ passed: 1, failed: 1, skipped: 0 }), 1);
  assertEquals(testExitCode({ passed: 0, failed: 0, skipped: 9 }), 1);
});
