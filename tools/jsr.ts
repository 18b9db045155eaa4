/** Flags that make Deno use the stand-ins of `tests/std` for JSR packages. */
const STAND_INS = ["--import-map", "tests/std/import_map.json"];
const TIMEOUT_MS = 2_500;

let answer: Promise<boolean> | undefined;

/** Whether the JSR registry that Deno uses can be reached. Asked once. */
export function isJsrReachable(): Promise<boolean> {
  answer ??= askJsr();
  return answer;
}

/**
 * The flags that tests, checks and benchmarks need here to find `@std`: none
 * where JSR can be reached, otherwise the import map of the stand-ins, relative
 * to the repository.
 */
export async function importMapFlags(): Promise<string[]> {
  return await isJsrReachable() ? [] : STAND_INS;
}

async function askJsr(): Promise<boolean> {
  const registry = Deno.env.get("JSR_URL") || "https://jsr.io/";
  try {
    const url = new URL("@std/assert/meta.json", registry);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // No answer is an answer here
  }
}
