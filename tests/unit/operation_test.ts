/** The slot table. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  OperationTable,
  SLOT_SIZE,
} from "../../src/proactor/port/operation.ts";
import { PortHandle } from "../../src/proactor/port/port_handle.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";

const OWNER = new PortHandle(4n, {
  key: 16,
  modes: {
    skipsOnSuccess: true,
    queuesWarnings: true,
  },
  control: { closeHandle: () => 0, cancelIoEx: () => 0 },
});
const LISTENER = { onCompletion(): void {} };

function halves(address: bigint): [low: number, high: number] {
  return [Number(address & 0xffff_ffffn), Number(address >> 32n)];
}

for (const straddle4GiB of [false, true]) {
  Deno.test(`find() turns an address into its slot, across 4 GiB: ${straddle4GiB}`, () => {
    const sim = new SimulatedWin32({ straddle4GiB });
    const table = new OperationTable(sim);
    assertEquals(table.find(0, 0), undefined);
    const operations = Array.from(
      { length: 2500 },
      () => table.acquire(OWNER, LISTENER),
    );
    assertEquals([table.inUse, table.capacity], [2500, 3072]);
    for (const operation of operations) {
      assertEquals(table.find(...halves(operation.address)), operation);
      assertEquals(operation.address % 16n, 0n);
    }
    const { address } = operations[7]!;
    for (const off of [1n, 8n, 32n, -1n, BigInt(SLOT_SIZE * 4000), -700n]) {
      const found = table.find(...halves(address + off));
      assert(found === undefined, `offset ${off}`);
    }
    const highs = operations.map(({ address }) => address >> 32n);
    assertEquals(new Set(highs).size, straddle4GiB ? 2 : 1);
    assertEquals(table.find(0, 0), undefined);
    assertEquals(table.find(0xffff_ffff, 0xffff_ffff), undefined);
    for (const operation of operations) table.release(operation);
    assertEquals(table.dispose(), 0);
    assertEquals(sim.leaks(), []);
  });
}

Deno.test("acquire() raises the generation of a slot that is used again", () => {
  const table = new OperationTable(new SimulatedWin32());
  const first = table.acquire(OWNER, LISTENER);
  assertEquals([first.index, first.generation, first.owner], [0, 1, OWNER]);
  table.release(first);
  assertEquals([first.owner, first.listener], [null, null]);
  assertEquals(table.acquire(OWNER, LISTENER), first);
  assertEquals(first.generation, 2);
});

Deno.test("release() hands a pending slot out again only behind its packet", () => {
  const table = new OperationTable(new SimulatedWin32());
  const pending = table.acquire(OWNER, LISTENER);
  pending.pending = true;
  table.release(pending);
  for (let i = 0; i < table.capacity - 1; i++) {
    assert(table.acquire(OWNER, LISTENER) !== pending);
  }
  pending.pending = false;
  table.release(pending);
  assertEquals(table.acquire(OWNER, LISTENER), pending);
});

Deno.test("dispose() keeps the memory of slots that are pending", () => {
  const sim = new SimulatedWin32();
  const table = new OperationTable(sim);
  table.acquire(OWNER, LISTENER).pending = true;
  table.acquire(OWNER, LISTENER);
  assertEquals([...table.pending()].length, 1);
  assertEquals([table.dispose(), table.quarantined, table.inUse], [1, 1, 0]);
  assertEquals(sim.leaks(), ["1 memory ranges"]);
});

Deno.test("acquire() without memory throws and can be tried again", () => {
  const sim = new SimulatedWin32();
  const table = new OperationTable(sim);
  for (const after of [0, 1]) {
    sim.fail("virtualAlloc", 8, { after });
    const act = () => table.acquire(OWNER, LISTENER);
    assertThrows(act, Error, "Cannot allocate");
    assertEquals([table.inUse, table.capacity], [0, 0]);
  }
  table.release(table.acquire(OWNER, LISTENER));
  table.dispose();
  assertEquals(sim.leaks(), []);
});
