/**
 * Where something was made, for reports of the debug mode.
 *
 * @module
 */

const LIBRARY = new URL("..", import.meta.url).href;

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
