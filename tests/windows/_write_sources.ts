/**
 * Writes `_sources.ts` anew, after a module of `src/` was added or renamed:
 *
 *     deno run -A tests/windows/_write_sources.ts
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);
const TARGET = new URL("_sources.ts", import.meta.url);

const HEAD = `/**
 * The sources of the library as text. A worker may not read files under
 * \`--allow-ffi\` alone, so its modules are made of these. Written by
 * \`_write_sources.ts\`.
 *
 * @module
 */
`;

async function modulesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(folder, ROOT)));
  const lists = entries.map(({ name, isDirectory }) => {
    if (isDirectory) return modulesIn(`${folder}${name}/`);
    return name.endsWith(".ts") ? [`${folder}${name}`] : [];
  });
  return (await Promise.all(lists)).flat().sort();
}

/** `src/ffi/win32_api.ts` as `ffiWin32Api`. */
function variableOf(path: string): string {
  const words = path.slice("src/".length, -".ts".length);
  return words.replace(/[^a-z0-9]+(.)/gi, (_, letter) => letter.toUpperCase());
}

function textOf(modules: string[]): string {
  const imports = modules.map((path) =>
    `import ${variableOf(path)} from "../../${path}" with { type: "text" };`
  );
  const entries = modules.map((path) => `  "${path}": ${variableOf(path)},`);
  return [
    HEAD,
    ...imports,
    "",
    "/** TypeScript by path. */",
    "export const SOURCES: Readonly<Record<string, string>> = {",
    ...entries,
    "};",
    "",
  ].join("\n");
}

async function main(): Promise<void> {
  await Deno.writeTextFile(TARGET, textOf(await modulesIn("src/")));
  const args = ["fmt", "--quiet", TARGET.pathname.replace(/^\/(?=\w:)/, "")];
  await new Deno.Command(Deno.execPath(), { args }).output();
}

if (import.meta.main) await main();
