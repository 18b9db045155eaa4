/** Native buffers. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { assertThrows } from "@std/assert";
import { MEM_RELEASE } from "../../src/ffi/constants.ts";
import {
  allocate,
  BufferPool,
  type NativeBuffer,
} from "../../src/ffi/memory.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";

function assertAllComesBack(
  sim: SimulatedWin32,
  pool: BufferPool,
  buffers: NativeBuffer[],
): void {
  for (const buffer of buffers) pool.release(buffer);
  assertEquals(pool.bytesInUse, 0);
  pool.dispose();
  assertEquals(sim.leaks(), []);
}

Deno.test("acquire() rounds up: powers of two, then whole pages", () => {
  const sim = new SimulatedWin32();
  const pool = new BufferPool(sim);
  const sizes = [1, 4096, 4097, 20_000, 65_536, 65_537, 524_289];
  const buffers = sizes.map((size) => pool.acquire(size));
  const expected = [4096, 4096, 8192, 32_768, 65_536, 131_072, 528_384];
  assertEquals(buffers.map(({ size }) => size), expected);
  assertEquals(pool.bytesInUse, expected.reduce((sum, size) => sum + size));
  assertAllComesBack(sim, pool, buffers);
});

Deno.test("released buffers are handed out again, large ones are freed", () => {
  const sim = new SimulatedWin32();
  const pool = new BufferPool(sim);
  const first = pool.acquire(5000);
  pool.release(first);
  assertEquals(pool.acquire(8000), first);
  const { committedBytes } = sim;
  const large = pool.acquire(1 << 20);
  assertEquals(sim.committedBytes, committedBytes + (1 << 20));
  pool.release(large);
  assertEquals(sim.committedBytes, committedBytes);
  pool.release(first);
  pool.dispose();
});

Deno.test("buffers in use never overlap, over many chunks", () => {
  const sim = new SimulatedWin32({ straddle4GiB: true });
  const pool = new BufferPool(sim);
  const sizes = [65_536, 4096, 16_384, 8192, 32_768];
  const buffers: NativeBuffer[] = [];
  for (let i = 0; i < 200; i++) buffers.push(pool.acquire(sizes[i % 5]!));
  const sorted = buffers.toSorted((a, b) => a.address < b.address ? -1 : 1);
  for (let i = 1; i < sorted.length; i++) {
    const { address, size } = sorted[i - 1]!;
    assertEquals(address + BigInt(size) <= sorted[i]!.address, true);
  }
  for (const { address, size } of buffers) {
    sim.copyIn(address, new Uint8Array(size));
  }
  assertAllComesBack(sim, pool, buffers);
});

Deno.test("the rest of a full chunk is used", () => {
  const sim = new SimulatedWin32();
  const pool = new BufferPool(sim);
  for (let i = 0; i < 15; i++) pool.acquire(65_536);
  pool.acquire(4096);
  pool.acquire(65_536);
  const { committedBytes } = sim;
  const used = pool.bytesInUse;
  for (const size of [32_768, 16_384, 8192, 4096]) pool.acquire(size);
  assertEquals(sim.committedBytes, committedBytes);
  assertEquals(pool.bytesInUse, used + 61_440);
});

Deno.test("without memory acquire() throws and tryAcquire() is null", () => {
  const sim = new SimulatedWin32();
  const pool = new BufferPool(sim);
  sim.fail("virtualAlloc", 8, { times: 3 });
  const error = assertThrows(() => pool.acquire(10), Error);
  assertEquals(
    (error as Error).message,
    "Cannot allocate 1048576 bytes of native memory: not enough memory",
  );
  assertEquals(pool.tryAcquire(1 << 20), null);
  assertThrows(() => allocate(sim, 10), Error, "Cannot allocate 10 bytes");
  assertEquals(pool.bytesInUse, 0);
  const buffer = pool.tryAcquire(10);
  assertNotEquals(buffer, null);
  pool.release(buffer!);
  const address = allocate(sim, 10);
  assertEquals(sim.virtualFree(address, 0, MEM_RELEASE), 0);
  pool.dispose();
  assertEquals(sim.leaks(), []);
});

const MIB = 1 << 20;

/** Takes buffers of 64 KiB, and gives them back. */
function peak(pool: BufferPool, count: number): void {
  const buffers = Array.from({ length: count }, () => pool.acquire(65_536));
  for (const buffer of buffers) pool.release(buffer);
}

Deno.test("the chunks of a peak are freed, but for four and the newest", () => {
  const sim = new SimulatedWin32();
  const pool = new BufferPool(sim);
  const { committedBytes: before } = sim;
  const kept = pool.acquire(4096);
  peak(pool, 1000);
  const left = sim.committedBytes - before;
  assert(left <= 6 * MIB, `${left}`);
  sim.copyIn(kept.address, new Uint8Array(4096));
  pool.release(kept);
  pool.dispose();
  assertEquals(sim.leaks(), []);
});

Deno.test("a small peak that comes again allocates nothing", () => {
  const sim = new SimulatedWin32();
  const pool = new BufferPool(sim);
  peak(pool, 64);
  const calls = sim.calls.virtualAlloc;
  for (let i = 0; i < 10; i++) peak(pool, 64);
  assertEquals(sim.calls.virtualAlloc, calls);
  pool.dispose();
  assertEquals(sim.leaks(), []);
});

Deno.test("no chunk is freed that the kernel may write to", () => {
  const sim = new SimulatedWin32();
  const pool = new BufferPool(sim);
  const buffers = Array.from({ length: 320 }, () => pool.acquire(65_536));
  const kept = buffers.filter((_, index) => index % 40 === 0);
  for (const each of buffers) if (!kept.includes(each)) pool.release(each);
  for (const { address } of kept) sim.copyIn(address, new Uint8Array(65_536));
  const more = Array.from({ length: 320 }, () => pool.acquire(65_536));
  const addresses = new Set([...kept, ...more].map(({ address }) => address));
  assertEquals(addresses.size, 328, "no two are the same memory");
  for (const each of [...kept, ...more]) pool.release(each);
  pool.dispose();
  assertEquals(sim.leaks(), []);
});
