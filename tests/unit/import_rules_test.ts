/** The arrows between the rooms, on small made-up graphs. */

import { assert, assertEquals, assertFalse } from "@std/assert";
import { drawHouse } from "../../tools/draw_house.ts";
import type { Import } from "../../tools/import_graph.ts";
import { checkArrows, checkCircles } from "../../tools/import_rules.ts";

/** Imports from `a.ts b.ts`, one a line. */
function graph(...arrows: string[]): Import[] {
  return arrows.map((arrow, index) => {
    const [from = "", to = ""] = arrow.split(" ");
    return { from, to, line: index + 1 };
  });
}

function messagesOf(...arrows: string[]): string[] {
  return checkArrows(graph(...arrows), []).map(({ line, message }) =>
    `${line}: ${message}`
  );
}

Deno.test("checkArrows() lets src/ import nothing but itself and node:", () => {
  assertEquals(
    messagesOf("src/ffi/a.ts src/ffi/b.ts", "src/ffi/a.ts node:stream"),
    [],
  );
  assertEquals(
    messagesOf(
      "src/ffi/a.ts jsr:@std/assert",
      "src/ffi/a.ts npm:b",
      "src/ffi/a.ts https://example.com/c.ts",
      "src/ffi/a.ts tools/files.ts",
      "tools/a.ts npm:b",
      "src/http/a.ts npm:b",
    ),
    [
      '1: imports "jsr:@std/assert", which is a dependency',
      '2: imports "npm:b", which is a dependency',
      '3: imports "https://example.com/c.ts", which is a dependency',
      '4: imports "tools/files.ts", which is outside src/',
    ],
  );
});

Deno.test("checkArrows() lets a room import from the floors below", () => {
  assertEquals(
    messagesOf(
      "src/loop/a.ts src/ffi/b.ts",
      "src/process/a.ts src/pipe/b.ts",
      "src/net/tcp/a.ts src/stream/b.ts",
      "src/net/tcp/a.ts src/net/socket/b.ts",
    ),
    [],
  );
});

Deno.test("checkArrows() refuses what is above, beside, or on no floor", () => {
  assertEquals(
    messagesOf(
      "src/ffi/a.ts src/proactor/b.ts",
      "src/pipe/a.ts src/process/b.ts",
      "src/net/tcp/a.ts src/pipe/b.ts",
      "src/attic/a.ts src/ffi/b.ts",
    ),
    [
      '1: imports "src/proactor/b.ts", which is upward: ffi is below proactor',
      '2: imports "src/process/b.ts", which is upward: pipe is below process',
      '3: imports "src/pipe/b.ts", but net is beside pipe',
      '4: imports "src/ffi/b.ts", and one of them is on no floor',
    ],
  );
});

Deno.test("checkArrows() keeps the topics of ffi and closed rooms apart", () => {
  assertEquals(
    messagesOf(
      "src/ffi/wait/a.ts src/ffi/memory.ts",
      "src/ffi/wait/a.ts src/ffi/wait/b.ts",
      "src/ffi/name/a.ts src/ffi/socket/b.ts",
      "src/ffi/wait/a.ts src/ffi/file/b.ts",
      "src/ffi/memory.ts src/ffi/wait/b.ts",
      "src/proactor/port/a.ts src/proactor/call/b.ts",
      "src/net/socket/a.ts src/net/tcp/b.ts",
    ),
    [
      '4: imports "src/ffi/file/b.ts", but ffi/wait knows no ffi/file',
      '5: imports "src/ffi/wait/b.ts", but ffi knows no ffi/wait',
      '6: imports "src/proactor/call/b.ts", but proactor/port knows no ' +
      "proactor/call",
      '7: imports "src/net/tcp/b.ts", but net/socket knows no net/tcp',
    ],
  );
});

Deno.test("checkArrows() lets known faults through, while they last", () => {
  const known = ["src/ffi/a.ts -> src/pipe/b.ts"];
  const fault = graph("src/ffi/a.ts src/pipe/b.ts");
  assertEquals(checkArrows(fault, known), []);
  assertEquals(checkArrows([], known).map(({ message }) => message), [
    `there is no such fault any more: ${known[0]}`,
  ]);
});

Deno.test("checkCircles() finds circles, and each once", () => {
  const imports = graph(
    "src/a.ts src/b.ts",
    "src/b.ts src/c.ts",
    "src/c.ts src/a.ts",
    "src/c.ts src/d.ts",
    "tools/x.ts tools/y.ts",
    "tools/y.ts tools/x.ts",
    "tools/y.ts src/a.ts",
  );
  assertEquals(checkCircles(imports, []).map(({ message }) => message), [
    "imports in a circle: src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts",
    "imports in a circle: tools/x.ts -> tools/y.ts -> tools/x.ts",
  ]);
});

Deno.test("checkCircles() tells the shortest way round", () => {
  const imports = graph("a b", "b c", "c d", "d a", "c a", "b d");
  assertEquals(checkCircles(imports, []).map(({ message }) => message), [
    "imports in a circle: a -> b -> c -> a",
  ]);
});

Deno.test("checkCircles() does not take a diamond for a circle", () => {
  const diamond = graph("a b", "a c", "b d", "c d", "a d");
  assertEquals(checkCircles(diamond, []), []);
});

Deno.test("checkCircles() lets known circles through, while they last", () => {
  const circle = graph("a b", "b a");
  assertEquals(checkCircles(circle, ["a, b"]), []);
  assertEquals(checkCircles([], ["a, b"]).map(({ message }) => message), [
    "there is no such fault any more: a, b",
  ]);
});

Deno.test("drawHouse() has an arrow where no others lead", async () => {
  const svg = await drawHouse(graph(
    "src/loop/a.ts src/stream/b.ts",
    "src/loop/a.ts src/ffi/c.ts",
    "src/stream/b.ts src/ffi/c.ts",
    "src/ffi/c.ts node:fs",
    "tools/x.ts src/loop/a.ts",
  ));
  assertEquals(svg.match(/<title>\w+&#45;&gt;\w+<\/title>/g)?.length, 2);
  assert(svg.includes(">loop</text>"));
  assertFalse(svg.includes(">tools</text>"));
});

Deno.test("drawHouse() draws the same whatever the order of the imports", async () => {
  const imports = graph(
    "src/net/tcp/a.ts src/net/socket/b.ts",
    "src/net/tcp/a.ts src/net/names/c.ts",
    "src/net/socket/b.ts src/ffi/d.ts",
    "src/net/names/c.ts src/ffi/d.ts",
    "src/ffi/d.ts node:fs",
  );
  const svg = await drawHouse(imports);
  assertEquals(await drawHouse(imports.toReversed()), svg);
  assert(svg.includes("tcp → names, socket"));
});
