import { pathToFileURL } from "node:url";
import { relativePath } from "./files.ts";
import { denoJson } from "./process.ts";

/** An import of a value or a type, at start or later. */
export interface Import {
  /** The importing file, relative to the repository. */
  from: string;
  /** The imported file, or the URL of what is not in the repository. */
  to: string;
  /** The line, from 1. */
  line: number;
}

/** What `deno info --json` prints, as far as it is needed. */
interface Info {
  modules: { specifier: string; dependencies?: Dependency[] }[];
}

interface Dependency {
  specifier: string;
  code?: Resolution;
  type?: Resolution;
}

interface Resolution {
  specifier?: string;
  span: { start: { line: number } };
}

/**
 * Reads the imports of modules, and of all that they import. Paths are relative
 * to the repository, which is this process's folder.
 */
export async function readImports(files: readonly string[]): Promise<Import[]> {
  const root = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const urls = files.map((file) => pathToFileURL(Deno.realPathSync(file)));
    const lines = urls.map((url) => `import ${JSON.stringify(url.href)};`);
    await Deno.writeTextFile(root, lines.join("\n"));
    const { modules } = await denoJson<Info>("info", root);
    return modules
      .filter(({ specifier }) => isOwn(specifier))
      .flatMap(({ specifier, dependencies = [] }) =>
        dependencies.map((one) => importOf(specifier, one))
      );
  } finally {
    await Deno.remove(root);
  }
}

function importOf(from: string, dependency: Dependency): Import {
  const { specifier, code, type } = dependency;
  const resolution = code ?? type;
  return {
    from: shorten(from),
    to: shorten(resolution?.specifier ?? specifier),
    line: (resolution?.span.start.line ?? 0) + 1,
  };
}

function isOwn(url: string): boolean {
  return url.startsWith(pathToFileURL(`${Deno.cwd()}/`).href);
}

function shorten(url: string): string {
  return isOwn(url) ? relativePath(url) : url;
}
