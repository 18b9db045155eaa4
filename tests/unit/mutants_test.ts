/** The mutants of `tools/mutants/` fit the sources. */

import { assertEquals, assertGreaterOrEqual, assertThrows } from "@std/assert";
import { checkMutants } from "../../tools/mutants/check.ts";
import { MUTANTS } from "../../tools/mutants/list.ts";
import { type Mutant, mutate } from "../../tools/mutants/mutant.ts";

const SAMPLE = {
  name: "wrong",
  file: "a.ts",
  find: "one",
  replace: "two",
  tests: [],
};

Deno.test("mutate() changes a text that stands once", () => {
  assertEquals(mutate(SAMPLE, "[one]"), "[two]");
});

for (const source of ["", "one one"]) {
  Deno.test(`mutate() refuses "${source}"`, () => {
    const count = source.split("one").length - 1;
    assertThrows(
      () => mutate(SAMPLE, source),
      Error,
      `Cannot make "wrong": its text stands ${count} times`,
    );
  });
}

Deno.test("each mutant has a name and a change of its own", () => {
  assertGreaterOrEqual(MUTANTS.length, 60);
  const names = new Set(MUTANTS.map(({ name }) => name));
  const changes = new Set(
    MUTANTS.map(({ file, find, replace }) => `${file} ${find} ${replace}`),
  );
  assertEquals([names.size, changes.size], [MUTANTS.length, MUTANTS.length]);
});

const FILES = new Map([
  ["src/a.ts", "one"],
  ["src/twice.ts", "one one"],
  ["tests/unit/a_test.ts", ""],
]);

const CHECKS: [change: Partial<Mutant>, messages: string[]][] = [
  [{}, []],
  [{ tests: ["a"] }, []],
  [{ tests: ["a", "b"] }, ['there is no test "tests/unit/b_test.ts"']],
  [{ find: "three" }, ['Cannot make "wrong": its text stands 0 times']],
  [{ file: "twice.ts" }, ['Cannot make "wrong": its text stands 2 times']],
  [{ file: "gone.ts" }, ['Cannot make "wrong": its text stands 0 times']],
];

for (const [change, messages] of CHECKS) {
  Deno.test(`checkMutants() looks at ${JSON.stringify(change)}`, () => {
    const mutant = { ...SAMPLE, ...change };
    const findings = checkMutants([mutant], (file) => FILES.get(file));
    assertEquals(findings.map(({ message }) => message), messages);
  });
}
