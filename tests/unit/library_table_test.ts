/** The table of libraries, by the sources of their tests. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  junitResults,
  libraryRows,
  writeTable,
} from "../../tools/library_table.ts";

const SOURCE = `
import { Pool } from "npm:thing@1.2.3/pool";
import helper from "npm:thing-helper@9.9.9";
libraryTest(
  "thing",
  "both",
  "what it does",
  async ({ path, undo }) => {
    const pool = new Pool(() => connect(path)); // glue
    createServer((socket) => serve(socket)); // glue
  },
);
libraryTest("@scope/other", "client", "more", () => {
  use(connect(path)); // glue
});
`;
const PART = `import other from "npm:@scope/other@0.1.0";\n`;

const TEXT = `# Title

<!-- written by deno task interop -->

old

<!-- end of what is written -->

the end
`;

Deno.test("libraryRows() reads library, version, direction and glue", () => {
  assertEquals(libraryRows([SOURCE, PART]), [{
    library: "thing",
    version: "1.2.3",
    direction: "both",
    what: "what it does",
    glue: [
      "const pool = new Pool(() => connect(path))",
      "createServer((socket) => serve(socket))",
    ],
  }, {
    library: "@scope/other",
    version: "0.1.0",
    direction: "client",
    what: "more",
    glue: ["use(connect(path))"],
  }]);
});

Deno.test("writeTable() puts a row for each test between the marks", () => {
  const rows = libraryRows([SOURCE, PART]);
  const results = new Map([["thing, both: what it does", "passed"]]);
  const text = writeTable(TEXT, rows, results);
  assertStringIncludes(
    text,
    "| `thing` | 1.2.3 | both | `const pool = new Pool(() => connect(path))`" +
      "<br>`createServer((socket) => serve(socket))` | 1 | what it does | passed |",
  );
  assertStringIncludes(text, "| `use(connect(path))` | 1 | more |  |");
  assertStringIncludes(text, "\n\nthe end\n");
  assertEquals(text.includes("old"), false);
  assertEquals(writeTable(text, rows, results), text);
});

Deno.test("junitResults() tells how each test has ended", () => {
  const xml = `<?xml version="1.0"?>
<testsuite name="x_test.ts">
  <testcase name="a &quot;b&quot; &#38; &#x3c;c&#x3e;" time="1"></testcase>
  <testcase name="bad"><failure message="no">stack</failure></testcase>
  <testcase name="left out"><skipped/></testcase>
</testsuite>`;
  assertEquals([...junitResults(xml)], [
    ['a "b" & <c>', "passed"],
    ["bad", "failed"],
    ["left out", "not run"],
  ]);
});
