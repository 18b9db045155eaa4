/**
 * What the tests of faults share: each is bounded in time, ends with all
 * counters at zero, and grows with the scale that `deno task faults` is given.
 *
 * @module
 */

import { deadline } from "@std/async/deadline";
import { defaultProcesses } from "../../src/ffi/process/default.ts";
import { defaultSockets } from "../../src/ffi/socket/default.ts";
import { loadFileSymbols } from "../../src/ffi/file/native.ts";
import { loadSendFileSymbols } from "../../src/ffi/sendfile/native.ts";
import { type ProactorBody, withProactor } from "../windows/_setup.ts";

// Opened here, so that no test is blamed for keeping them open.
loadFileSymbols();
loadSendFileSymbols();
defaultSockets();
defaultProcesses();

/** 1 for the full figures; 0, a short run, when nobody has asked for more. */
export const SCALE: number = Number(
  Deno.env.get("PROACTOR_FAULTS_SCALE") ?? 0,
);

/** How much longer than a short run a test may take for each unit of scale. */
const LONGER = 40;

/** This computer, any free port. */
export const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** What a read or write fails with when its connection is no more. */
const GONE = [
  Deno.errors.BrokenPipe,
  Deno.errors.ConnectionReset,
  Deno.errors.ConnectionAborted,
  Deno.errors.UnexpectedEof,
  Deno.errors.BadResource,
  Deno.errors.Interrupted,
];

/**
 * Chooses how often something is done.
 *
 * @param full The number of a full run.
 * @param short That of a short one.
 * @returns The number at this run's scale.
 */
export function scaled(full: number, short: number): number {
  return Math.max(short, Math.round(full * SCALE));
}

/**
 * Registers a test that has a time limit, and a proactor that must get all
 * back.
 *
 * @param name The name of the test.
 * @param seconds The limit of a short run.
 * @param body The test.
 */
export function faultTest(
  name: string,
  seconds: number,
  body: ProactorBody,
): void {
  const limit = seconds * 1000 * (1 + LONGER * SCALE);
  Deno.test(name, () => deadline(withProactor(body), limit));
}

/**
 * Tells what was counted or measured, beside the test.
 *
 * @param text A sentence.
 */
export function figure(text: string): void {
  console.log(`  ${text}`);
}

/**
 * Waits for the end of something that a fault has hit.
 *
 * @param promise What ends.
 * @returns `"end"` when nothing was wrong, or the name of the error's class.
 * @throws What is no error of a peer that has gone.
 */
export async function endOf(promise: PromiseLike<unknown>): Promise<string> {
  try {
    await promise;
    return "end";
  } catch (error) {
    if (!isGone(error)) throw error;
    return (error as Error).name;
  }
}

/**
 * Tells whether an error says that a connection is no more.
 *
 * @param error The error.
 * @returns True for the classes that say so.
 */
export function isGone(error: unknown): boolean {
  return GONE.some((known) => error instanceof known);
}

/**
 * Numbers that look random and are the same each time.
 *
 * @param seed Which ones.
 * @returns A function that gives a whole number below its argument.
 */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}
