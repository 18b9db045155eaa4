import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  hasSource,
  judgeOddities,
  judgeOptions,
} from "../../tools/table_rules.ts";
import {
  checkRows,
  hasName,
  namesTests,
  tableRows,
} from "../../tools/tables.ts";

const TABLE = `# Title

| Oddity | What | Tests |
| --- | --- | --- |
| \`acl\` | is not checked | a_test.ts: one<br>b_test.ts |
| \`none\` | nothing |  |
`;

const TEST = `
Deno.test("one", () => {});
Deno.test(
  "a long name " +
    "in two parts",
  () => {},
);
each(\`\${type} pipe: both say "hello" to \${name}\`);
each("it \\"quotes\\"");
`;

Deno.test("tableRows() gives the first cell and the tests of each row", () => {
  const rows = tableRows(TABLE);
  assertEquals(rows.map(({ line, head, tests }) => [line, head, tests]), [
    [5, "acl", ["a_test.ts: one", "b_test.ts"]],
    [6, "none", []],
  ]);
  assertEquals(rows[1]!.cells, ["`none`", "nothing", ""]);
});

Deno.test("hasName() finds names as a whole", () => {
  assert(hasName(TEST, "one"));
  assert(hasName(TEST, "a long name in two parts"));
  assert(hasName(TEST, '... pipe: both say "hello" to ...'));
  assert(hasName(TEST, 'it "quotes"'));
  assertFalse(hasName(TEST, "on"));
  assertFalse(hasName(TEST, "a long name"));
  assertFalse(hasName(TEST, "pipe: both say"));
});

Deno.test("namesTests() refuses tests that do not exist, and rows without", () => {
  const files: Record<string, string> = { "a_test.ts": TEST };
  const found = checkRows(
    "t.md",
    tableRows(TABLE),
    namesTests((file) => files[file]),
  );
  assertEquals(found.map(({ line, message }) => `${line}: ${message}`), [
    '5: there is no test "b_test.ts"',
    "6: names no test",
  ]);
});

Deno.test("judgeOddities() wants every use of an oddity in its row", () => {
  const rows = tableRows(TABLE);
  const check = (file: string, text: string) =>
    judgeOddities(rows, new Map([[file, text]]));
  assertEquals(check("a_test.ts", 'if (onWine("acl")) return;'), []);
  assertEquals(check("c_test.ts", 'if (onWine("acl")) return;'), [
    '"acl" in c_test.ts is not in the table',
  ]);
  assertEquals(check("a_test.ts", 'if (onWine("none")) return;'), [
    '"none" in a_test.ts is not in the table',
  ]);
  const named = 'test("it works (not on Wine)", () => {});';
  assertEquals(check("a_test.ts", named), []);
  assertEquals(check("c_test.ts", named), [
    `c_test.ts speaks of Wine: ${named}`,
  ]);
  assertEquals(check("c_test.ts", '// "Wine" in a comment'), []);
});

const RULES = `| Rule | Default | Variant | Source | Grade | Tests |
| --- | --- | --- | --- | --- | --- |
| Packets | in order | \`lifo: true\` | MS | certain | a_test.ts |
| Reads | block |  |  | perhaps | a_test.ts |
`;

Deno.test("hasSource() wants a source and a grade in each row", () => {
  const found = checkRows("t.md", tableRows(RULES), hasSource);
  assertEquals(found.map(({ line, message }) => `${line}: ${message}`), [
    "4: names no source",
    '4: has the grade "perhaps"',
  ]);
});

Deno.test("judgeOptions() wants each option in the text", () => {
  const options = `
export interface SimulationOptions {
  /** One. */
  lifo?: boolean;
  reads?: "block" | "wait";
}

export interface Other {
  more?: number;
}`;
  assertEquals(judgeOptions(RULES, options), ['names no option "reads"']);
});
