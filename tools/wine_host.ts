import { Cache, cacheFolder } from "./cache.ts";
import type { WindowsHost } from "./host.ts";
import {
  builtPiece,
  executable,
  type NativeProgram,
} from "./native_program.ts";
import {
  type NpmProgram,
  programFolder,
  programPiece,
  WINDOWS_DENO,
} from "./packages.ts";
import { ask, type CommandLine } from "./process.ts";
import { Interruption, SetupError } from "./setup_process.ts";
import {
  chooseWine,
  type Machine,
  missingWineMessage,
  type Wine,
  winePath,
} from "./wine.ts";
import { debianWine } from "./wine_debian.ts";
import { systemWine } from "./wine_system.ts";

/** A machine that is not Windows, with Wine. */
export class WineHost implements WindowsHost {
  readonly #cache: Cache;
  readonly #wine: Wine;
  /** Its name. */
  readonly label: string;
  /** The Windows folder. */
  readonly systemRoot = "C:\\Windows";
  /** What to tell about it. */
  readonly notes: string[];

  private constructor(cache: Cache, wine: Wine) {
    this.#cache = cache;
    this.#wine = wine;
    this.label = wine.label;
    this.notes = [
      `Deno: ${this.#path(WINDOWS_DENO)}`,
      `${wine.label}: ${wine.prefix}`,
    ];
  }

  /**
   * Prepares Wine and the Windows build of Deno, unless they are ready. Fails
   * with a {@linkcode SetupError} on a machine that cannot run Windows
   * programs.
   */
  static async open(): Promise<WineHost> {
    const cache = new Cache(cacheFolder(Deno.env.toObject()));
    const host = new WineHost(cache, await findWine(cache));
    await host.install([WINDOWS_DENO]);
    return host;
  }

  /** Gets programs from npm, unless they are in the cache. */
  async install(programs: readonly NpmProgram[]): Promise<string[]> {
    using interruption = new Interruption();
    const pieces = programs.map((program) =>
      programPiece(program, interruption)
    );
    const all = [...this.#wine.pieces(interruption), ...pieces];
    await this.#cache.ensure(all, interruption);
    return programs.map((program) => winePath(this.#path(program)));
  }

  /**
   * Compiles a program, unless it is in the cache; sources are relative to this
   * folder. Gives its Windows path; `undefined` if nothing here compiles it.
   */
  async compile(program: NativeProgram): Promise<string | undefined> {
    using interruption = new Interruption();
    const piece = await builtPiece(program, interruption);
    if (piece === undefined) return undefined;
    await this.#cache.ensure([piece], interruption);
    return winePath(`${this.#cache.path(program.name)}/${executable(program)}`);
  }

  /** The command line of the Windows build of Deno. */
  deno(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<CommandLine> {
    const folder = winePath(this.#cache.path("deno_dir"));
    const argv = [this.#path(WINDOWS_DENO), ...args];
    return this.#wine.command(argv, { ...env, DENO_DIR: folder });
  }

  #path(program: NpmProgram): string {
    return `${this.#cache.path(programFolder(program))}/${program.file}`;
  }
}

async function findWine(cache: Cache): Promise<Wine> {
  const machine = await lookAround();
  switch (chooseWine(machine)) {
    case "system":
      return systemWine(cache, machine.wine ?? "");
    case "debian":
      return debianWine(cache);
    case "none":
      throw new SetupError(missingWineMessage(machine));
  }
}

async function lookAround(): Promise<Machine> {
  const linux = Deno.build.os === "linux";
  const wine = await ask(["wine", "--version"], { WINEDEBUG: "-all" });
  return { wine, linux, root: Deno.uid() === 0 };
}
