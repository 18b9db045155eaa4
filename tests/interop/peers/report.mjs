/**
 * How a peer tells what went wrong. Under Wine, Node cannot write to an output
 * that is a pipe of another system, so it writes to a file.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import process from "node:process";

/** What the file says of work that has ended well. */
export const DONE = "done";

/**
 * Waits for the end of a peer's work. When it fails, the peer exits with 1.
 * Under Wine an exit code is lost now and then, so the file tells the end.
 *
 * @param {Promise<void>} work The work.
 * @param {string} file Where the error is written, or {@link DONE}.
 */
export async function reportFailure(work, file) {
  try {
    await work;
    writeFileSync(file, DONE);
  } catch (error) {
    const text = error instanceof Error ? error.stack : error;
    writeFileSync(file, String(text));
    process.exit(1);
  }
}
