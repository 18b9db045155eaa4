import type { Plugin } from "../dependencies/bundler.ts";

/** Knows which modules others need at once, as the bundler has found them. */
export class StaticImports {
  readonly #imports: Map<string, readonly string[]> = new Map();
  readonly #reached: Map<string, Set<string>> = new Map();

  /** Gathers the imports when all modules are read. */
  get plugin(): Plugin {
    const imports = this.#imports;
    return {
      name: "static-imports",
      buildEnd() {
        for (const id of this.getModuleIds()) {
          imports.set(id, this.getModuleInfo(id)?.importedIds ?? []);
        }
      },
    };
  }

  /**
   * Whether a module is loaded with another.
   *
   * @param root The end of the other's path, such as `./mod.ts`.
   * @param id The module's path.
   */
  has(root: string, id: string): boolean {
    let reached = this.#reached.get(root);
    if (reached === undefined) {
      reached = this.#walk(root.slice(".".length));
      this.#reached.set(root, reached);
    }
    return reached.has(id);
  }

  #walk(end: string): Set<string> {
    const ids = [...this.#imports.keys()];
    const found = ids.filter((id) => id.replaceAll("\\", "/").endsWith(end));
    // The shortest: `/mod.ts` ends the path of every room's door as well
    const root = found.sort((a, b) => a.length - b.length)[0];
    const reached = new Set(root === undefined ? [] : [root]);
    for (const id of reached) {
      for (const next of this.#imports.get(id) ?? []) reached.add(next);
    }
    return reached;
  }
}
