/**
 * Races, in every order that they can take.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { type Choose, explore } from "../sim/explore.ts";
import {
  inWorld,
  outcome,
  race,
  WINE_MESSAGES,
  type World,
  type WorldOptions,
} from "./_helpers.ts";
import { bytes, text } from "./_bytes.ts";

/** A race: asks `choose` wherever the order is open, and tells how it ended. */
export type Race = (world: World, choose: Choose) => Promise<string>;

/**
 * Runs a race in every order, each in a world of its own. The clock stands
 * still, or what this machine is busy with would change the order.
 *
 * @param options The worlds.
 * @param scenario The race.
 * @param expected All ways in which it can end.
 */
export async function assertEnds(
  options: WorldOptions,
  scenario: Race,
  expected: string[],
): Promise<void> {
  using _clock = stub(performance, "now", () => 0);
  for (const rules of [{ swallowEmptyMessages: true }, WINE_MESSAGES]) {
    const ends = new Set<string>();
    let messages = false;
    await explore(async (choose) => {
      await inWorld({ ...rules, ...options }, async (world) => {
        ends.add(await scenario(world, choose));
        messages ||= world.messages;
      });
    });
    assertEquals([...ends].sort(), [...expected].sort());
    if (!messages) return;
  }
}

/**
 * Cancels a receive while data come, which must not be lost.
 *
 * @param world The world.
 * @param choose Picks.
 * @param ends Two handles that are connected; they are closed.
 * @returns How the receive ended.
 */
export async function cancelAgainstData(
  world: World,
  choose: Choose,
  ends: [reader: Handle, writer: Handle],
): Promise<string> {
  const { sim, proactor } = world;
  const [reader, writer] = ends;
  sim.manual = true;
  const read = proactor.recv(reader, 10);
  await race(world, choose, [
    [() => read.cancel()],
    [() => void proactor.send(writer, bytes("abc"))],
  ]);
  const end = await outcome(read);
  sim.manual = false;
  if (end !== "ok abc") {
    assertEquals(text(await proactor.recv(reader, 10)), "abc");
  }
  world.close(reader, writer);
  return end;
}
