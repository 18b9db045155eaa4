// What the tables of single files must say.
import * as events from "../src/loop/mod.ts";
import { DatagramChannelTransport } from "../src/net/udp/datagram_channel_transport.ts";
import { PipeServer } from "../src/pipe/pipe_server.ts";
import * as proactors from "../src/proactor/mod.ts";
import { ChildTransport } from "../src/process/child_transport.ts";
import { ChannelTransport } from "../src/stream/channel_transport.ts";
import { type RowRule, splitReference, type TableRow } from "./tables.ts";

// --- docs/asyncio.md: the members of asyncio and ours -----------------------

/** What the names before the dots stand for. */
const OBJECTS: Record<string, object> = {
  loop: events.ProactorEventLoop.prototype,
  proactor: proactors.IocpProactor.prototype,
  pipeServer: PipeServer.prototype,
  runner: events.Runner.prototype,
  future: proactors.Future.prototype,
  task: events.Task.prototype,
  handle: events.Handle.prototype,
  timer: events.TimerHandle.prototype,
  server: events.Server.prototype,
  transport: ChannelTransport.prototype,
  datagram: DatagramChannelTransport.prototype,
  child: ChildTransport.prototype,
};

const EXPORTED: object = { ...events, ...proactors, PipeServer };

/** Of each loop, not of the class. */
const FIELDS = ["loop.slowCallbackDuration"];

/** A row has four cells, and the second one names what is there. */
export const namesMembers: RowRule = ({ cells }) => {
  if (cells.length !== 4) return ["has not 4 cells"];
  return [...cells[1]!.matchAll(/`([\w.]+)`/g)].map(([, name]) => name!)
    .filter(isMissing).map((name) => `${name} is not there`);
};

function isMissing(name: string): boolean {
  const [object = "", member] = name.split(".");
  if (member === undefined) return !(name in EXPORTED);
  if (FIELDS.includes(name)) return false;
  const owner = OBJECTS[object];
  return owner === undefined || !(member in owner);
}

// --- docs/asyncio_tests.md: the scenarios of CPython's tests ----------------

/** The fewest scenarios that the table has. */
const FEWEST = 320;

/** Parts the counts from the scenarios, which are below the name of a module. */
export function partScenarios(
  rows: readonly TableRow[],
): { counts: TableRow[]; scenarios: TableRow[] } {
  return {
    counts: rows.filter(({ cells }) => cells.length === 2),
    scenarios: rows.filter(({ section }) => section.startsWith("test_")),
  };
}

/** There are enough of them. */
export function judgeNumber(scenarios: readonly TableRow[]): string[] {
  const { length } = scenarios;
  return length < FEWEST ? [`are ${length}, fewer than ${FEWEST}`] : [];
}

/** A scenario is in the table of its module once. */
export function isOnce(scenarios: readonly TableRow[]): RowRule {
  return (row) => {
    const first = scenarios.find(({ section, head }) =>
      section === row.section && head === row.head
    );
    return first === row ? [] : ["is there twice"];
  };
}

/** The difference that a scenario tells is one of docs/asyncio.md. */
export function hasDifference(members: readonly TableRow[]): RowRule {
  const known = new Set(["", ...members.flatMap(namesOf)]);
  return ({ cells }) =>
    known.has(cells[2]!) ? [] : [`no row has "${cells[2]}"`];
}

/** A first cell has several names at times, and the class before some. */
function namesOf({ head }: TableRow): string[] {
  const names = head.split(", ").map((name) => name.replace(/=.*/, ""));
  return [head, ...names];
}

/** A number of scenarios is that of the area. */
export function isCounted(scenarios: readonly TableRow[]): RowRule {
  return ({ head, cells }) => {
    const all = scenarios.filter(({ cells }) =>
      head === "all" || cells[1] === head
    );
    return Number(cells[1]) === all.length ? [] : [`are ${all.length}`];
  };
}

// --- tests/WINE.md: the oddities of Wine ------------------------------------

/**
 * The table has every oddity that a test asks for, and every test whose name
 * speaks of Wine.
 */
export function judgeOddities(
  rows: readonly TableRow[],
  tests: ReadonlyMap<string, string>,
): string[] {
  return [...tests].flatMap(([path, text]) => {
    const used = [...text.matchAll(/\bonWine\("([\w-]+)"\)/g)]
      .filter(([, oddity]) => !isListed(rows, path, oddity))
      .map(([, oddity]) => `"${oddity}" in ${path} is not in the table`);
    const named = [...text.matchAll(/^.*["`(].*\bWine\b.*["`].*$/gm)]
      .filter(([line]) => !isComment(line) && !isListed(rows, path))
      .map(([line]) => `${path} speaks of Wine: ${line.trim()}`);
    return [...used, ...named];
  });
}

function isComment(line: string): boolean {
  return /^\s*(?:\/\/|\*|\/\*)/.test(line);
}

function isListed(
  rows: readonly TableRow[],
  path: string,
  oddity?: string,
): boolean {
  return rows.some(({ head, tests }) =>
    (oddity === undefined || head === oddity) &&
    tests.some((test) => splitReference(test).file === path)
  );
}

// --- tests/sim/RULES.md: the rules of the simulated kernel ------------------

const GRADES = ["certain", "likely", "open"];

/** A rule has a source and a grade, in the cells before the tests. */
export const hasSource: RowRule = ({ cells }) => {
  const [source = "", grade = ""] = cells.slice(-3, -1);
  return [
    ...source === "" ? ["names no source"] : [],
    ...GRADES.includes(grade) ? [] : [`has the grade "${grade}"`],
  ];
};

/** The text names every option of the module with `SimulationOptions`. */
export function judgeOptions(text: string, source: string): string[] {
  const [, members = ""] =
    /interface SimulationOptions \{(.*?)^\}/ms.exec(source) ?? [];
  return [...members.matchAll(/^ {2}(\w+)\?:/gm)]
    .filter(([, name]) => !new RegExp(`\`${name}\\b`).test(text))
    .map(([, name]) => `names no option "${name}"`);
}
