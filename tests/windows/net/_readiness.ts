/**
 * What the tests of readiness share.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import { pollerOf } from "../../../src/proactor/call/socket_poller.ts";
import { portOf } from "../../../src/proactor/default_port.ts";
import { until } from "../_turns.ts";

/**
 * Collects what has no caller.
 *
 * @param proactor Who reports it.
 * @returns Errors and messages, which come later.
 */
export function collectReports(proactor: IocpProactor): [unknown, string][] {
  const reports: [unknown, string][] = [];
  portOf(proactor).report = (error, message) => reports.push([error, message]);
  return reports;
}

/**
 * Waits until a proactor has closed its handles of the driver.
 *
 * @param proactor The proactor.
 */
export async function assertIdle(proactor: IocpProactor): Promise<void> {
  const poller = pollerOf(portOf(proactor));
  await until(() => poller.sockets === 0 && poller.devices === 0);
  assertEquals(proactor.metrics().slotsInUse, 0);
}
