/** The tools around `deno task soak` and `deno task faults`. */

import { assertEquals, assertMatch } from "@std/assert";
import { takeScale } from "../../tools/faults.ts";
import { parseSoakOptions } from "../../tools/soak.ts";
import { liveTable, reportText } from "../../tools/soak_report.ts";
import type { SoakState } from "../../tools/soak_state.ts";
import { Recorder, type Sample } from "../soak/recorder.ts";

function sampleAt(minute: number): Sample {
  return {
    time: minute * 60_000,
    seconds: 60,
    kinds: { TCP: { count: 120, median: 2, p99: 9 } },
    handles: 100 + minute,
    rss: 2 ** 20 * (200 + minute),
    heap: 2 ** 20 * 10,
    pending: 3,
    slots: 4,
    buffers: 8192,
    unknown: 0,
    violations: 0,
  };
}

function stateOf(minutes: number): SoakState {
  const samples = Array.from({ length: minutes }, (_, i) => sampleAt(i));
  const crashes: number[] = [];
  return { wanted: 600, label: "Windows", samples, violations: [], crashes };
}

Deno.test("parseSoakOptions() adds hours and minutes, and wants some", () => {
  assertEquals(parseSoakOptions(["--hours", "1", "--minutes", "2"]), {
    seconds: 3720,
    interval: 10,
    folder: ".cache/soak",
    only: "",
    fresh: false,
  });
  for (const words of [[], ["--hours", "x"], ["--minutes", "-1"], ["--help"]]) {
    assertEquals(parseSoakOptions(words), undefined);
  }
});

Deno.test("reportText() sums the work up, and tells what grows", () => {
  const text = reportText(stateOf(10));
  assertMatch(text, /10\.0 minutes on Windows: 0 violations, 0 crashes\./);
  assertMatch(text, /\| TCP \| 1200 \| 2\.0 \| 2\.0 \| 9\.0 \|/);
  assertMatch(text, /\| Handles \| 100 \| 109 \| 60\.0 \|/);
  assertMatch(text, /\| RSS, MiB \| 200\.0 \| 209\.0 \| 60\.0 \|/);
});

Deno.test("reportText() lists violations and crashes", () => {
  const state = stateOf(3);
  state.violations.push("TCP: Byte 5 is wrong\n at x");
  state.crashes.push(139);
  const text = reportText(state);
  assertMatch(text, /1 violations, 1 crashes \(exit codes 139\)/);
  assertMatch(text, /- TCP: Byte 5 is wrong\n {3}at x/);
});

Deno.test("liveTable() has a row for each kind, and what is held", () => {
  const state = stateOf(2);
  const text = liveTable(state.samples[1]!, state, 60);
  assertMatch(text, /TCP +2\.0 +2\.0 +9\.0/);
  assertMatch(text, /violations 0, crashes 0, 60 s left/);
});

Deno.test("Recorder counts what throws as a violation, and gives its counts once", async () => {
  const recorder = new Recorder();
  await recorder.time("a", () => Promise.resolve());
  await recorder.time("a", () => Promise.reject(new Error("wrong")));
  assertEquals(recorder.take().a?.count, 2);
  assertEquals(recorder.take().a?.count, 0);
  assertEquals(recorder.violations.length, 1);
  assertMatch(recorder.violations[0]!, /a: Error: wrong/);
});

Deno.test("takeScale() parts the scale from words for the tests", () => {
  assertEquals(takeScale(["--scale", "0.5", "x"]), { scale: 0.5, rest: ["x"] });
  assertEquals(takeScale(["x"]), { scale: 0, rest: ["x"] });
  assertEquals(takeScale(["--scale"]).scale, NaN);
});
