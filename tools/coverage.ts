/**
 * Lists what the tests do not reach in `src/`.
 *
 *     deno task coverage [LCOV...]
 *
 * Runs the unit tests, merges what they reach with reports of other runs (made
 * by `deno test --coverage` and `deno coverage --lcov`, such as those under
 * Wine), and prints each file with the lines and branches that are left.
 *
 * @module
 */

import { importMapFlags } from "./jsr.ts";
import { run } from "./process.ts";

const REPOSITORY = `${import.meta.dirname}/..`;
/** Milliseconds for all unit tests, which are slower while they are watched. */
const TEST_TIME = 1_500_000;

/** What is reached in a file: how often, by line and by branch. */
export interface Reached {
  /** Counts by the numbers of lines. */
  lines: Map<number, number>;
  /** Counts by what lcov names a branch: its line, block and number. */
  branches: Map<string, number>;
}

/** The files by their paths from the repository. */
export type Report = Map<string, Reached>;

/** How much is reached. */
export interface Share {
  /** Lines or branches that any test has come to. */
  reached: number;
  /** Lines or branches that there are. */
  all: number;
}

/**
 * Reads a report into another: what either has reached is reached.
 *
 * @param report Takes what is read.
 * @param lcov The text of a report.
 */
export function merge(report: Report, lcov: string): void {
  let file: Reached | undefined;
  for (const line of lcov.split(/\r?\n/)) {
    const [, kind, rest = ""] = /^(SF|DA|BRDA):(.*)$/.exec(line) ?? [];
    if (kind === "SF") file = fileOf(report, rest);
    const fields = rest.split(",");
    if (kind === "DA") add(file?.lines, Number(fields[0]), fields[1]);
    if (kind === "BRDA") {
      add(file?.branches, fields.slice(0, 3).join(","), fields[3]);
    }
  }
}

/** Paths of Windows, too; files outside of `src/` do not count. */
function fileOf(report: Report, path: string): Reached | undefined {
  const name = /(?:^|\/)(src\/.*)$/.exec(path.replaceAll("\\", "/"))?.[1];
  if (name === undefined) return undefined;
  const known = report.get(name);
  if (known !== undefined) return known;
  const made = { lines: new Map(), branches: new Map() };
  report.set(name, made);
  return made;
}

function add<K>(
  counts: Map<K, number> | undefined,
  key: K,
  count: string | undefined,
): void {
  const times = Number(count) || 0; // "-" is a branch that nobody came to
  counts?.set(key, (counts.get(key) ?? 0) + times);
}

/**
 * Adds up what is reached.
 *
 * @param files The files.
 * @param what Lines or branches.
 * @returns How many are, and of how many.
 */
export function shareOf(
  files: Iterable<Reached>,
  what: keyof Reached,
): Share {
  const share = { reached: 0, all: 0 };
  for (const file of files) {
    for (const count of file[what].values()) {
      share.all += 1;
      if (count > 0) share.reached += 1;
    }
  }
  return share;
}

/**
 * The lines that are not reached.
 *
 * @param file What is reached in a file.
 * @returns Ranges, as in `3, 7-9`.
 */
export function missingLines({ lines }: Reached): string {
  const known = [...lines.keys()].sort((a, b) => a - b);
  const ranges: [first: number, last: number][] = [];
  let open: [number, number] | undefined;
  for (const line of known) {
    if (lines.get(line)! > 0) open = undefined;
    else if (open === undefined) ranges.push(open = [line, line]);
    else open[1] = line;
  }
  return ranges.map(([first, last]) =>
    first === last ? `${first}` : `${first}-${last}`
  ).join(", ");
}

function percent({ reached, all }: Share): string {
  return `${(all === 0 ? 100 : reached / all * 100).toFixed(2)} %`;
}

function print(report: Report): void {
  for (const [name, file] of [...report].sort(([a], [b]) => a < b ? -1 : 1)) {
    const missing = missingLines(file);
    const { reached, all } = shareOf([file], "branches");
    if (missing === "" && reached === all) continue;
    const lines = percent(shareOf([file], "lines"));
    const left = missing === "" ? "" : `: ${missing}`;
    console.log(`${name} ${lines}, ${all - reached} branches${left}`);
  }
  for (const what of ["lines", "branches"] as const) {
    const share = shareOf(report.values(), what);
    console.log(`${percent(share)} of ${share.all} ${what}`);
  }
}

async function deno(args: string[]): Promise<string> {
  let text = "";
  const { code } = await run(
    { argv: [Deno.execPath(), ...args], cwd: REPOSITORY },
    { onOutput: (output) => text += output, timeout: TEST_TIME, quiet: true },
  );
  if (code === 0) return text;
  throw new Error(
    `Cannot measure: deno ${args[0]} ended with ${code}\n${text}`,
  );
}

async function measure(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "coverage-" });
  try {
    const flags = ["-q", "--no-check", "--no-lock", "--allow-ffi"];
    // To be watched costs memory, which that test counts.
    flags.push("--ignore=tests/unit/null_kernel_test.ts");
    const map = await importMapFlags();
    const paths = ["tests/unit", "tests/sim"];
    await deno(["test", ...flags, ...map, `--coverage=${folder}`, ...paths]);
    return await deno(["coverage", "--lcov", "--include=/src/", folder]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const report: Report = new Map();
  merge(report, await measure());
  for (const file of Deno.args) merge(report, Deno.readTextFileSync(file));
  print(report);
}
