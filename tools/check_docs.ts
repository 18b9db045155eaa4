// Checks the documentation of what a module exports, and the style of src/.
//
// deno run -A tools/check_docs.ts [entry=mod.ts]
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDocs } from "./doc_rules.ts";
import { checkImports } from "./import_rules.ts";
import type { DocOutput } from "./doc_types.ts";
import { checkExamples } from "./example_rules.ts";
import { countFindings, type Finding, formatFinding } from "./finding.ts";
import { checkSource, type Source } from "./source_rules.ts";

const SOURCE_FOLDER = "src";
/**
 * Files that may be long, because each is a page and not a machine: one class
 * that lists every method with its docs, each body a line or two into a part.
 */
const PAGES = new Set([
  "src/loop/proactor_event_loop.ts",
  "src/proactor/iocp_proactor.ts",
]);
const TEXTS = ["mod.ts", "README.md", "ARCHITECTURE.md", "PERFORMANCE.md"];

async function readDocs(entry: string): Promise<DocOutput> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", entry],
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`Cannot read documentation of "${entry}"`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  const lists = entries.map(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return sourceFiles(path);
    return name.endsWith(".ts") ? [path] : [];
  });
  return (await Promise.all(lists)).flat().sort();
}

async function checkSources(folder: string): Promise<Finding[]> {
  const sources = await readSources(await sourceFiles(folder));
  const texts = await readSources(TEXTS);
  return [
    ...sources.flatMap((source) =>
      checkSource(source, { page: PAGES.has(source.file) })
    ),
    ...sources.flatMap(checkImports),
    ...[...texts, ...sources].flatMap(checkExamples),
  ];
}

async function readSources(files: readonly string[]): Promise<Source[]> {
  return await Promise.all(files.map(async (file) => {
    return { file, text: await Deno.readTextFile(file) };
  }));
}

function shorten(finding: Finding): Finding {
  if (!finding.file.startsWith("file:")) return finding;
  const file = relative(Deno.cwd(), fileURLToPath(finding.file));
  return { ...finding, file: file.replaceAll("\\", "/") };
}

async function main(entry = "mod.ts"): Promise<boolean> {
  const findings = [
    ...checkDocs(await readDocs(entry)).map(shorten),
    ...await checkSources(SOURCE_FOLDER),
  ];
  for (const finding of findings) console.log(formatFinding(finding));
  const { text, ok } = countFindings(findings);
  console.log(text);
  return ok;
}

if (import.meta.main) Deno.exit(await main(Deno.args[0]) ? 0 : 1);
