import { assertEquals } from "@std/assert";
import type { DocSymbol } from "../../tools/doc_rules.ts";
import { checkRootDoor } from "../../tools/doors.ts";

function messages(file: string, names: number): string[] {
  const symbols: DocSymbol[] = Array.from({ length: names }, (_, i) => ({
    name: `name${i}`,
    declarations: [],
  }));
  const nodes = { [`file:///a/${file}`]: { symbols } };
  return checkRootDoor({ version: 2, nodes }).map(({ message }) => message);
}

Deno.test("checkRootDoor() refuses 60 names of the root door", () => {
  assertEquals(messages("mod.ts", 59), []);
  assertEquals(messages("mod.ts", 60), [
    "60 names: a room's door takes the others",
  ]);
});

Deno.test("checkRootDoor() does not count the names of a room's door", () => {
  assertEquals(messages("src/net/mod.ts", 90), []);
});
