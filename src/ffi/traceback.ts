/**
 * Where something was made, for reports of the debug mode.
 *
 * @module
 */

/** The library's folder; a module made of text (`blob:`, `data:`) is in none. */
const LIBRARY = URL.parse("..", import.meta.url)?.href ?? import.meta.url;

/**
 * The stack of the caller, without the frames of this library.
 *
 * @returns A line for each frame.
 */
export function traceback(): string {
  const { stack = "" } = new Error();
  const frames = stack.split("\n").slice(1);
  return frames.filter((line) => !line.includes(LIBRARY)).join("\n");
}
