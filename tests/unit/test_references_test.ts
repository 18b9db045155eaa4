import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  checkOddities,
  checkTests,
  hasName,
  tableRows,
} from "../../tools/test_references.ts";

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
  assertEquals(tableRows(TABLE), [
    { line: 5, head: "acl", tests: ["a_test.ts: one", "b_test.ts"] },
    { line: 6, head: "none", tests: [] },
  ]);
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

Deno.test("checkTests() refuses tests that do not exist, and rows without", () => {
  const files: Record<string, string> = { "a_test.ts": TEST };
  const found = checkTests("t.md", tableRows(TABLE), (file) => files[file]);
  assertEquals(found.map(({ line, message }) => `${line}: ${message}`), [
    '5: there is no test "b_test.ts"',
    "6: names no test",
  ]);
});

Deno.test("checkOddities() wants every use of an oddity in its row", () => {
  const rows = tableRows(TABLE);
  const check = (file: string, text: string) =>
    checkOddities("t.md", rows, new Map([[file, text]]))
      .map(({ message }) => message);
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
