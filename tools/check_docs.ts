// Checks the documentation of what the doors export, and that each example in
// texts and comments is executed.
//
// deno run -A tools/check_docs.ts
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { checkExamples } from "./code_blocks.ts";
import { checkDocs, type DocOutput } from "./doc_rules.ts";
import { checkRootDoor } from "./doors.ts";
import { typescriptFiles } from "./files.ts";
import { exitWith, type Finding } from "./finding.ts";

const TEXTS = [
  "mod.ts",
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "PERFORMANCE.md",
];

async function readDocs(): Promise<DocOutput> {
  const args = ["doc", "--json", ...Object.values(config.exports)];
  const deno = new Deno.Command(Deno.execPath(), { args, stderr: "inherit" });
  const { success, stdout } = await deno.output();
  if (!success) throw new Error("Cannot read documentation: deno doc failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

function shorten(finding: Finding): Finding {
  const file = relative(Deno.cwd(), fileURLToPath(finding.file));
  return { ...finding, file: file.replaceAll("\\", "/") };
}

if (import.meta.main) {
  const docs = await readDocs();
  exitWith([
    ...[...checkDocs(docs), ...checkRootDoor(docs)].map(shorten),
    ...[...TEXTS, ...typescriptFiles("src")].flatMap((file) =>
      checkExamples({ file, text: Deno.readTextFileSync(file) })
    ),
  ]);
}
