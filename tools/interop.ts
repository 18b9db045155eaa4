import type { WindowsHost } from "./host.ts";
import { junitResults, updateTable } from "./library_table.ts";
import { LIBRARIES } from "./stages.ts";
import { runTests } from "./test_run.ts";

const TEXT = "docs/node_libraries.md";
const REPORT = ".cache/interop.xml";

/**
 * Runs the tests of libraries, which Deno installs into the cache, and writes
 * the table of their results.
 *
 * @param host What runs Windows programs.
 * @param words Files of `tests/libraries`, words for `deno test`.
 * @returns The exit code: 0 if tests ran and none failed.
 */
export async function runInterop(
  host: WindowsHost,
  words: readonly string[],
): Promise<number> {
  await Deno.mkdir(".cache", { recursive: true });
  await Deno.remove(REPORT).catch(() => {}); // there is none
  const some = words.some((word) => word.startsWith(LIBRARIES));
  const files = some ? [] : [LIBRARIES];
  const report = `--junit-path=${REPORT}`;
  const code = await runTests(host, [...files, report, ...words]);
  const results = junitResults(await Deno.readTextFile(REPORT));
  const text = await Deno.readTextFile(TEXT);
  await Deno.writeTextFile(TEXT, updateTable(text, results));
  console.log(`The table is in ${TEXT}`);
  return code;
}
