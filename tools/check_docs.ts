// Checks the documentation of what the doors export, and the style of src/.
//
// deno run -A tools/check_docs.ts [door...]
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { checkDocs } from "./doc_rules.ts";
import { checkImports } from "./import_rules.ts";
import type { DocOutput } from "./doc_types.ts";
import { checkRootDoor, doorsIn } from "./doors.ts";
import { checkExamples } from "./example_rules.ts";
import { countFindings, type Finding, formatFinding } from "./finding.ts";
import { checkSource, type Source } from "./source_rules.ts";

const CONFIG = "deno.json";
const SOURCE_FOLDER = "src";
/** Files that may be longer than others: a page, not a machine. */
const PAGES = [
  "src/loop/proactor_event_loop.ts",
  "src/proactor/iocp_proactor.ts",
];
const TEXTS = ["mod.ts", "README.md", "ARCHITECTURE.md", "PERFORMANCE.md"];

async function readDocs(doors: readonly string[]): Promise<DocOutput> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...doors],
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  if (!success) {
    throw new Error(`Cannot read documentation of ${doors.join(", ")}`);
  }
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
    ...sources.flatMap(checkSource).filter((finding) => !isPageLength(finding)),
    ...sources.flatMap(checkImports),
    ...[...texts, ...sources].flatMap(checkExamples),
  ];
}

function isPageLength({ file, symbol }: Finding): boolean {
  return symbol === "file" && PAGES.includes(file);
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

async function main(given: readonly string[]): Promise<boolean> {
  const doors = given.length > 0
    ? given
    : doorsIn(Deno.readTextFileSync(CONFIG));
  const docs = await readDocs(doors);
  const findings = [
    ...[...checkDocs(docs), ...checkRootDoor(docs)].map(shorten),
    ...await checkSources(SOURCE_FOLDER),
  ];
  for (const finding of findings) console.log(formatFinding(finding));
  const { text, ok } = countFindings(findings);
  console.log(text);
  return ok;
}

if (import.meta.main) Deno.exit(await main(Deno.args) ? 0 : 1);
