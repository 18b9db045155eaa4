/** How the tests of other programs read what a program has left behind. */

import { assertEquals } from "@std/assert";
import { NOT_ENDED, readResult } from "../interop/_script.ts";

Deno.test("readResult() believes the closing line, not the exit code", () => {
  for (const status of [0, 1, 7]) {
    assertEquals(readResult("hello\r\n\n<exit code 7>\r\n", "", status), {
      code: 7,
      stdout: "hello",
      stderr: "",
      warnings: "",
    });
  }
  assertEquals(readResult("\n<exit code 0>\n", "", 0).code, 0);
});

Deno.test("readResult() sees an uncaught error whose exit code was lost", () => {
  const stderr = "error: Uncaught (in promise) Error: bad\n";
  assertEquals(readResult("hello\n", stderr, 0).code, 1);
  assertEquals(readResult("hello\n", stderr, 1).code, 1);
});

Deno.test("readResult() takes no silent end for a good one", () => {
  assertEquals(readResult("hello\n", "", 0).code, NOT_ENDED);
  assertEquals(readResult("hello\n", "", 134).code, 134);
  assertEquals(readResult("<exit code 0> was said\n", "", 0).code, NOT_ENDED);
});

Deno.test("readResult() tells warnings of what was left open from errors", () => {
  const warning =
    "Something was not closed ResourceWarning: Closed x\n    at a (b)\n";
  const { stderr, warnings } = readResult("", `a\n${warning}b\n`, 0);
  assertEquals([stderr, warnings], ["a\nb\n", warning]);
});
