/**
 * What a module loads when it is imported.
 *
 * @module
 */

interface Dependency {
  code?: { specifier: string };
  isDynamic?: boolean;
}

/** What `deno info --json` prints. */
export interface ModuleGraph {
  /** Where it starts. */
  roots: string[];
  /** Where specifiers such as `jsr:` lead. */
  redirects?: Record<string, string>;
  /** The modules, with what they import. */
  modules: { specifier: string; dependencies?: Dependency[] }[];
}

/**
 * Counts the modules that importing one loads: itself and what it imports,
 * but neither what only types need nor what is imported later.
 *
 * @param url The module.
 * @returns The number, those of Node included.
 */
export async function countModules(url: string): Promise<number> {
  return staticModules(await readInfo(url)).length;
}

/** The modules that are loaded with the root of a graph, and itself. */
export function staticModules(
  { roots, redirects = {}, modules }: ModuleGraph,
): string[] {
  const imports = new Map(modules.map(({ specifier, dependencies = [] }) => [
    specifier,
    dependencies.filter(({ isDynamic }) => !isDynamic)
      .flatMap(({ code }) => code?.specifier ?? []),
  ]));
  const seen = new Set(roots.map((root) => redirects[root] ?? root));
  for (const module of seen) {
    for (const next of imports.get(module) ?? []) seen.add(next);
  }
  return [...seen];
}

async function readInfo(url: string): Promise<ModuleGraph> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", url],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot read the modules of "${url}"`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
