/**
 * Does an operation take longer the more others are pending? Prints the time
 * of a read that a write ends, with 1 to 10,000 other reads pending, and the
 * slope of a line through the times with its confidence interval.
 *
 *     deno task windows -- run --allow-ffi bench/pending_latency.ts
 *
 * @module
 */

import { IocpProactor } from "../mod.ts";
import { pipe, type PipeHandle } from "../src/pipe/mod.ts";
import { Silence } from "./_silence.ts";
import { fitLine, median } from "./_statistics.ts";

const COUNTS = [1, 10, 100, 1000, 2500, 5000, 7500, 10_000];
const ROUNDS = 10;
const OPERATIONS = 500;
const DATA = new Uint8Array(64);

/** A measurement. */
interface Point {
  round: number;
  others: number;
  /** Microseconds of the median operation. */
  time: number;
}

const proactor = new IocpProactor();
const [reader, writer]: [PipeHandle, PipeHandle] = pipe({
  duplex: true,
  proactor,
});

/** Up, down, up again, so that a drift of the machine's speed cancels out. */
async function measureAll(): Promise<Point[]> {
  const silence = new Silence(proactor);
  await measureMedian(); // warms up
  const points: Point[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const counts = round % 2 === 0 ? COUNTS : COUNTS.toReversed();
    for (const others of counts) {
      await silence.resize(others);
      points.push({ round, others, time: await measureMedian() });
    }
  }
  return points;
}

async function measureMedian(): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < OPERATIONS; i++) {
    const started = performance.now();
    const received = proactor.recv(reader, DATA.length);
    await proactor.send(writer, DATA);
    await received;
    times.push(1000 * (performance.now() - started));
  }
  return median(times);
}

function timeAt(points: readonly Point[], count: number): number {
  const same = points.filter(({ others }) => others === count);
  return median(same.map(({ time }) => time));
}

/** What the machine did to a whole round is of no interest. */
function centered(points: readonly Point[]): Point[] {
  return points.map((point) => {
    const same = points.filter(({ round }) => round === point.round);
    const times = same.map(({ time }) => time);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    return { ...point, time: point.time - mean };
  });
}

function print(points: readonly Point[]): void {
  console.log("others pending  time, us");
  for (const count of COUNTS) {
    const time = timeAt(points, count).toFixed(1);
    console.log(`${String(count).padStart(14)}  ${time.padStart(8)}`);
  }
  const { slope, error } = fitLine(
    centered(points).map(({ others, time }) => [others / 1000, time]),
  );
  const [low, high] = [slope - error, slope + error].map((one) =>
    one.toFixed(3)
  );
  const most = COUNTS.at(-1)!;
  const ratio = timeAt(points, most) / timeAt(points, 1);
  console.log(
    `slope: ${slope.toFixed(3)} us for 1,000 others, ` +
      `95 % confidence ${low} to ${high}`,
  );
  console.log(`time at ${most} / time at 1: ${ratio.toFixed(3)}`);
}

print(await measureAll());
Deno.exit(); // thousands of reads are pending
