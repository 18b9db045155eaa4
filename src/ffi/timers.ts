/**
 * Timers that no fake clock of a test replaces.
 *
 * @module
 */

/** Node's timers, which are Deno's own too. */
export type Timers = Pick<
  typeof import("node:timers"),
  "clearImmediate" | "clearTimeout" | "setImmediate" | "setTimeout"
>;

/**
 * Gives the timers. They are neither imported nor asked of `process`: what is
 * behind the first module of Node takes some 10 ms, and `process` three times
 * as long.
 *
 * @returns The global ones while they are Deno's, and otherwise those of Node.
 */
export function realTimers(): Timers {
  if (!NAMES.every(isOwn)) {
    return globalThis.process.getBuiltinModule("node:timers");
  }
  const { clearImmediate, clearTimeout, setImmediate, setTimeout } = globalThis;
  return { clearImmediate, clearTimeout, setImmediate, setTimeout };
}

const NAMES = [
  "clearImmediate",
  "clearTimeout",
  "setImmediate",
  "setTimeout",
];

/** Deno's own is behind a getter; what a program puts in its place is not. */
function isOwn(name: string): boolean {
  return Object.getOwnPropertyDescriptor(globalThis, name)?.get !== undefined;
}
