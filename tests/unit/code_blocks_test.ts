/** The examples in texts and comments, as the tests and the checks read them. */

import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  checkExamples,
  codeBlocks,
  ignoreReason,
  isScript,
} from "../../tools/code_blocks.ts";
import { expectedOutput, matchesOutput } from "../examples/_examples.ts";

const FENCE = "```";

function markdown(...infos: string[]): string {
  const blocks = infos.map((info) => `${FENCE}${info}\nrun();\n${FENCE}\n`);
  return `# Title\n\n## Pipes\n\n${blocks.join("\n")}`;
}

function comment(declaration: string, info = "ts"): string {
  return `export class Owner {
  /**
   * Summary.
   *
   * @example Usage
   * ${FENCE}${info}
   * if (true) {
   *   run();
   * }
   * ${FENCE}
   */
  ${declaration}
}
`;
}

Deno.test("codeBlocks() names the blocks of a text by their heading", () => {
  assertEquals(codeBlocks("a.md", markdown("ts", "sh", "")), [
    { file: "a.md", line: 5, name: "Pipes", info: "ts", source: "run();\n" },
    { file: "a.md", line: 9, name: "Pipes 2", info: "sh", source: "run();\n" },
    { file: "a.md", line: 13, name: "Pipes 3", info: "", source: "run();\n" },
  ]);
});

Deno.test("codeBlocks() names the blocks of a comment by what it documents", () => {
  for (
    const [declaration, name] of [
      ["static async listen(): Promise<void> {}", "Owner.listen"],
      ["get addr(): number {", "Owner.addr"],
      ["read<T>(", "Owner.read"],
    ] as const
  ) {
    const [block] = codeBlocks("a.ts", comment(declaration));
    assertEquals(block?.name, name);
    assertEquals(block?.source, "if (true) {\n  run();\n}\n");
    assertEquals(block?.line, 6);
  }
});

Deno.test("codeBlocks() knows functions, classes and modules", () => {
  for (
    const [after, name] of [
      [" */\nexport async function copy(): void {}", "copy"],
      [" */\nexport abstract class Base {}", "Base"],
      [" *\n * @module\n */\nimport {} from 'x';", "module"],
    ] as const
  ) {
    const text = `/**\n * ${FENCE}ts\n * run();\n * ${FENCE}\n${after}\n`;
    assertEquals(codeBlocks("a.ts", text)[0]?.name, name);
  }
});

Deno.test("isScript() takes what Deno executes", () => {
  const of = (info: string) => isScript(codeBlocks("a.md", markdown(info))[0]!);
  for (const info of ["ts", "ts ignore: x", "js", "tsx"]) {
    assert(of(info), info);
  }
  for (const info of ["", "sh", "c", "text"]) assertFalse(of(info), info);
});

Deno.test("ignoreReason() wants the reason behind a colon", () => {
  const of = (info: string) =>
    ignoreReason(codeBlocks("a.md", markdown(info))[0]!);
  assertEquals(of("ts"), undefined);
  assertEquals(of("ts ignore"), "");
  assertEquals(of("ts ignore:"), "");
  assertEquals(of("ts ignore no colon"), "");
  assertEquals(of("ts ignore: needs a console"), "needs a console");
});

Deno.test("checkExamples() refuses an example that is ignored without a reason", () => {
  const text = markdown("ts ignore", "ts ignore: needs a console", "ts", "sh");
  assertEquals(checkExamples({ file: "a.md", text }), [{
    file: "a.md",
    line: 5,
    symbol: "Pipes",
    message: "an ignored example needs a reason: ignore: REASON",
  }]);
  assertEquals(
    checkExamples({ file: "a.ts", text: comment("x(): void {}", "ts ignore") })
      .map(({ symbol, line }) => [symbol, line]),
    [["Owner.x", 6]],
  );
});

Deno.test("expectedOutput() reads the comments behind console.log", () => {
  const source = `console.log(1); // 1
console.log(await f(
  2)); // no
  console.log(g(")")); // a b
log(3); // 3
`;
  assertEquals(expectedOutput(source), ["1", "a b"]);
});

Deno.test("matchesOutput() takes three dots for any text", () => {
  assert(matchesOutput("{ a: 12, b: 3 }\n", "{ a: ..., b: 3 }"));
  assert(matchesOutput("a\r\nb\r\n", "a b"));
  assertFalse(matchesOutput("55", "5"));
  assertFalse(matchesOutput("5.", "5?"));
});
