/**
 * A port gives packets to as many running threads as it was made for, and a
 * thread that has once waited for some counts as long as it runs, no matter
 * what for. Here every thread that has waited computes for others from then
 * on. Sources: Microsoft, I/O Completion Ports; ReactOS, KeRemoveQueue.
 *
 * @module
 */

import { WAIT_TIMEOUT } from "../../src/ffi/constants.ts";
import type { NativeWin32 } from "../../src/ffi/native_win32.ts";
import { type Handle, INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import type { Rules } from "./overlay.ts";

/** How long a wait that is given nothing takes. */
const PAUSE = 10;

/** What ports were made for, and how many threads have waited for them. */
const ports = new Map<Handle, { concurrency: number; waited: boolean }>();

function isLimited(port: Handle): boolean {
  const { concurrency, waited } = ports.get(port) ??
    { concurrency: Infinity, waited: false };
  return waited && concurrency === 1;
}

/** The rules, on what gives packets. */
export const concurrency: Rules<NativeWin32> = {
  createIoCompletionPort(next, file, port, key, threads) {
    const made = next(file, port, key, threads);
    const isPort = file === INVALID_HANDLE_VALUE && made !== 0n;
    if (isPort) ports.set(made, { concurrency: threads, waited: false });
    return made;
  },
  getQueuedCompletionStatusEx(next, port, entries, timeout) {
    if (!isLimited(port)) return next(port, entries, timeout);
    this.lastError = WAIT_TIMEOUT;
    return 0;
  },
  async waitForCompletions(next, wait) {
    if (isLimited(wait.port)) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      return 0;
    }
    const count = await next(wait);
    const port = ports.get(wait.port);
    if (port !== undefined) port.waited = true;
    return count;
  },
};
