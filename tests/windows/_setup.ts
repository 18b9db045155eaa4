/**
 * Tests that get what they work with, on the real Windows API.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import {
  IocpProactor,
  type IocpProactorOptions,
  ProactorEventLoop,
} from "../../mod.ts";
import { turn, until } from "./_turns.ts";

/**
 * Waits until nothing is pending, then demands that nothing has leaked.
 *
 * @param proactor A proactor whose users are all closed.
 */
export async function assertNoLeak(proactor: IocpProactor): Promise<void> {
  await until(() => proactor.metrics().pending === 0);
  await turn();
  const { slotsInUse, bufferBytes, unknownPackets } = proactor.metrics();
  assertEquals(
    { slotsInUse, bufferBytes, unknownPackets },
    { slotsInUse: 0, bufferBytes: 0, unknownPackets: 0 },
  );
}

/** A test with a proactor of its own. */
export type ProactorBody = (proactor: IocpProactor) => void | Promise<void>;

/**
 * Runs something with a proactor of its own, which must get everything back.
 *
 * @param body What to run.
 * @param options How the proactor is made.
 */
export async function withProactor(
  body: ProactorBody,
  options: IocpProactorOptions = {},
): Promise<void> {
  await using proactor = new IocpProactor(options);
  await body(proactor);
  if (proactor.closed) return;
  await assertNoLeak(proactor);
  assertEquals(await proactor.close(), 0);
}

/** Registers tests that get a proactor or a loop, and must close all in it. */
export const test = {
  proactor(name: string, body: ProactorBody): void {
    Deno.test(name, () => withProactor(body));
  },

  /** Registers it twice: in skip mode, and with a packet for each operation. */
  eachMode(name: string, body: ProactorBody): void {
    test.proactor(name, body);
    const options = { skipCompletionPortOnSuccess: false };
    Deno.test(
      `${name} (a packet for every operation)`,
      () => withProactor(body, options),
    );
  },

  loop(name: string, body: (loop: ProactorEventLoop) => Promise<void>): void {
    Deno.test(name, async () => {
      await using loop = new ProactorEventLoop();
      await body(loop);
      await assertNoLeak(loop.proactor);
    });
  },
};
