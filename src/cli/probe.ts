/**
 * Trying what a machine supports.
 *
 * @module
 */

/** Something to try. */
export interface Probe {
  /** What it is about. */
  name: string;
  /** What Windows 10 and newer answer; `undefined` where no source tells. */
  expected: string | undefined;
  /**
   * True when the library is of no use without it.
   *
   * @default {false}
   */
  needed?: boolean | undefined;
  /**
   * Tries it.
   *
   * @returns What this machine answers.
   * @throws {Deno.errors.NotSupported} when there is no such thing here.
   */
  run(): Promise<string>;
}

/** What has come of a try. */
export interface Finding {
  /** What it was about. */
  name: string;
  /**
   * `"ok"` is the answer of Windows, `"differs"` another one, `"open"` one that
   * there is nothing to compare with, `"missing"` that there is no such thing
   * here, `"failed"` an error.
   */
  status: "ok" | "differs" | "open" | "missing" | "failed";
  /** The answer, or the error. */
  answer: string;
  /** What Windows answers, where that is known. */
  expected: string | undefined;
  /** True when the library is of no use without it. */
  needed: boolean;
}

/** Milliseconds after which a try that hangs has failed. */
const PATIENCE = 10_000;

/**
 * Tries something; what it throws is its result.
 *
 * @param probe What to try.
 * @returns What has come of it.
 */
export async function tryProbe(probe: Probe): Promise<Finding> {
  const { name, expected, needed = false } = probe;
  const about = { name, expected, needed };
  try {
    const answer = await inTime(probe.run());
    return { ...about, answer, status: compare(answer, expected) };
  } catch (error) {
    const answer = error instanceof Error ? error.message : String(error);
    const { NotCapable, NotSupported } = Deno.errors;
    const missing = error instanceof NotSupported ||
      error instanceof NotCapable; // of a library that the grant leaves out
    return { ...about, answer, status: missing ? "missing" : "failed" };
  }
}

function compare(
  answer: string,
  expected: string | undefined,
): Finding["status"] {
  if (expected === undefined) return "open";
  return answer === expected ? "ok" : "differs";
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`No answer in ${PATIENCE} ms`)),
    PATIENCE,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
