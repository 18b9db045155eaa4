/**
 * Removes what a program that has just ended has used.
 *
 * @module
 */

const PATIENCE = 10_000;
const PAUSE = 50;

/**
 * Removes a file, or a folder with all that is in it. Windows may have some of
 * its files open for a moment after the program has ended, and refuses then.
 *
 * @param path The file or folder.
 */
export async function removeUsed(path: string): Promise<void> {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
