// Draws the rooms of src/ and what they import.
//
// deno run -A tools/draw_house.ts
import { drawGraph } from "./dependencies/graphviz.ts";
import { typescriptFiles } from "./files.ts";
import { FLOORS } from "./house.ts";
import { type Import, readImports } from "./import_graph.ts";

/** Where the picture is. */
export const HOUSE = "docs/house.svg";

const STYLE = `bgcolor=white; fontname="sans-serif"; nodesep=0.4; ranksep=0.4;
  node [shape=box, style=filled, fillcolor="#f2f6ff", color="#5b8def",
    fontname="sans-serif", fontsize=12, margin="0.2,0.1"];
  edge [color="#5b8def"];`;

/**
 * Draws the house: a floor a row, the lowest one at the bottom. A room has an
 * arrow to each room that it imports, but for those that its other arrows lead
 * to. In it are its sub-rooms, each with those beside it that it imports.
 */
export async function drawHouse(imports: readonly Import[]): Promise<string> {
  const rooms = arrowsBetween(imports, 1);
  const subRooms = arrowsBetween(imports, 2);
  const nodes = FLOORS.map((floor) => {
    const names = floor.filter((name) => rooms.has(name));
    return `{ rank=same; ${
      names.map((name) => nodeOf(name, subRooms)).join(" ")
    } }`;
  });
  const edges = [...rooms.keys()].sort().flatMap((from) =>
    [...rooms.get(from)!].sort().map((to) => `"${from}" -> "${to}";`)
  );
  const lines = [...nodes, ...edges].join("\n");
  return await drawGraph(`digraph house { ${STYLE}\n${lines}\n}`);
}

/** Which rooms a room imports, or, with a depth of 2, which sub-rooms. */
function arrowsBetween(
  imports: readonly Import[],
  depth: number,
): Map<string, Set<string>> {
  const arrows = new Map<string, Set<string>>();
  const nameOf = (file: string) =>
    file.split("/").slice(1, -1).slice(0, depth).join("/");
  for (const { from, to } of imports) {
    if (!from.startsWith("src/")) continue;
    const [own, other] = [nameOf(from), nameOf(to)];
    if (!arrows.has(own)) arrows.set(own, new Set());
    if (to.startsWith("src/") && other !== own) arrows.get(own)!.add(other);
  }
  return arrows;
}

function nodeOf(room: string, subRooms: Map<string, Set<string>>): string {
  const inside = (names: Iterable<string>) =>
    [...names].filter((name) => name.startsWith(`${room}/`)).sort();
  const short = (name: string) => name.slice(room.length + 1);
  const lines = inside(subRooms.keys()).map((name) => {
    const beside = inside(subRooms.get(name)!).map(short).join(", ");
    return beside === "" ? short(name) : `${short(name)} → ${beside}`;
  });
  const label = lines.length === 0 ? room : [room, ...lines, ""].join("\\l");
  return `"${room}" [label="${label}"];`; // "node" is a word of the language
}

if (import.meta.main) {
  const imports = await readImports(typescriptFiles("src"));
  await Deno.writeTextFile(HOUSE, await drawHouse(imports));
}
