/**
 * Makes every order of events on the simulated kernel: `tests/model/main.ts`
 * tells the options.
 *
 *     deno task model [--minutes N] [--only TEXT]
 *
 * @module
 */

import { importMapFlags } from "./jsr.ts";
import { run } from "./process.ts";

/** Longer than anybody asks for. */
const TIMEOUT_MS = 24 * 60 * 60_000;

if (import.meta.main) {
  const given = ["--allow-ffi", "--allow-read", "--no-check", "--no-lock"];
  const flags = [...given, ...await importMapFlags()];
  const program = `${import.meta.dirname}/../tests/model/main.ts`;
  const argv = [Deno.execPath(), "run", ...flags, program, ...Deno.args];
  const env = Deno.env.toObject();
  const { code } = await run({ argv, env }, { timeout: TIMEOUT_MS });
  Deno.exit(code);
}
