/**
 * Event loops over the simulated kernel.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { ExceptionContext } from "../../src/loop/exception_handler.ts";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { portOf } from "../../src/proactor/default_port.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { test as worldTests } from "./_helpers.ts";
import { notClosed } from "./_not_closed.ts";

/** What a test of the loop works with. */
export interface LoopFixture {
  /** The simulated kernel. */
  api: SimulatedWin32;
  /** The loop. */
  loop: ProactorEventLoop;
  /** What the exception handler was told. What is left in it fails the test. */
  exceptions: ExceptionContext[];
}

/**
 * Makes a loop over a kernel of its own.
 *
 * @param api The kernel.
 * @returns The loop and what belongs to it.
 */
export function makeLoop(api = new SimulatedWin32()): LoopFixture {
  const proactor = new IocpProactor({ api, waits: api.waits });
  const loop = new ProactorEventLoop({ proactor });
  const exceptions: ExceptionContext[] = [];
  loop.setExceptionHandler((_loop, context) => exceptions.push(context));
  return { api, loop, exceptions };
}

/**
 * Runs something with a loop of its own, which is closed at the end and must
 * leave nothing behind.
 *
 * @param body What to run.
 */
export async function inLoop(
  body: (fixture: LoopFixture) => void | Promise<void>,
): Promise<void> {
  const fixture = makeLoop();
  try {
    await body(fixture);
    assertEquals(notClosed(portOf(fixture.loop.proactor)), []);
  } finally {
    fixture.loop.stop();
    await fixture.loop.close();
  }
  assertEquals(fixture.exceptions, []);
  fixture.api.assertClean();
}

/** Registers tests that get a loop, or a world. */
export const test = {
  ...worldTests,
  loop(
    name: string,
    body: (fixture: LoopFixture) => void | Promise<void>,
  ): void {
    Deno.test(name, () => inLoop(body));
  },
};

/**
 * Runs a loop for one pass.
 *
 * @param loop A loop that does not run.
 */
export async function runOnce(loop: ProactorEventLoop): Promise<void> {
  loop.stop();
  await loop.runForever();
}

/**
 * Runs a loop for a time.
 *
 * @param loop A loop that does not run.
 * @param milliseconds How long.
 */
export async function runFor(
  loop: ProactorEventLoop,
  milliseconds: number,
): Promise<void> {
  loop.callLater(milliseconds, () => loop.stop());
  await loop.runForever();
}

/**
 * Runs a loop until it has waited on another thread.
 *
 * @param loop A loop that does not run.
 */
export async function runUntilWaiting(loop: ProactorEventLoop): Promise<void> {
  const { waits } = loop.proactor.metrics();
  const check = () => {
    if (loop.proactor.metrics().waits > waits) loop.stop();
    else loop.callLater(1, check);
  };
  loop.callSoon(check);
  await loop.runForever();
}
