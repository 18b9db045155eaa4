/**
 * Every example of the texts and of the documentation comments is executed.
 * One that does not come to its end fails by its name.
 */

import { assert, assertEquals } from "@std/assert";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { readExamples } from "./_examples.ts";
import { runExample } from "./_run.ts";
import { SETTINGS } from "./_settings.ts";

loadSymbols();

const examples = readExamples();

for (const example of examples) {
  const { id, ignored } = example;
  Deno.test({
    name: ignored === undefined ? id : `${id} (${ignored})`,
    ignore: ignored !== undefined,
    // An example may keep what a short program keeps until its end
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => runExample(example),
  });
}

Deno.test("there are examples in README.md, docs/, mod.ts and src/", () => {
  for (const place of ["README.md", "docs/", "mod.ts", "src/"]) {
    assert(examples.some(({ id }) => id.startsWith(place)), place);
  }
});

Deno.test("all settings belong to examples", () => {
  const ids = new Set(examples.map(({ id }) => id));
  const unknown = Object.keys(SETTINGS).filter((id) => !ids.has(id));
  assertEquals(unknown, []);
});
