// Checks the documentation of what the doors export, and that each example in
// texts and comments is executed.
//
// deno run -A tools/check_docs.ts
import config from "../deno.json" with { type: "json" };
import { checkExamples } from "./code_blocks.ts";
import { checkDocs, type DocOutput } from "./doc_rules.ts";
import { checkRootDoor } from "./doors.ts";
import { guides, relativePath, typescriptFiles } from "./files.ts";
import { exitWith, type Finding } from "./finding.ts";
import { denoJson } from "./process.ts";

const TEXTS = [
  "mod.ts",
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "PERFORMANCE.md",
];

function shorten(finding: Finding): Finding {
  return { ...finding, file: relativePath(finding.file) };
}

if (import.meta.main) {
  const docs = await denoJson<DocOutput>(
    "doc",
    ...Object.values(config.exports),
  );
  exitWith([
    ...[...checkDocs(docs), ...checkRootDoor(docs)].map(shorten),
    ...[...TEXTS, ...guides(), ...typescriptFiles("src")].flatMap((file) =>
      checkExamples({ file, text: Deno.readTextFileSync(file) })
    ),
  ]);
}
