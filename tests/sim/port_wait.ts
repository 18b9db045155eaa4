/**
 * Waiting for packets: on this thread in simulated time, or on another one.
 *
 * @module
 */

import { INFINITE } from "../../src/ffi/constants.ts";
import type { Address } from "../../src/ffi/win32_api.ts";
import type { Kernel } from "./kernel.ts";
import { hex } from "./memory.ts";
import { type CompletionPort, encodeEntries, ENTRY_SIZE } from "./port.ts";

/** A wait on another thread. */
export interface PortWait {
  /** The port. */
  readonly port: CompletionPort;
  /** Address of the records; a ULONG for their count follows them. */
  readonly entries: Address;
  /** Bytes of the records. */
  readonly size: number;
  /** Milliseconds, or `INFINITE`. */
  readonly timeout: number;
  /** Told the number of records. */
  readonly resolve: (count: number) => void;
}

/**
 * Lets simulated time pass until a port has packets or the time is over.
 *
 * @param kernel The kernel.
 * @param port The port.
 * @param timeout Milliseconds, or `INFINITE`.
 * @throws {Error} when nothing could ever end the wait.
 */
export function sleepUntilPackets(
  kernel: Kernel,
  port: CompletionPort,
  timeout: number,
): void {
  const { clock } = kernel;
  const deadline = timeout === INFINITE ? Infinity : clock.now + timeout;
  while (port.packets.length === 0 && clock.now < deadline) {
    const next = Math.min(clock.nextTime, deadline);
    if (next === Infinity) {
      throw new Error("Simulated thread would block forever: no packet comes");
    }
    clock.advance(next - clock.now);
  }
}

/**
 * Waits for packets on another thread; the kernel owns the records meanwhile.
 *
 * @param kernel The kernel.
 * @param wait The wait.
 */
export function waitForPackets(kernel: Kernel, wait: PortWait): void {
  const { port, timeout } = wait;
  const capacity = wait.size / ENTRY_SIZE;
  const owner = claimEntries(kernel, wait);
  const end = (records: Uint8Array): void => {
    timer?.cancel();
    port.waiter = null;
    kernel.guard.claims.release(owner);
    writeEntries(kernel, wait, records);
    wait.resolve(records.length / ENTRY_SIZE);
  };
  const timer = timeout === INFINITE || timeout === 0 || port.packets.length > 0
    ? null
    : kernel.clock.schedule(timeout, () => end(new Uint8Array(0)));
  if (port.packets.length > 0 || timeout === 0) {
    end(kernel.dequeue(port, capacity));
    return;
  }
  port.waiter = {
    deliver(packets) {
      for (const packet of packets) kernel.retire(packet);
      end(encodeEntries(packets));
    },
  };
}

function claimEntries(kernel: Kernel, wait: PortWait): object {
  const owner = {};
  const start = wait.entries;
  const end = start + BigInt(wait.size + 4);
  if (!kernel.guard.memory.accessible(start, wait.size + 4)) {
    kernel.guard.violation(`entries at ${hex(start)} are not committed`);
  }
  const other = kernel.guard.claims.collision(start, end, true);
  if (other !== undefined) {
    kernel.guard.violation(
      `entries of a wait overlap the ${other.label}, in use`,
    );
  }
  const label = "entries of a waiting thread";
  kernel.guard.claims.add(owner, { start, end, writes: true, label });
  return owner;
}

function writeEntries(
  kernel: Kernel,
  wait: PortWait,
  records: Uint8Array,
): void {
  const { entries, size } = wait;
  const waiter = { name: "a waiting thread" };
  if (!kernel.guard.touch(waiter, entries, size + 4)) return;
  const count = new Uint8Array(4);
  const found = records.length / ENTRY_SIZE;
  new DataView(count.buffer).setUint32(0, found, true);
  kernel.guard.memory.write(entries, records);
  kernel.guard.memory.write(entries + BigInt(size), count);
}
