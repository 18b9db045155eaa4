// Draws the rooms of src/ and what they import.
//
// deno run -A tools/draw_house.ts
import { typescriptFiles } from "./files.ts";
import { FLOORS } from "./house.ts";
import { type Import, readImports } from "./import_graph.ts";

/** Where the picture is. */
export const HOUSE = "docs/house.svg";

const WIDTH = 900;
const MARGIN = 20;
const GAP = 20;
const FLOOR_GAP = 44;
const HEAD = 26;
const LINE = 17;
/** The width of a column of sub-rooms. */
const COLUMN = 215;

/** A room, where it is drawn. */
interface Box {
  name: string;
  /** Its sub-rooms, each with those beside it that it imports. */
  lines: string[];
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Draws the house: a floor a row, the lowest one at the bottom. A room has an
 * arrow to each room that it imports, but for those that its other arrows lead
 * to.
 *
 * @param imports The imports of all files.
 * @returns SVG.
 */
export function drawHouse(imports: readonly Import[]): string {
  const arrows = arrowsBetween(imports, 1);
  const boxes = layOut(arrowsBetween(imports, 2), arrows);
  const height = Math.max(...boxes.map((box) => box.y + box.height)) + MARGIN;
  const size = `width="${WIDTH}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} ` +
    `viewBox="0 0 ${WIDTH} ${height}">`,
    "<style>text{font:12px sans-serif;fill:#333}.room{font-weight:bold}" +
    "path{stroke:#5b8def;stroke-width:1.5;fill:none;marker-end:url(#tip)}" +
    "</style>",
    '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" ' +
    'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" ' +
    'style="fill:#5b8def;stroke:none;marker-end:none"/></marker>',
    `<rect ${size} fill="#ffffff"/>`,
    ...boxes.flatMap(drawBox),
    ...drawArrows(boxes, arrows),
    "</svg>",
    "",
  ].join("\n");
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
    const targets = arrows.get(nameOf(from)) ?? new Set();
    arrows.set(nameOf(from), targets);
    if (to.startsWith("src/") && nameOf(to) !== nameOf(from)) {
      targets.add(nameOf(to));
    }
  }
  return arrows;
}

function layOut(
  subRooms: ReadonlyMap<string, Set<string>>,
  arrows: ReadonlyMap<string, Set<string>>,
): Box[] {
  let bottom = 0;
  const boxes: Box[] = [];
  for (const floor of FLOORS) {
    const names = floor.filter((name) => arrows.has(name));
    if (names.length === 0) continue;
    const row = names.map((name, index) => {
      const lines = linesOf(name, subRooms);
      const [x, width] = names.length === 1
        ? spanOver(boxes, arrows.get(name)!)
        : columnOf(index, names.length);
      return { name, lines, x, width, y: 0, height: 0 };
    });
    const height = Math.max(...row.map(heightOf));
    bottom -= height + (boxes.length === 0 ? MARGIN : FLOOR_GAP);
    boxes.push(...row.map((box) => ({ ...box, y: bottom, height })));
  }
  return boxes.toReversed().map((box) => (
    { ...box, y: box.y - bottom + MARGIN }
  ));
}

function columnOf(index: number, count: number): [x: number, width: number] {
  const width = (WIDTH - 2 * MARGIN - GAP * (count - 1)) / count;
  return [MARGIN + index * (width + GAP), width];
}

/** A room that is alone on its floor stands on what it imports below. */
function spanOver(
  boxes: readonly Box[],
  targets: ReadonlySet<string>,
): [x: number, width: number] {
  const floor = boxes.filter(({ y }) => y === boxes.at(-1)!.y);
  const under = floor.filter(({ name }) => targets.has(name));
  if (floor.length === 1 || under.length === 0) return columnOf(0, 1);
  const x = Math.min(...under.map((box) => box.x));
  return [x, Math.max(...under.map((box) => box.x + box.width)) - x];
}

function heightOf({ lines, width }: Box): number {
  const columns = Math.max(1, Math.floor(width / COLUMN));
  return HEAD + Math.ceil(lines.length / columns) * LINE + 10;
}

function linesOf(
  room: string,
  subRooms: ReadonlyMap<string, Set<string>>,
): string[] {
  const prefix = `${room}/`;
  return [...subRooms.keys()].filter((name) => name.startsWith(prefix)).sort()
    .map((name) => {
      const beside = [...subRooms.get(name)!].filter((to) =>
        to.startsWith(prefix)
      ).map((to) => to.slice(prefix.length)).sort().join(", ");
      const own = name.slice(prefix.length);
      return beside === "" ? own : `${own} → ${beside}`;
    });
}

function drawBox({ name, lines, x, y, width, height }: Box): string[] {
  const rows = Math.floor((height - HEAD) / LINE);
  return [
    `<rect x="${round(x)}" y="${y}" width="${round(width)}" ` +
    `height="${height}" rx="6" fill="#f2f6ff" stroke="#5b8def"/>`,
    text(x + 10, y + 19, name, "room"),
    ...lines.map((line, index) => {
      const column = Math.floor(index / rows);
      const row = index % rows;
      return text(x + 10 + column * COLUMN, y + HEAD + 15 + row * LINE, line);
    }),
  ];
}

function drawArrows(
  boxes: readonly Box[],
  arrows: ReadonlyMap<string, Set<string>>,
): string[] {
  const kept = boxes.flatMap((from) =>
    boxes.filter((to) => isNeeded(arrows, from.name, to.name))
      .map((to) => ({ from, to }))
  );
  return kept.map(({ from, to }) => {
    const [x, y] = [centre(from, to), from.y + from.height];
    return `<path d="M${x} ${y}L${centre(to, from)} ${to.y - 1}"/>`;
  });
}

/** Whether no other arrow of a room leads to the same one. */
function isNeeded(
  arrows: ReadonlyMap<string, Set<string>>,
  from: string,
  to: string,
): boolean {
  const targets = [...arrows.get(from) ?? []];
  return targets.includes(to) &&
    !targets.some((one) => one !== to && reaches(arrows, one, to));
}

function reaches(
  arrows: ReadonlyMap<string, Set<string>>,
  from: string,
  to: string,
  seen: Set<string> = new Set(),
): boolean {
  if (seen.has(from)) return false;
  seen.add(from);
  return [...arrows.get(from) ?? []].some((one) =>
    one === to || reaches(arrows, one, to, seen)
  );
}

/** Where an arrow meets a box: above or below the smaller one's middle. */
function centre(box: Box, other: Box): string {
  const narrow = box.width < other.width ? box : other;
  return round(narrow.x + narrow.width / 2);
}

function text(x: number, y: number, content: string, kind = ""): string {
  const style = kind === "" ? "" : ` class="${kind}"`;
  return `<text x="${round(x)}" y="${y}"${style}>${content}</text>`;
}

function round(value: number): string {
  return value.toFixed(1);
}

if (import.meta.main) {
  const imports = await readImports(typescriptFiles("src"));
  await Deno.writeTextFile(HOUSE, drawHouse(imports));
}
