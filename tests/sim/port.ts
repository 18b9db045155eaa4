/**
 * Simulated I/O completion ports. Sources: MS, I/O Completion Ports and
 * GetQueuedCompletionStatusEx; ReactOS, ntoskrnl/ke/queue.c.
 *
 * @module
 */

import type { Address } from "../../src/ffi/win32_api.ts";
import type { Operation } from "./operation.ts";

/** Bytes of one OVERLAPPED_ENTRY. */
export const ENTRY_SIZE = 32;

/** A completion packet. */
export interface Packet {
  /** The completion key. */
  readonly key: number;
  /** Address of the OVERLAPPED, or whatever was posted. */
  readonly overlapped: Address;
  /** The NTSTATUS. */
  readonly status: number;
  /** The bytes moved. */
  readonly bytes: number;
  /** The operation that ended, or null for a posted packet. */
  readonly operation: Operation | null;
}

/** Somebody who waits for packets on another thread. */
export interface PortWaiter {
  /** Takes what is there, and does not wait. */
  readonly polls: boolean;
  /** A packet was queued. */
  arrived(): void;
  /** Takes what is queued. */
  take(): void;
  /** The port was closed. */
  closed(): void;
}

/** A thread of Deno's pool. */
export class PoolThread {
  /** The port that it called last: a thread is associated with one. */
  port: CompletionPort | null = null;
  /** Whether it waits for packets now. */
  waiting = false;
  /** Whether it computes for somebody else now. */
  busy = false;

  /** @param port The port that it is to wait for. */
  wait(port: CompletionPort): void {
    this.port?.threads.delete(this);
    this.port = port;
    this.waiting = true;
    port.threads.add(this);
  }
}

/** A queue of packets. */
export class CompletionPort {
  /** The threads of the pool that called it last. */
  readonly threads = new Set<PoolThread>();
  readonly #concurrency: number;
  /** The packets, oldest first. */
  readonly packets: Packet[] = [];
  /** The one who waits. */
  waiter: PortWaiter | null = null;
  /** Whether its handle was closed. */
  closed = false;

  /** @param concurrency How many running threads may take packets. */
  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  /**
   * Whether nobody is given packets, because enough threads run that have once
   * waited for some, no matter what for: MS, I/O Completion Ports ("runnable
   * threads associated with the completion port"); ReactOS, ntoskrnl/ke/queue.c
   * (KeRemoveQueue compares CurrentCount with MaximumCount). The thread that
   * polls does not count; the one that waits runs when another one blocks.
   */
  get limited(): boolean {
    let running = 0;
    for (const thread of this.threads) if (thread.busy) running += 1;
    return running >= this.#concurrency;
  }

  /**
   * Queues a packet, or hands it to the waiter.
   *
   * @param packet The packet.
   */
  push(packet: Packet): void {
    this.packets.push(packet);
    this.waiter?.arrived();
  }

  /**
   * Takes packets out, oldest first.
   *
   * @param limit How many at most.
   * @returns The packets.
   */
  take(limit: number): Packet[] {
    return this.packets.splice(0, limit);
  }

  /**
   * The handle was closed: the waiter is let go.
   *
   * @returns The packets that nobody will take.
   */
  close(): Packet[] {
    this.closed = true;
    this.waiter?.closed();
    return this.packets.splice(0);
  }
}

/** No records. */
const NOTHING = new Uint8Array(0);

/**
 * Encodes packets as OVERLAPPED_ENTRY records.
 *
 * @param packets The packets.
 * @returns 32 bytes a packet.
 */
export function encodeEntries(packets: Packet[]): Uint8Array<ArrayBuffer> {
  if (packets.length === 0) return NOTHING;
  const bytes = new Uint8Array(packets.length * ENTRY_SIZE);
  const view = new DataView(bytes.buffer);
  packets.forEach((packet, index) => {
    const at = index * ENTRY_SIZE;
    view.setBigUint64(at, BigInt(packet.key), true);
    view.setBigUint64(at + 8, packet.overlapped, true);
    view.setBigUint64(at + 16, BigInt(packet.status >>> 0), true);
    view.setUint32(at + 24, packet.bytes, true);
  });
  return bytes;
}
