/**
 * Tests of libraries of npm over pipes of ours. Each is a row of the table in
 * `docs/node_libraries.md`, which `tools/library_table.ts` writes: the version
 * is that of the file's `npm:` import, and the glue its lines that end in
 * `// glue`.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { defaultSockets } from "../../src/ffi/socket/default.ts";
import { loadSymbols } from "../../src/ffi/symbols.ts";
import { loadWaitSymbols } from "../../src/ffi/wait/native.ts";
import { uniquePipeName } from "../windows/_pipes.ts";

/** Milliseconds after which a test has failed. */
const PATIENCE = 120_000;

if (Deno.build.os === "windows") {
  // Libraries stay open, so no test should be blamed.
  loadSymbols();
  loadWaitSymbols();
  defaultSockets();
}

/** Which end the library is at. */
export type Direction = "client" | "server" | "both";

/** What a test works with. */
export interface Site {
  /** The path of a pipe that nobody else uses. */
  path: string;
  /** What is undone at the end, the last first. */
  undo: AsyncDisposableStack;
}

/**
 * Registers a test of a library.
 *
 * @param library Its name in npm.
 * @param direction Which end it is at.
 * @param what What it does, and who is at the other end.
 * @param body The test.
 */
export function libraryTest(
  library: string,
  direction: Direction,
  what: string,
  body: (site: Site) => Promise<void>,
): void {
  Deno.test({
    name: `${library}, ${direction}: ${what}`,
    // Libraries have timers and caches of their own
    sanitizeOps: false,
    sanitizeResources: false,
    fn: () => deadline(run(body), PATIENCE),
  });
}

async function run(body: (site: Site) => Promise<void>): Promise<void> {
  await using undo = new AsyncDisposableStack();
  await body({ path: uniquePipeName(), undo });
}

/**
 * Waits for an event that comes once, or for an error.
 *
 * @param emitter Who emits it.
 * @param name The event.
 * @returns Its first argument.
 */
export function event<T>(
  emitter: {
    once(name: string, listener: (value: T) => void): unknown;
  },
  name: string,
): Promise<T> {
  return new Promise((resolve) => emitter.once(name, resolve));
}
