/** Closes with writes under way, against all that can happen meanwhile. */

import { assert } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { type Closing, open, PIECE } from "./_closing.ts";
import { outcome, race, type World } from "./_helpers.ts";
import { turns } from "./_turns.ts";
import { assertEnds } from "./_races.ts";

/** Pieces that are written: the kernel takes one without a reader. */
const PIECES = 2;

/** Streams whose peers are closed. */
const gone = new WeakSet<Closing>();

/** What happens besides the close, as threads of actions. */
type Threads = (
  world: World,
  closing: Closing,
  time: FakeTime,
) => (() => void)[][];

function raceTest(name: string, threads: Threads, expected: string[]): void {
  for (const kind of ["server's end of a byte pipe", "TCP"] as const) {
    for (const style of ["protocol", "promise"] as const) {
      for (const skip of [true, false]) {
        const mode = `${kind}, ${style} style, skip mode ${skip}`;
        Deno.test(`${name}, in every order: ${mode}`, async () => {
          const ends = new Set<string>();
          await assertEnds({ skip }, async (world, choose) => {
            using time = new FakeTime();
            const closing = await open(world, kind, { style });
            world.sim.manual = true;
            const writes = Array.from(
              { length: PIECES },
              () => closing.write(),
            );
            const what = threads(world, closing, time);
            await race(world, choose, [[() => closing.close()], ...what]);
            time.tick(5000);
            world.sim.manual = false;
            await turns();
            assert(closing.closed, "it always ends");
            await Promise.all(writes);
            if (!gone.has(closing)) world.close(closing.peer);
            ends.add(nameOf(await closing.end));
            return "ended";
          }, ["ended"]);
          for (const end of ends) assert(expected.includes(end), end);
        });
      }
    }
  }
}

function nameOf(error: Error | null): string {
  return error === null ? "null" : error.constructor.name;
}

const read = ({ proactor }: World, { peer }: Closing) => () =>
  void outcome(proactor.recv(peer, PIECE));

raceTest("a reader that stops", (world, closing, time) => [
  [read(world, closing)],
  [() => time.tick(5000)],
], ["null", "TimedOut"]);

raceTest("a peer that goes", (world, closing) => [
  [() => {
    gone.add(closing);
    world.close(closing.peer);
  }],
], ["null", "BrokenPipe", "ConnectionReset", "TimedOut"]);

raceTest("an abort", (world, closing) => [
  [read(world, closing)],
  [() => closing.abort()],
], ["null", "Interrupted"]);
