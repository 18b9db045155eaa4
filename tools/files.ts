import { relative } from "node:path";
import { fileURLToPath } from "node:url";

const TEST_FILE = /(^|[._])test\.(ts|js|mjs|tsx)$/;

/** Whether a file or folder can be seen. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false; // What cannot be seen is not there for us
  }
}

/** Reads a file that may be missing. */
export function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined; // What cannot be read is not there for us
  }
}

/** The files of TypeScript in a folder and all below. */
export function typescriptFiles(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return typescriptFiles(path);
    return name.endsWith(".ts") ? [path] : [];
  }).sort();
}

/** The guides: all texts of `docs/`. */
export function guides(): string[] {
  return [...Deno.readDirSync("docs")].map(({ name }) => `docs/${name}`)
    .filter((path) => path.endsWith(".md")).sort();
}

/** Whether `deno test` finds something to run. */
export function hasTests(path: string): boolean {
  if (!exists(path)) return false;
  if (!Deno.statSync(path).isDirectory) return TEST_FILE.test(path);
  return [...Deno.readDirSync(path)].some(({ name, isDirectory }) =>
    isDirectory ? hasTests(`${path}/${name}`) : TEST_FILE.test(name)
  );
}

/** The path of a URL, relative to this process's folder. */
export function relativePath(url: string): string {
  return relative(Deno.cwd(), fileURLToPath(url)).replaceAll("\\", "/");
}
