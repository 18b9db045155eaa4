/** The programs of `docs/iocp.md` show what it says. */

import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { Program, programTest } from "./_program.ts";

async function linesOf(name: string, ...args: string[]): Promise<string[]> {
  await using program = await Program.start(`iocp/${name}.ts`, ...args);
  return await program.lines();
}

const NOTHING_RUNS =
  /^1000 reads pending for 1000 ms: (.+) ms of processor time, 0 dequeue calls, 0 waits begun$/;

/** Milliseconds of processor time; not a number where something has run. */
async function costOfPolling(): Promise<[cost: number, told: string]> {
  const [pending = "", answer = ""] = await linesOf("polling", "1000", "1000");
  assertMatch(answer, / 1 packet, 1 dequeue call$/);
  return [Number(NOTHING_RUNS.exec(pending)?.[1]), pending];
}

programTest(
  "polling.ts: nothing runs while 1,000 reads are pending",
  async () => {
    // A machine may be busy for a moment: then no thread begins the wait
    let [cost, told] = await costOfPolling();
    for (let i = 0; i < 2 && !(cost < 100); i++) {
      [cost, told] = await costOfPolling();
    }
    assertLess(cost, 100, told);
  },
);

programTest(
  "pending.ts fits a line through the times of each kind",
  async () => {
    const [head, ...rows] = await linesOf("pending", "100", "1");
    assertMatch(head ?? "", /^others: +1 +1 +10 +25 +50 +100 /);
    assertEquals(
      rows.map((row) => row.split(" ")[0]),
      ["pipe", "tcp", "udp", "wait", "readable"],
    );
    for (const row of rows) {
      assertMatch(row, /^\w+( +[\d.]+){6} {2}slope -?[\d.]+ \+- [\d.]+$/);
    }
  },
);

programTest("readiness.ts asks in each way that Windows has", async () => {
  const lines = await linesOf("readiness", "200");
  assertEquals(lines.length, 4);
  for (const line of lines.slice(0, 3)) {
    assertMatch(line, /^(completed|ready): .+: [\d.]+ us a message$/);
  }
  assertMatch(
    lines[3] ?? "",
    /ProcessSocketNotifications.*: ([\d.]+ us a message|not on this Windows)$/,
  );
});

programTest(
  "filters.ts gets a packet for an event of each filter",
  async () => {
    const lines = await linesOf("filters");
    assertEquals(lines.map((line) => /^EVFILT_(\w+)/.exec(line)?.[1]), [
      "READ",
      "WRITE",
      "TIMER",
      "PROC",
      "VNODE",
      "AIO",
      "USER",
      "SIGNAL",
    ]);
    for (const line of lines.slice(0, -1)) {
      // Windows reads cached files without a packet
      const least = line.startsWith("EVFILT_AIO") ? "\\d" : "[1-9]";
      assertMatch(line, new RegExp(`packets: ${least}`));
    }
  },
);

programTest("workers.ts shares connections among ports", async () => {
  const [processors, ...rows] = await linesOf("workers", "1", "2");
  assertMatch(processors ?? "", /^\d+ processors$/);
  assertEquals(rows.length, 2);
  for (const row of rows) {
    assertMatch(row, /^\d workers: [1-9]\d* requests a second, [\d.]+ times/);
  }
});
