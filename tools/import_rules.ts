import { alg, Graph } from "./dependencies/graphs.ts";
import type { Finding } from "./finding.ts";
import { ADAPTERS, CLOSED, CROSSINGS, FLOORS, KNOWN, TOPICS } from "./house.ts";
import type { Known } from "./house.ts";
import type { Import } from "./import_graph.ts";

const OWN = /^(?:src\/|node:)/;

/**
 * Checks what src/ imports: nothing but itself and what Deno brings along,
 * nothing from a floor above or beside, and nothing from a closed sub-room. The
 * reasons are in ARCHITECTURE.md, the rooms in `house.ts`.
 */
export function checkArrows(
  imports: readonly Import[],
  known: Known["arrows"] = KNOWN.arrows,
): Finding[] {
  const stale = new Set(known);
  const found = imports.flatMap(({ from, to, line }) => {
    const fault = judgeArrow(from, to);
    const arrow = `${from} -> ${to}`;
    if (fault === undefined || known.includes(arrow)) {
      if (fault !== undefined) stale.delete(arrow);
      return [];
    }
    const message = `imports "${to}", ${fault}`;
    return [{ file: from, line, symbol: "import", message }];
  });
  return [...found, ...staleFindings(stale)];
}

/** Finds groups of files that reach each other, but for known ones. */
export function checkCircles(
  imports: readonly Import[],
  known: Known["circles"] = KNOWN.circles,
): Finding[] {
  const graph = graphOf(imports);
  const circles = findCircles(graph).map((files) => files.join(", "));
  const found = circles.filter((circle) => !known.includes(circle))
    .map((circle) => {
      const round = shortestRound(graph, circle.split(", "));
      const message = `imports in a circle: ${round.join(" -> ")}`;
      return { file: round[0]!, line: 1, symbol: "import", message };
    });
  const stale = known.filter((circle) => !circles.includes(circle));
  return [...found, ...staleFindings(stale)];
}

function staleFindings(stale: Iterable<string>): Finding[] {
  return [...stale].map((entry) => ({
    file: "tools/house.ts",
    line: 1,
    symbol: "KNOWN",
    message: `there is no such fault any more: ${entry}`,
  }));
}

/** What is wrong with an import, if anything is. */
function judgeArrow(from: string, to: string): string | undefined {
  if (!from.startsWith("src/")) return undefined;
  if (!OWN.test(to)) {
    const library = to.startsWith("npm:");
    if (library && ADAPTERS.includes(roomOf(from).room)) return undefined;
    return to.includes(":") ? "which is a dependency" : "which is outside src/";
  }
  if (!to.startsWith("src/")) return undefined;
  const [own, other] = [roomOf(from), roomOf(to)];
  return judgeFloors(own.room, other.room) ??
    judgeRooms(own.subRoom, other.subRoom);
}

function judgeFloors(own: string, other: string): string | undefined {
  if (own === other) return undefined;
  const [from, to] = [own, other].map((room) =>
    FLOORS.findIndex((floor) => floor.includes(room))
  );
  if (from === -1 || to === -1) return "and one of them is on no floor";
  if (to! > from!) return `which is upward: ${own} is below ${other}`;
  return to === from ? `but ${own} is beside ${other}` : undefined;
}

function judgeRooms(own: string, other: string): string | undefined {
  if (CLOSED[own]?.includes(other)) return `but ${own} knows no ${other}`;
  const topics = [own, other].every((room) => `${room}/`.startsWith(TOPICS));
  if (!topics || other === TOPICS || own === other) return undefined;
  if (Object.hasOwn(CROSSINGS, `${own} -> ${other}`)) return undefined;
  return `but ${own} knows no ${other}`;
}

/** `src/net/tcp/a.ts` is in the room `net` and the sub-room `net/tcp`. */
function roomOf(file: string): { room: string; subRoom: string } {
  const folders = file.split("/").slice(1, -1);
  return { room: folders[0] ?? "", subRoom: folders.slice(0, 2).join("/") };
}

/** The shortest way from the first file of a circle back to it. */
function shortestRound(graph: Graph, circle: readonly string[]): string[] {
  const [first = ""] = circle;
  const ways = alg.dijkstra(graph, first);
  const [last] = (graph.predecessors(first) ?? []).sort()
    .sort((a, b) => ways[a]!.distance - ways[b]!.distance);
  const round = [first];
  for (let file = last; file; file = ways[file]!.predecessor) {
    round.unshift(file);
  }
  return round;
}

/** Groups of files that reach each other. */
function findCircles(graph: Graph): string[][] {
  return alg.tarjan(graph).filter(({ length }) => length > 1)
    .map((circle) => circle.sort());
}

function graphOf(imports: readonly Import[]): Graph {
  const graph = new Graph();
  for (const { from, to } of imports) graph.setEdge(from, to);
  return graph;
}
