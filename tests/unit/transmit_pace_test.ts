/** The parts of files that Windows sends. */

import { assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { TransmitPace } from "../../src/stream/transmit_pace.ts";

const KILOBYTE = 1024;

/** The lengths of the parts, in KiB, when each takes its time. */
async function parts(
  length: number,
  times: number[],
  take = (length: number) => length,
): Promise<[sent: number, lengths: number[]]> {
  let now = 0;
  using _clock = stub(performance, "now", () => now);
  const pace = new TransmitPace();
  const lengths: number[] = [];
  let next = 10 * KILOBYTE;
  const piece = { file: 1n, offset: next, length: length * KILOBYTE };
  const sent = await pace.send(piece, (part) => {
    assertEquals([part.file, part.offset], [1n, next]);
    lengths.push(part.length / KILOBYTE);
    now += times.shift() ?? 100;
    const count = take(part.length);
    next += count;
    return Promise.resolve(count);
  });
  return [sent / KILOBYTE, lengths];
}

Deno.test("parts grow while the peer is fast, and are the whole piece", async () => {
  const [sent, lengths] = await parts(4000, [0, 0, 0, 0]);
  assertEquals(lengths, [256, 512, 1024, 2048, 160]);
  assertEquals(sent, 4000);
});

Deno.test("parts shrink while the peer is slow, but not to nothing", async () => {
  const [, lengths] = await parts(800, [201, 201, 5000, 100, 49, 100]);
  assertEquals(lengths, [256, 128, 64, 64, 64, 128, 96]);
});

Deno.test("a file that has become shorter ends the piece", async () => {
  let left = 300 * KILOBYTE;
  const [sent, lengths] = await parts(1000, [100], (length) => {
    const count = Math.min(left, length);
    left -= count;
    return count;
  });
  assertEquals([sent, lengths], [300, [256, 256, 256]]);
});
