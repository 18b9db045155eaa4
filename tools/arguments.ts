import { parseArgs } from "node:util";

/** The subcommands of `tools/windows.ts`. */
export const SUBCOMMANDS = [
  "exec",
  "demo",
  "test",
  "faults",
  "soak",
  "conformance",
  "bench",
  "peers",
  "interop",
  "setup",
] as const;

/** One of {@linkcode SUBCOMMANDS}. */
export type Subcommand = typeof SUBCOMMANDS[number];

/** A command line of `tools/windows.ts`, taken apart. */
export interface ParsedArguments {
  /** What to do. */
  subcommand: Subcommand;
  /** The words after it, without a leading `--`. */
  words: string[];
}

/** Flags of `deno test` whose next word is their value. */
const VALUE_FLAGS = {
  filter: { type: "string" },
  ignore: { type: "string" },
  "junit-path": { type: "string" },
  reporter: { type: "string" },
  "import-map": { type: "string" },
  config: { type: "string", short: "c" },
} as const;

/** The text that explains the command line. */
export const USAGE = `Usage: deno run -A tools/windows.ts SUBCOMMAND [WORDS]

  exec [--] ARGS   run the Windows build of Deno with these arguments
  demo [ARGS]      run examples/demo.ts
  test [ARGS]      run all tests; ARGS go to deno test
  faults [--scale N] [ARGS]  run tests/faults, 1 for the full figures
  soak --hours N   run a mixed load; --help tells the options
  conformance [FILE]  replay traces, and write a report to FILE
  bench [ARGS]     run the benchmarks; ARGS go to deno bench
  peers [ARGS]     compare with other runtimes and C; ARGS as --help says
  interop [FILES]  run tests/libraries, and write the table of their results
  setup            only prepare what the others need, and say where it is`;

/** Takes a command line apart; `undefined` if there is no such subcommand. */
export function parseArguments(
  args: readonly string[],
): ParsedArguments | undefined {
  const subcommand = SUBCOMMANDS.find((name) => name === args[0]);
  if (subcommand === undefined) return undefined;
  const words = args.slice(args[1] === "--" ? 2 : 1);
  return { subcommand, words };
}

/** Words for `deno test`: those that name files apart from the others. */
export interface TestWords {
  /** Files and folders, with forward slashes. */
  paths: string[];
  /** Everything else, in order. */
  flags: string[];
}

/** Parts words that name files from flags and their values, in order. */
export function partWords(
  words: readonly string[],
  isPath: (word: string) => boolean,
): TestWords {
  const { tokens } = parseArgs({
    args: [...words],
    options: VALUE_FLAGS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const indexes = tokens
    .filter((token) => token.kind === "positional" && isPath(token.value))
    .map(({ index }) => index);
  return {
    paths: indexes.map((index) => normalizePath(words[index]!)),
    flags: words.filter((_, index) => !indexes.includes(index)),
  };
}

function normalizePath(path: string): string {
  return path.replaceAll("\\", "/").replace(/^(\.\/)+/, "").replace(/\/+$/, "");
}
