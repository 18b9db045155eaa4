/**
 * What a module loads when it is imported.
 *
 * @module
 */

interface Dependency {
  code?: { specifier: string };
  isDynamic?: boolean;
}

interface Info {
  roots: string[];
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
  const { roots, modules } = await readInfo(url);
  const imports = new Map(modules.map(({ specifier, dependencies = [] }) => [
    specifier,
    dependencies.filter(({ isDynamic }) => !isDynamic)
      .flatMap(({ code }) => code?.specifier ?? []),
  ]));
  const seen = new Set(roots);
  for (const module of seen) {
    for (const next of imports.get(module) ?? []) seen.add(next);
  }
  return seen.size;
}

async function readInfo(url: string): Promise<Info> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", url],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot read the modules of "${url}"`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
