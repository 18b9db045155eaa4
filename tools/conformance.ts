import type { WindowsHost } from "./host.ts";
import { importMapFlags } from "./jsr.ts";
import { run } from "./process.ts";

const REPORT = ".cache/conformance.md";
const PROGRAM = "tests/conformance/main.ts";
const TIMEOUT_MS = 5 * 60_000;

/**
 * Replays the traces, shows the report, and writes it to a file: the first
 * word, or else one in `.cache/`. The exit code is 0 if every difference is a
 * listed one.
 */
export async function runConformance(
  host: WindowsHost,
  words: readonly string[],
): Promise<number> {
  const file = words[0] ?? REPORT;
  const given = ["--allow-ffi", "--no-check", ...await importMapFlags()];
  let report = "";
  const onOutput = (text: string) => report += text;
  const { code } = await run(await host.deno(["run", ...given, PROGRAM]), {
    onOutput,
    timeout: TIMEOUT_MS,
  });
  if (file === REPORT) await Deno.mkdir(".cache", { recursive: true });
  await Deno.writeTextFile(file, report.replaceAll("\r\n", "\n"));
  console.log(`The report is in ${file}`);
  return code;
}
