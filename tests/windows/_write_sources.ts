/**
 * Writes `_sources.ts` anew, after a module of `src/` was added or renamed:
 *
 *     deno run -A tests/windows/_write_sources.ts
 *
 * @module
 */

const ROOT = new URL("../../", import.meta.url);
const TARGET = new URL("_sources.ts", import.meta.url);

const HEAD = `// deno-fmt-ignore-file
/**
 * The sources of the library as text, each by its path. A worker may not read
 * files under \`--allow-ffi\` alone, so its modules are made of these. Written
 * by \`_write_sources.ts\`.
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

async function main(): Promise<void> {
  const lines = (await modulesIn("src/")).map((path) =>
    `export { default as "${path}" } from "../../${path}" with { type: "text" };\n`
  );
  await Deno.writeTextFile(TARGET, HEAD + lines.join(""));
}

if (import.meta.main) await main();
