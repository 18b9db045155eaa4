/** The tool that lists what is not reached. */

import { assertEquals } from "@std/assert";
import {
  merge,
  missingLines,
  type Report,
  shareOf,
} from "../../tools/coverage.ts";

const FIRST = `SF:/home/x/src/a/b.ts
DA:1,2
DA:2,0
DA:3,0
DA:5,0
DA:6,1
DA:7,0
BRDA:1,0,0,1
BRDA:1,0,1,-
end_of_record
SF:/home/x/tests/unit/c_test.ts
DA:1,0
end_of_record
`;
const SECOND = "SF:Z:\\work\\src\\a\\b.ts\r\nDA:2,4\r\nBRDA:1,0,1,3\r\n";

function reportOf(...texts: string[]): Report {
  const report: Report = new Map();
  for (const text of texts) merge(report, text);
  return report;
}

Deno.test("merge() takes the files of src/ alone", () => {
  assertEquals([...reportOf(FIRST, SECOND).keys()], ["src/a/b.ts"]);
});

Deno.test("missingLines() has ranges of what code there is", () => {
  const [file] = reportOf(FIRST).values();
  assertEquals(missingLines(file!), "2-5, 7");
});

Deno.test("what any run has reached is reached", () => {
  const one = reportOf(FIRST);
  const both = reportOf(FIRST, SECOND);
  assertEquals(shareOf(one.values(), "lines"), { reached: 2, all: 6 });
  assertEquals(shareOf(both.values(), "lines"), { reached: 3, all: 6 });
  assertEquals(shareOf(one.values(), "branches"), { reached: 1, all: 2 });
  assertEquals(shareOf(both.values(), "branches"), { reached: 2, all: 2 });
  assertEquals(missingLines(both.get("src/a/b.ts")!), "3-5, 7");
});
