/** What the port makes of packets that say anything. */

import { assertEquals } from "@std/assert";
import { BufferPool } from "../../src/ffi/memory.ts";
import { ENTRY_SIZE } from "../../src/ffi/structs.ts";
import { Dispatcher } from "../../src/proactor/port/dispatcher.ts";
import {
  type Operation,
  OperationTable,
} from "../../src/proactor/port/operation.ts";
import { Outstanding } from "../../src/proactor/port/outstanding.ts";
import { PacketQueue } from "../../src/proactor/port/packet_queue.ts";
import { PortHandle } from "../../src/proactor/port/port_handle.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { fc, test } from "./_property.ts";

/** A packet as someone has posted it. */
interface Entry {
  key: bigint;
  overlapped: bigint;
  status: number;
  bytes: number;
}

const HANDLES = 3;
const SLOTS = 6;

/** A port with operations of which some are pending. */
class Port implements Disposable {
  readonly sim = new SimulatedWin32();
  readonly queue = new PacketQueue(this.sim, 0);
  readonly table = new OperationTable(this.sim);
  readonly operations: Operation[] = [];
  readonly log: string[] = [];
  readonly dispatcher: Dispatcher;

  constructor() {
    const outstanding = new Outstanding();
    this.dispatcher = new Dispatcher({
      api: this.sim,
      queue: this.queue,
      operations: this.table,
      buffers: new BufferPool(this.sim),
      outstanding,
      report: (error) => this.log.push((error as Error).message),
      onCall: (id, value) => this.log.push(`call ${id} ${value}`),
    });
    for (let i = 0; i < SLOTS; i++) this.#begin(i, outstanding);
  }

  #begin(index: number, outstanding: Outstanding): void {
    const owner = new PortHandle(BigInt(index), {
      key: 16 + index % HANDLES,
      modes: { skipsOnSuccess: true, queuesWarnings: false },
      control: { closeHandle: () => 0, cancelIoEx: () => 0 },
    });
    const operation = this.table.acquire(owner, {
      onCompletion: (_operation, code, bytes) =>
        void this.log.push(`end ${index} ${code === 0} ${bytes}`),
    });
    operation.pending = index % 2 === 0;
    if (operation.pending) outstanding.begin(owner);
    this.operations.push(operation);
  }

  /** Dispatches packets as if Windows had given them. */
  dispatch(entries: readonly Entry[]): void {
    this.sim.getQueuedCompletionStatusEx = (_port, memory) => {
      const view = new DataView(memory.buffer, memory.byteOffset);
      entries.forEach((entry, i) => {
        const at = i * ENTRY_SIZE;
        view.setBigUint64(at, entry.key, true);
        view.setBigUint64(at + 8, entry.overlapped, true);
        view.setBigUint64(at + 16, BigInt(entry.status), true);
        view.setUint32(at + 24, entry.bytes, true);
      });
      return entries.length;
    };
    this.dispatcher.dispatch(this.queue.dequeue(0));
  }

  [Symbol.dispose](): void {
    this.queue.close();
    this.queue.free();
    for (const operation of this.operations) operation.pending = false;
    this.table.dispose();
  }
}

/** What should come of the packets, by the rules. */
function expected(port: Port, entries: readonly Entry[]): string[] {
  const pending = new Set(port.operations.filter((each) => each.pending));
  return entries.flatMap(({ key, overlapped, status, bytes }) => {
    if (key === 1n) return [];
    if (key === 2n) return [`call ${overlapped & 0xffff_ffffn} ${bytes}`];
    const index = port.operations.findIndex((operation) =>
      operation.address === overlapped && pending.has(operation) &&
      key >= 16n && BigInt(operation.owner!.key) === key
    );
    if (index === -1) {
      const address = `OVERLAPPED 0x${overlapped.toString(16)}`;
      return [
        `Cannot dispatch packet: no operation has key ${key}, ${address}`,
      ];
    }
    pending.delete(port.operations[index]!);
    return [`end ${index} ${status === 0} ${bytes}`];
  });
}

const word = fc.nat({ max: 0xffff_ffff });
const quadword = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const packet = fc.record({
  key: fc.oneof(fc.bigInt({ min: 0n, max: 20n }), quadword),
  high: fc.oneof({ arbitrary: fc.constant(0n), weight: 4 }, quadword),
  slot: fc.oneof(fc.integer({ min: -2, max: 2000 }), fc.nat({ max: SLOTS })),
  shift: fc.oneof(
    { arbitrary: fc.constant(0n), weight: 6 },
    fc.constantFrom(1n, 32n, 63n, 2n ** 32n, -(2n ** 32n), 2n ** 63n),
  ),
  status: fc.oneof(fc.constant(0), word),
  bytes: word,
});

test.property(
  "a packet ends the operation whose key and OVERLAPPED it has, and no other",
  fc.array(packet, { minLength: 1, maxLength: 32 }),
  (packets) => {
    using port = new Port();
    const base = port.operations[0]!.address;
    const entries = packets.map(({ key, high, slot, shift, ...rest }) => ({
      ...rest,
      key: BigInt.asUintN(64, key + (high << 32n)),
      overlapped: BigInt.asUintN(64, base + BigInt(slot * 64) + shift),
    }));
    const wanted = expected(port, entries);
    port.dispatch(entries);
    assertEquals(port.log, wanted);
    assertEquals(
      port.dispatcher.unknown,
      wanted.filter((line) => line.startsWith("Cannot")).length,
    );
  },
  { runs: 300 },
);
