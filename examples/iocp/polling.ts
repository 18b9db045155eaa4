/**
 * "A program on a completion port polls": reads are pending, and what the
 * process does meanwhile is counted. Then one of them gets its byte.
 *
 *     deno run --allow-ffi examples/iocp/polling.ts [reads] [milliseconds]
 *
 * @module
 */

import { IocpProactor } from "@iocp/proactor";
import { pipe } from "@iocp/proactor/pipe";

const count = Number(Deno.args[0] ?? 1000);
const duration = Number(Deno.args[1] ?? 2000);

const kernel32 = Deno.dlopen("kernel32.dll", {
  GetCurrentProcess: { parameters: [], result: "usize" },
  GetProcessTimes: {
    parameters: ["usize", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
  },
}).symbols;

await using proactor = new IocpProactor();
const pipes = Array.from({ length: count }, () => pipe({ proactor }));
const reads = pipes.map(([reader]) => proactor.recv(reader, 1));
await pause(500); // the thread that waits has begun, compilers have ended

const before = { cpu: processorTime(), ...proactor.metrics() };
await pause(duration);
const after = { cpu: processorTime(), ...proactor.metrics() };
console.log(
  `${after.pending} reads pending for ${duration} ms: ` +
    `${(after.cpu - before.cpu).toFixed(1)} ms of processor time, ` +
    `${after.batches - before.batches} dequeue calls, ` +
    `${after.waits - before.waits} waits begun`,
);

const started = performance.now();
await proactor.send(pipes.at(-1)![1], Uint8Array.of(1));
await reads.at(-1);
const time = performance.now() - started;
const { batches, packets } = proactor.metrics();
console.log(
  `a byte for the last of them: ${time.toFixed(2)} ms, ` +
    `${packets - after.packets} packet, ${
      batches - after.batches
    } dequeue call`,
);
Deno.exit(); // the other reads never end

function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

/** Milliseconds that all threads of the process have run. */
function processorTime(): number {
  const [creation, exit, kernel, user] = Array.from(
    { length: 4 },
    () => new BigUint64Array(1),
  ) as [BigUint64Array, BigUint64Array, BigUint64Array, BigUint64Array];
  const bytes = (times: BigUint64Array) => new Uint8Array(times.buffer);
  const ok = kernel32.GetProcessTimes(
    kernel32.GetCurrentProcess(),
    bytes(creation),
    bytes(exit),
    bytes(kernel),
    bytes(user),
  );
  if (ok === 0) throw new Error("GetProcessTimes failed");
  return Number(kernel[0]! + user[0]!) / 10_000; // units of 100 ns
}
