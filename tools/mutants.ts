/**
 * Applies small wrong changes to a copy of `src/`, one at a time, and runs the
 * tests: each must make a test fail, in time. Prints who caught it.
 *
 *     deno task mutants [--only TEXT]
 *
 * @module
 */

import { importMapFlags } from "./jsr.ts";
import { MUTANTS } from "./mutants/list.ts";
import { type Mutant, mutate } from "./mutants/mutant.ts";
import { ask, run } from "./process.ts";
import { LIMIT } from "./stages.ts";

const REPOSITORY = `${import.meta.dirname}/..`;
/** Milliseconds for the tests that should catch a mutant. */
const FEW_TESTS = 200_000;
/** Milliseconds for all unit tests. */
const ALL_TESTS = 900_000;

/** The exit code of a program that took too long: 128 and SIGKILL. */
const KILLED = 137;

/** What came of a mutant. */
interface Verdict {
  mutant: Mutant;
  /** `caught` is what should be; a test that hangs says nothing. */
  result: "caught" | "hangs" | "survives";
  /** The test that failed, or where the run stood. */
  by: string;
}

/** A copy of the repository. */
class Copy implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<Copy> {
    const folder = await Deno.makeTempDir({ prefix: "mutants-" });
    const files = await ask(["git", "-C", REPOSITORY, "ls-files"]);
    if (files === undefined) throw new Error("Cannot list the files: no git");
    for (const file of files.trim().split("\n")) {
      const target = `${folder}/${file}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), {
        recursive: true,
      });
      await Deno.copyFile(`${REPOSITORY}/${file}`, target);
    }
    return new Copy(folder);
  }

  /** Tries a mutant, and leaves the copy as it was. */
  async try(mutant: Mutant): Promise<Verdict> {
    const path = `${this.#folder}/src/${mutant.file}`;
    const source = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, mutate(mutant, source));
    try {
      return await this.#tryBy(mutant);
    } finally {
      await Deno.writeTextFile(path, source);
    }
  }

  async #tryBy(mutant: Mutant): Promise<Verdict> {
    const { tests, windows } = mutant;
    if (windows !== undefined) return await this.#onWindows(mutant, windows);
    const paths = tests.map((name) => `tests/unit/${name}_test.ts`);
    const few = await this.#test(mutant, paths, FEW_TESTS);
    if (few.result !== "survives") return few;
    return await this.#test(mutant, ["tests/unit"], ALL_TESTS);
  }

  async #test(
    mutant: Mutant,
    paths: readonly string[],
    timeout: number,
  ): Promise<Verdict> {
    const flags = [
      "-q",
      "--no-check",
      "--no-lock",
      "--allow-ffi",
      "--fail-fast",
      `--preload=${LIMIT}`,
    ];
    const map = await importMapFlags();
    const args = ["test", ...flags, ...map, ...paths];
    return await this.#run(mutant, args, timeout);
  }

  async #onWindows(
    mutant: Mutant,
    paths: readonly string[],
  ): Promise<Verdict> {
    const program = ["run", "-A", "--no-lock", "tools/windows.ts"];
    return await this.#run(mutant, [...program, "test", ...paths], ALL_TESTS);
  }

  async #run(
    mutant: Mutant,
    args: readonly string[],
    timeout: number,
  ): Promise<Verdict> {
    const argv = [Deno.execPath(), ...args];
    const env = { ...Deno.env.toObject(), NO_COLOR: "1" };
    let text = "";
    const onOutput = (output: string) => text += output;
    const { code } = await run(
      { argv, cwd: this.#folder, env },
      { onOutput, onErrors: onOutput, timeout, quiet: true },
    );
    if (code === KILLED) return { mutant, result: "hangs", by: last(text) };
    if (code === 0) return { mutant, result: "survives", by: "" };
    return { mutant, result: "caught", by: failed(text) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** The first test that failed. */
function failed(text: string): string {
  return /^(.+) \.\.\. FAILED/m.exec(text)?.[1] ??
    /^(?:error|Uncaught)[^\n]*/m.exec(text)?.[0] ?? "a run that failed";
}

function last(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}

async function runAll(mutants: readonly Mutant[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const queue = [...mutants];
  async function work(): Promise<void> {
    await using copy = await Copy.make();
    for (let next; (next = queue.shift()) !== undefined;) {
      const verdict = await copy.try(next);
      verdicts.push(verdict);
      print(verdict);
    }
  }
  const workers = Math.max(1, navigator.hardwareConcurrency);
  await Promise.all(Array.from({ length: workers }, work));
  return verdicts;
}

function print({ mutant, result, by }: Verdict): void {
  const end = by === "" ? "" : `: ${by}`;
  console.log(`${result.padEnd(8)} ${mutant.name} (${mutant.file})${end}`);
}

async function main([option, text = ""]: readonly string[]): Promise<number> {
  if (option !== undefined && option !== "--only") {
    console.error("Usage: deno task mutants [--only TEXT]");
    return 2;
  }
  const chosen = MUTANTS.filter(({ name, file }) =>
    `${name} ${file}`.includes(text)
  );
  const verdicts = await runAll(chosen);
  const caught = verdicts.filter(({ result }) => result === "caught");
  const rest = verdicts.filter(({ result }) => result !== "caught");
  console.log(`\n${caught.length} of ${verdicts.length} mutants caught`);
  rest.forEach(print);
  return rest.length === 0 && verdicts.length > 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
