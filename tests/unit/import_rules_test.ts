import { assertEquals } from "@std/assert";
import { checkImports } from "../../tools/import_rules.ts";

Deno.test("checkImports() lets src/ import nothing but itself and node:", () => {
  const good = `import { a } from "./a.ts";
export { b } from "../b.ts";
const { Duplex } = await import("node:stream");
// import { x } from "jsr:x";
const text = 'import "x"';
`;
  assertEquals(checkImports({ file: "src/a.ts", text: good }), []);
  const bad = `import { a } from "jsr:@std/assert";
import type { B } from "npm:b";
export * from "https://example.com/c.ts";
await import("@std/async");
`;
  assertEquals(
    checkImports({ file: "src/a.ts", text: bad }).map(({ line, message }) =>
      `${line}: ${message}`
    ),
    [
      '1: imports "jsr:@std/assert", which is a dependency',
      '2: imports "npm:b", which is a dependency',
      '3: imports "https://example.com/c.ts", which is a dependency',
      '4: imports "@std/async", which is a dependency',
    ],
  );
});
