/**
 * Checks format, style, types, documentation and the package.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { guides } from "./files.ts";
import { importMapFlags } from "./jsr.ts";
import { print, Step } from "./progress.ts";

const REPOSITORY = `${import.meta.dirname}/..`;
const FOLDERS = ["src", "tests", "bench", "examples", "tools"];
const DOORS = Object.values(config.exports);
const TEXTS = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "PERFORMANCE.md",
];

/** One check: a name, and the arguments of the Deno that does it. */
interface Check {
  name: string;
  args: string[];
}

async function checks(): Promise<Check[]> {
  const map = await importMapFlags();
  return [
    { name: "Format", args: ["fmt", "--check"] },
    { name: "Lint", args: ["lint"] },
    { name: "Types", args: ["check", ...map, "mod.ts", ...FOLDERS] },
    { name: "Exports", args: ["doc", "--lint", ...DOORS] },
    { name: "Imports", args: ["run", "-A", "tools/check_imports.ts"] },
    { name: "Documentation", args: ["run", "-A", "tools/check_docs.ts"] },
    { name: "Named tests", args: ["run", "-A", "tools/check_tables.ts"] },
    { name: "Workflows", args: ["run", "-A", "tools/check_workflows.ts"] },
    {
      name: "Code in texts",
      args: ["check", "--doc-only", ...map, ...TEXTS, ...guides()],
    },
    {
      name: "Code in comments",
      args: ["check", "--doc", ...map, "mod.ts", "src"],
    },
    { name: "Package", args: ["run", "-A", "tools/check_package.ts"] },
  ];
}

/** Runs a check, and shows its output only if it fails. */
async function pass({ name, args }: Check): Promise<boolean> {
  using step = new Step(name);
  const command = new Deno.Command(Deno.execPath(), { args, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  if (success) {
    step.done();
    return true;
  }
  step.fail();
  Deno.stdout.writeSync(stdout);
  Deno.stderr.writeSync(stderr);
  return false;
}

async function main(): Promise<number> {
  Deno.chdir(REPOSITORY);
  const failed: string[] = [];
  for (const check of await checks()) {
    if (!await pass(check)) failed.push(check.name);
  }
  print(failed.length === 0 ? "All checks passed\n" : summary(failed));
  return failed.length === 0 ? 0 : 1;
}

function summary(failed: readonly string[]): string {
  return `Failed: ${failed.join(", ")}\n`;
}

if (import.meta.main) Deno.exit(await main());
