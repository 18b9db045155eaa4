/**
 * Programs that import the package from a registry, with a cache of their own.
 *
 * @module
 */

import { staticModules } from "../../bench/_module_graph.ts";
import { removeUsed } from "../windows/_remove.ts";
import { CONFIG, type Registry } from "./_registry.ts";

/** How a program ended. */
export interface Outcome {
  /** Its exit code. */
  code: number;
  /** What it wrote to stdout. */
  stdout: string;
  /** What it wrote to stderr. */
  stderr: string;
}

/** The specifier of a door, such as `./pipe`. */
export function specifier(door: string): string {
  const { name, version } = CONFIG;
  return `jsr:${name}@${version}${door.slice(1)}`;
}

/** A folder with Deno's cache and the programs of a test. */
export class Importer implements AsyncDisposable {
  readonly #registry: Registry;
  readonly #folder: string;

  /** @param registry Where packages come from. */
  constructor(registry: Registry) {
    this.#registry = registry;
    this.#folder = Deno.makeTempDirSync();
  }

  /**
   * Runs Deno with a program.
   *
   * @param args Its subcommand and flags.
   * @param source The program.
   */
  async deno(args: readonly string[], source: string): Promise<Outcome> {
    const path = `${this.#folder}/${crypto.randomUUID()}.ts`;
    await Deno.writeTextFile(path, source);
    return await this.#run([...args, "--no-config", "--no-lock", path]);
  }

  /**
   * Runs Deno with a program of the package.
   *
   * @param args Its subcommand, flags, and the program.
   * @param own The arguments of the program.
   */
  async command(
    args: readonly string[],
    own: readonly string[],
  ): Promise<Outcome> {
    const [subcommand = "", ...rest] = args;
    const flags = ["--no-config", "--no-lock"];
    return await this.#run([subcommand, ...flags, ...rest, ...own]);
  }

  /**
   * Counts the modules that importing one loads, beside those of Node.
   *
   * @param specifier The module.
   */
  async countModules(specifier: string): Promise<number> {
    return (await this.modules(specifier))
      .filter((module) => !module.startsWith("node:")).length;
  }

  /**
   * The modules that importing one loads, those of Node too.
   *
   * @param specifier The module.
   */
  async modules(specifier: string): Promise<string[]> {
    const { stdout, stderr } = await this.#run(["info", "--json", specifier]);
    if (!stdout.startsWith("{")) throw new Error(stderr);
    return staticModules(JSON.parse(stdout));
  }

  async #run(args: string[]): Promise<Outcome> {
    const command = new Deno.Command(Deno.execPath(), {
      args,
      cwd: this.#folder,
      env: {
        DENO_DIR: `${this.#folder}/deno`,
        JSR_URL: this.#registry.url,
        NO_COLOR: "1",
      },
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    const [out, err] = [stdout, stderr].map((data) =>
      new TextDecoder().decode(data).trim()
    ) as [string, string];
    return { code, stdout: out, stderr: err };
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await removeUsed(this.#folder);
  }
}
