/**
 * What the tests of event loops share.
 *
 * @module
 */

import { ProactorEventLoop } from "../../mod.ts";
import { assertNoLeak } from "./_setup.ts";

/**
 * Registers a test with a loop of its own, which must get everything back.
 *
 * @param name The name of the test.
 * @param body The test; at its end everything must be closed.
 */
export function loopTest(
  name: string,
  body: (loop: ProactorEventLoop) => Promise<void>,
): void {
  Deno.test(name, async () => {
    await using loop = new ProactorEventLoop();
    await body(loop);
    await assertNoLeak(loop.proactor);
  });
}
