/**
 * Waiting for packets: on this thread in simulated time, or on another one.
 *
 * @module
 */

import { INFINITE } from "../../src/ffi/constants.ts";
import {
  encodePacketWait,
  PACKET_WAIT_PORT,
  PACKET_WAIT_STARTED,
} from "../../src/ffi/packet_wait.ts";
import type { Address, PacketWait } from "../../src/ffi/win32_api.ts";
import type { Kernel } from "./kernel.ts";
import { hex } from "./memory.ts";
import { type CompletionPort, ENTRY_SIZE, PoolThread } from "./port.ts";

/** A wait on another thread. */
export interface PortWait {
  /** Its parameters. */
  readonly parameters: PacketWait;
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
  const isEmpty = () => port.packets.length === 0 || port.limited;
  while (isEmpty() && clock.now < deadline) {
    const next = Math.min(clock.nextTime, deadline);
    if (next === Infinity) {
      throw new Error("Simulated thread would block forever: no packet comes");
    }
    clock.advance(next - clock.now);
  }
}

/**
 * The threads that wait for packets. A test may keep each of their steps back:
 * a thread begins the wait, takes packets, and returns with them.
 */
export class PortWaits {
  readonly #kernel: Kernel;
  readonly #queued: PortWait[] = [];
  readonly #taken: (() => void)[] = [];
  readonly #threads: PoolThread[] = [];
  #busy = false;
  /** Waits take packets, and return, only when the test says so. */
  manual = false;

  /** @param kernel The kernel. */
  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** While true no thread is free: waits are queued. */
  get busy(): boolean {
    return this.#busy;
  }

  set busy(value: boolean) {
    this.#busy = value;
    if (value) return;
    for (const wait of this.#queued.splice(0)) this.#begin(wait);
  }

  /**
   * How many threads that have once waited for packets compute for others now,
   * and take waits no more.
   */
  get computing(): number {
    return this.#threads.filter((thread) => thread.busy).length;
  }

  set computing(count: number) {
    const free = this.#threads.filter((thread) => !thread.waiting);
    if (count > free.length) {
      throw new RangeError(`Cannot occupy ${count} of ${free.length} threads`);
    }
    free.forEach((thread, index) => thread.busy = index < count);
    for (const { packets, waiter } of this.#kernel.ports) {
      if (packets.length > 0) waiter?.arrived();
    }
  }

  /** Waits that no thread has begun. */
  get queued(): number {
    return this.#queued.length;
  }

  /** @param wait Begun when a thread is free. */
  add(wait: PortWait): void {
    const record = encodePacketWait(wait.parameters);
    const { memory } = this.#kernel.guard;
    memory.write(this.#recordOf(wait), record);
    if (this.#busy) this.#queued.push(wait);
    else this.#begin(wait);
  }

  /**
   * The steps that a manual wait can make now.
   *
   * @returns What makes them.
   */
  steps(): (() => void)[] {
    const steps = this.#taken.map((_, index) => () => this.#return(index));
    if (!this.manual) return steps;
    for (const port of this.#kernel.ports) {
      const { waiter } = port;
      if (waiter === null) continue;
      const blocks = port.packets.length === 0 || port.limited;
      if (blocks && !waiter.polls) continue;
      steps.push(() => waiter.take());
    }
    return steps;
  }

  #return(index: number): void {
    this.#taken.splice(index, 1)[0]!();
  }

  #recordOf({ parameters }: PortWait): Address {
    const { entries, capacity } = parameters;
    return entries + BigInt(capacity * ENTRY_SIZE);
  }

  #begin(wait: PortWait): void {
    const { memory } = this.#kernel.guard;
    const record = this.#recordOf(wait);
    memory.write(
      record + BigInt(PACKET_WAIT_STARTED),
      Uint8Array.of(1, 0, 0, 0),
    );
    const at = record + BigInt(PACKET_WAIT_PORT);
    const word = new BigUint64Array(1);
    memory.read(new Uint8Array(word.buffer), at);
    const handle = word[0]!;
    const port = handle === 0n ? null : this.#kernel.port(handle);
    if (port === null) return wait.resolve(0);
    if (port.waiter !== null) {
      this.#kernel.guard.violation(`second waiter on port ${hex(handle)}`);
    }
    this.#wait(wait, port);
  }

  #freeThread(): PoolThread {
    const free = this.#threads.find(({ waiting, busy }) => !waiting && !busy);
    if (free !== undefined) return free;
    const thread = new PoolThread();
    this.#threads.push(thread);
    return thread;
  }

  #wait(wait: PortWait, port: CompletionPort): void {
    const { timeout } = wait.parameters;
    const kernel = this.#kernel;
    const owner = claimEntries(kernel, wait.parameters);
    const thread = this.#freeThread();
    thread.wait(port);
    const end = (records: Uint8Array): void => {
      timer?.cancel();
      thread.waiting = false;
      port.waiter = null;
      kernel.guard.claims.release(owner);
      writeEntries(kernel, wait.parameters, records);
      const count = records.length / ENTRY_SIZE;
      if (this.manual) this.#taken.push(() => wait.resolve(count));
      else wait.resolve(count);
    };
    const take = () => end(kernel.dequeue(port, wait.parameters.capacity));
    const timed = timeout !== INFINITE && timeout !== 0;
    const timer = timed
      ? kernel.clock.schedule(timeout, () => end(new Uint8Array(0)))
      : null;
    port.waiter = {
      polls: timeout === 0,
      arrived: () => this.manual || (timeout > 0 && port.limited) || take(),
      closed: () => end(new Uint8Array(0)),
      take,
    };
    if (timeout === 0 || port.packets.length > 0) port.waiter.arrived();
  }
}

function claimEntries(kernel: Kernel, wait: PacketWait): object {
  const owner = {};
  const start = wait.entries;
  const size = sizeOf(wait);
  if (!kernel.guard.memory.accessible(start, size)) {
    kernel.guard.violation(`entries at ${hex(start)} are not committed`);
  }
  const end = start + BigInt(size);
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

/** The entries and their number. */
function sizeOf({ capacity }: PacketWait): number {
  return capacity * ENTRY_SIZE + 4;
}

function writeEntries(
  kernel: Kernel,
  wait: PacketWait,
  records: Uint8Array,
): void {
  const { entries, capacity } = wait;
  const waiter = { name: "a waiting thread" };
  if (!kernel.guard.touch(waiter, entries, sizeOf(wait))) return;
  const count = new Uint8Array(4);
  const found = records.length / ENTRY_SIZE;
  new DataView(count.buffer).setUint32(0, found, true);
  kernel.guard.memory.write(entries, records);
  kernel.guard.memory.write(entries + BigInt(capacity * ENTRY_SIZE), count);
}
