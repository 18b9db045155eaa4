import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import {
  INFINITE,
  MEM_COMMIT,
  MEM_DECOMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
  STATUS_BUFFER_OVERFLOW,
  STATUS_CANCELLED,
  STATUS_PIPE_BROKEN,
} from "../../src/ffi/constants.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { decodeEntries, Fixture } from "../sim/fixture.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";

const AT_ONCE = MEM_RESERVE | MEM_COMMIT;

Deno.test("virtualAlloc() commits pages of a reserved range", () => {
  const sim = new SimulatedWin32();
  const base = sim.virtualAlloc(0n, 1 << 20, MEM_RESERVE);
  assert(base > 1n << 32n);
  assertEquals([base % 65_536n, sim.committedBytes], [0n, 0]);
  assertThrows(() => sim.copyIn(base, new Uint8Array(1)), Error, "Simulated");
  assertEquals(sim.virtualAlloc(base + 4095n, 2, MEM_COMMIT), base);
  assertEquals(sim.committedBytes, 8192);
  const bytes = Uint8Array.from({ length: 8192 }, (_, index) => index % 251);
  sim.copyIn(base, bytes);
  const copy = new Uint8Array(8192);
  sim.copyOut(copy, base);
  assertEquals(copy, bytes);
  assertThrows(() => sim.copyOut(new Uint8Array(2), base + 8191n));
  assertEquals(sim.virtualFree(base, 4096, MEM_DECOMMIT), 0);
  assertThrows(() => sim.copyOut(new Uint8Array(1), base));
  assertEquals(sim.virtualAlloc(base, 4096, MEM_COMMIT), base);
  sim.copyOut(copy.subarray(0, 4096), base);
  assertEquals(copy.subarray(0, 4096), new Uint8Array(4096));
  assertEquals(sim.virtualFree(base, 0, MEM_RELEASE), 0);
  assertThrows(() => sim.copyIn(base, new Uint8Array(1)));
  sim.assertClean();
});

Deno.test("virtualAlloc() and virtualFree() refuse what Windows refuses", () => {
  const sim = new SimulatedWin32();
  const base = sim.virtualAlloc(0n, 65_536, AT_ONCE);
  assertEquals(sim.virtualAlloc(base + 65_536n, 1, MEM_COMMIT), 0n);
  assertEquals(sim.lastError, 487);
  assertEquals(sim.virtualAlloc(0n, 0, AT_ONCE), 0n);
  assertEquals(sim.lastError, 87);
  assertEquals(sim.virtualFree(base, 4096, MEM_RELEASE), 87);
  assertEquals(sim.virtualFree(base + 4096n, 0, MEM_RELEASE), 487);
  assertEquals(sim.leaks(), ["1 memory ranges"]);
  assertThrows(() => sim.assertClean(), Error, "1 memory ranges");
});

Deno.test("straddle4GiB puts a multiple of 4 GiB inside each range", () => {
  const sim = new SimulatedWin32({ straddle4GiB: true });
  for (const size of [131_072, 1 << 20, 3 << 20]) {
    const base = sim.virtualAlloc(0n, size, AT_ONCE);
    const last = base + BigInt(size) - 1n;
    assertEquals(last >> 32n, (base >> 32n) + 1n);
    assertEquals(base % 65_536n, 0n);
    const bytes = new Uint8Array(size).fill(7);
    sim.copyIn(base, bytes);
    const copy = new Uint8Array(size);
    sim.copyOut(copy, base);
    assertEquals(copy, bytes);
  }
});

Deno.test("a pending operation owns its memory until its packet is taken", () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const { server, client } = fixture.pair();
  fixture.read(server, 0);
  const breaches: [() => unknown, string][] = [
    [() => sim.virtualFree(fixture.base, 0, MEM_RELEASE), "memory freed"],
    [() => fixture.read(server, 0), "OVERLAPPED of read #2 overlaps"],
    [
      () => sim.readFile(client, fixture.buffer(0), 1, fixture.overlapped(5)),
      "buffer of read #3 overlaps the buffer of read #1",
    ],
    [
      () => sim.copyIn(fixture.buffer(0) + 99n, new Uint8Array(1)),
      "bytes copied over the buffer of read #1",
    ],
    [
      () => sim.postQueuedCompletionStatus(fixture.port, 0, 1, fixture.base),
      "packet posted for the OVERLAPPED of read #1",
    ],
  ];
  for (const [act, text] of breaches) assertThrows(act, Error, text);
  assertEquals(sim.violations.length, breaches.length);
  fixture.write(client, 1, "abc");
  assertEquals([sim.pendingOperations, sim.undeliveredOperations], [0, 1]);
  assertThrows(() => fixture.read(server, 0), Error, "in use");
  assertEquals(fixture.poll(), [[1, 0, 0, 3]]);
  assertEquals(fixture.read(server, 0), 997);
});

Deno.test("writes may share a buffer that nothing writes to", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair({ quota: 0 });
  const [source, target] = [fixture.buffer(0), fixture.buffer(1)];
  for (const slot of [0, 1]) {
    const overlapped = fixture.overlapped(slot);
    assertEquals(fixture.sim.writeFile(client, source, 3, overlapped), 997);
  }
  assertEquals(fixture.read(server, 2, 6), 0);
  fixture.sim.copyOut(new Uint8Array(1), target);
  assertEquals(fixture.poll(), [[2, 0, 0, 3], [2, 1, 0, 3]]);
  fixture.finish(server, client);
});

Deno.test("the kernel notices memory that went away under an operation", () => {
  const fixture = new Fixture({ throwOnViolation: false });
  const { server, client } = fixture.pair();
  fixture.read(server, 1);
  fixture.sim.virtualFree(fixture.buffer(1), 4096, MEM_DECOMMIT);
  fixture.write(client, 2, "abc");
  fixture.poll();
  const text = fixture.sim.violations.join("\n");
  assertStringIncludes(text, "memory freed with the buffer of read #1");
  assertStringIncludes(text, "kernel touched freed memory");
});

Deno.test("OVERLAPPED is pending from the call until the packet is taken", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  fixture.sim.copyIn(fixture.overlapped(0), new Uint8Array(16).fill(0xaa));
  fixture.read(server, 0);
  fixture.write(client, 1, "abc");
  const high = 0xaaaa_aaaa_0000_0000n;
  assertEquals(fixture.status(0)[0], high | 0x103n);
  fixture.poll();
  assertEquals(fixture.status(0), [high, 3n]);
  assertEquals(fixture.status(1), [0n, 3n]);
  fixture.finish(server, client);
});

Deno.test("handles are checked", () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const { server, client } = fixture.pair();
  assertEquals(sim.openHandles, 3);
  assertEquals(sim.closeHandle(server), 0);
  assertEquals(sim.closeHandle(server), 6);
  assertEquals(fixture.read(server, 0), 6);
  assertEquals(sim.closeHandle(0x1234n), 6);
  assertEquals(sim.postQueuedCompletionStatus(client, 0, 0, 0n), 6);
  assertEquals(sim.violations, [
    `handle 0x${server.toString(16)} closed twice`,
    `use of closed handle 0x${server.toString(16)}`,
  ]);
});

Deno.test("reuseHandles hands a closed value out again at once", () => {
  const [fresh, reused] = [false, true].map((reuseHandles) => {
    const fixture = new Fixture({ reuseHandles });
    const first = fixture.serve("n");
    fixture.sim.closeHandle(first);
    return fixture.serve("n") === first;
  });
  assertEquals([fresh, reused], [false, true]);
});

Deno.test("createIoCompletionPort() associates a file once", () => {
  const fixture = new Fixture();
  const { sim, port } = fixture;
  const server = fixture.serve("n");
  const other = sim.createIoCompletionPort(INVALID_HANDLE_VALUE, 0n, 0, 1);
  assertEquals(sim.createIoCompletionPort(server, port, 1, 0), port);
  assertEquals(sim.createIoCompletionPort(server, other, 1, 0), 0n);
  assertEquals(sim.lastError, 87);
  assertEquals(sim.createIoCompletionPort(0x1234n, port, 1, 0), 0n);
  assertEquals(sim.lastError, 6);
  fixture.finish(server, other);
});

Deno.test("posted packets keep their key, bytes and address", () => {
  const fixture = new Fixture();
  const { sim, port } = fixture;
  for (const key of [0, 7, Number.MAX_SAFE_INTEGER]) {
    sim.postQueuedCompletionStatus(port, 5, key, fixture.overlapped(3));
  }
  const bytes = new Uint8Array(64);
  assertEquals(sim.getQueuedCompletionStatusEx(port, bytes, INFINITE), 2);
  assertEquals(decodeEntries(bytes, fixture.base), [[0, 3, 0, 5], [
    7,
    3,
    0,
    5,
  ]]);
  assertEquals(fixture.poll(), [[Number.MAX_SAFE_INTEGER, 3, 0, 5]]);
  fixture.finish();
});

Deno.test("getQueuedCompletionStatusEx() waits in simulated time", () => {
  const fixture = new Fixture();
  assertEquals(fixture.poll(), []);
  assertEquals([fixture.sim.lastError, fixture.sim.now], [258, 0]);
  assertEquals(fixture.poll(250), []);
  assertEquals(fixture.sim.now, 250);
  assertThrows(() => fixture.poll(INFINITE), Error, "would block forever");
  fixture.finish();
});

Deno.test("waitForCompletions() ends with packets, time or the port", async () => {
  const fixture = new Fixture();
  const { sim, port } = fixture;
  const entries = fixture.buffer(0);
  const count = (): number => {
    const bytes = new Uint8Array(4);
    sim.copyOut(bytes, entries + 64n);
    return new DataView(bytes.buffer).getUint32(0, true);
  };
  sim.copyIn(entries + 64n, new Uint8Array(4).fill(0xff));
  const wait = (timeout: number): Promise<number> =>
    sim.waitForCompletions({ port, entries, capacity: 2, timeout });
  const first = wait(INFINITE);
  assertThrows(() => sim.copyIn(entries, new Uint8Array(1)), Error, "waiting");
  await assertRejects(async () => await wait(0), Error, "second waiter");
  for (const key of [1, 2, 3, 4]) {
    sim.postQueuedCompletionStatus(port, 0, key, 0n);
  }
  assertEquals([await first, count()], [1, 1]);
  assertEquals([await wait(INFINITE), count()], [2, 2]);
  assertEquals([await wait(0), await wait(0), count()], [1, 0, 0]);
  const timed = wait(100);
  sim.advance(100);
  assertEquals(await timed, 0);
  const closed = wait(INFINITE);
  sim.closeHandle(port);
  assertEquals(await closed, 0);
});

Deno.test("whether a packet follows depends on mode, status and outcome", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair({ type: "message", skip: false });
  assertEquals(fixture.write(client, 1, "0123456789"), 0);
  assertEquals(fixture.poll(), [[2, 1, 0, 10]]);
  assertEquals(fixture.read(server, 2, 4), 234);
  assertEquals(fixture.poll(), [[1, 2, STATUS_BUFFER_OVERFLOW, 4]]);
  assertEquals(fixture.read(server, 2), 0);
  assertEquals(fixture.poll(), [[1, 2, 0, 6]]);
  fixture.sim.closeHandle(client);
  assertEquals(fixture.read(server, 2), 109);
  assertEquals(fixture.poll(), []);
  fixture.finish(server);
  const warned = new Fixture({ warningPackets: true });
  const pair = warned.pair({ type: "message" });
  assertEquals(warned.write(pair.client, 1, "0123456789"), 0);
  assertEquals(warned.poll(), []);
  assertEquals(warned.read(pair.server, 2, 4), 234);
  assertEquals(warned.poll(), [[1, 2, STATUS_BUFFER_OVERFLOW, 4]]);
  warned.finish(pair.server, pair.client);
});

Deno.test("forcePending sends every success through the port", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  fixture.sim.forcePending = true;
  assertEquals(fixture.write(client, 1, "abc"), 997);
  assertEquals(fixture.write(client, 2, ""), 997);
  assertEquals(fixture.read(server, 3), 997);
  assertEquals(fixture.poll(), [[2, 1, 0, 3], [2, 2, 0, 0], [1, 3, 0, 3]]);
  assertEquals(fixture.listen(server, 4), 535);
  fixture.finish(server, client);
});

Deno.test("manual lets the test pick between data and cancel", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  fixture.write(client, 1, "abc");
  fixture.sim.manual = true;
  assertEquals(fixture.read(server, 2), 997);
  assertEquals(fixture.sim.cancelIoEx(server, 0n), 0);
  const ends = fixture.sim.ready.map(({ kind, end }) => `${kind} ${end}`);
  assertEquals(ends, ["read completed", "read cancelled"]);
  assertEquals(fixture.poll(), []);
  fixture.sim.complete(1);
  assertEquals(fixture.poll(), [[1, 2, STATUS_CANCELLED, 0]]);
  assertEquals(fixture.read(server, 2), 997);
  fixture.sim.complete(0);
  assertEquals(fixture.poll(), [[1, 2, 0, 3]]);
  assertThrows(() => fixture.sim.complete(0), RangeError, "not ready");
  fixture.sim.manual = false;
  fixture.finish(server, client);
});

Deno.test("manual keeps the ends that closing forces", () => {
  const fixture = new Fixture({ completion: "manual" });
  const { server, client } = fixture.pair();
  fixture.read(server, 1);
  fixture.read(client, 2);
  fixture.sim.closeHandle(server);
  assertEquals(fixture.sim.pendingOperations, 2);
  fixture.sim.completeAll();
  assertEquals(fixture.poll(), [
    [1, 1, STATUS_PIPE_BROKEN, 0],
    [2, 2, STATUS_PIPE_BROKEN, 0],
  ]);
  fixture.finish(client);
});

Deno.test("holdPackets releases packets in any order", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  fixture.sim.holdPackets = true;
  fixture.read(server, 1);
  fixture.read(client, 2);
  fixture.write(client, 3, "a");
  fixture.write(server, 4, "b");
  assertEquals(fixture.poll(), []);
  fixture.sim.release(1);
  assertEquals(fixture.poll(), [[2, 2, 0, 1]]);
  fixture.sim.releaseAll();
  assertEquals(fixture.poll(), [[1, 1, 0, 1]]);
  assertThrows(() => fixture.sim.release(0), RangeError, "none is held");
  fixture.finish(server, client);
});

Deno.test("fail() strikes the calls it names", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  fixture.sim.fail("writeFile", 1450, { after: 1, times: 2 });
  const results = [1, 2, 3, 4].map(() => fixture.write(client, 1, "x"));
  assertEquals(results, [0, 1450, 1450, 0]);
  assertEquals([fixture.sim.lastError, fixture.sim.calls.writeFile], [1450, 4]);
  fixture.sim.fail("createFile", 5);
  assertEquals(fixture.open("pair"), INVALID_HANDLE_VALUE);
  assertEquals(fixture.sim.lastError, 5);
  fixture.finish(server, client);
});

Deno.test("completeWith() ends a pending operation with any status", () => {
  const fixture = new Fixture();
  const { server, client } = fixture.pair();
  fixture.read(server, 1);
  fixture.read(server, 2);
  const overlapped = fixture.overlapped(2);
  fixture.sim.completeWith(server, 0xc000_009a, { overlapped, bytes: 4 });
  assertEquals(fixture.poll(), [[1, 2, 0xc000_009a, 4]]);
  assertThrows(() => fixture.sim.completeWith(client, 0), Error, "nothing is");
  fixture.write(client, 3, "abc");
  assertEquals(fixture.poll(), [[1, 1, 0, 3]]);
  fixture.finish(server, client);
});

Deno.test("security descriptors are checked and counted", () => {
  const sim = new SimulatedWin32();
  const good = [
    "D:P(A;;GA;;;SY)(A;;GA;;;S-1-5-21-1-2-3-1001)",
    "O:BAG:SYD:(A;OICI;0x12019f;;;WD)S:(ML;;NW;;;LW)",
    `D:(A;;GA;;;${sim.currentUserSid()})`,
  ];
  const addresses = good.map((text) =>
    sim.convertStringSecurityDescriptor(text)
  );
  assert(addresses.every((address) => address !== 0n));
  for (const text of ["", "hello", "D:(A;;GA;;SY)", "D:(A;;GA;;;S-2)"]) {
    assertEquals(sim.convertStringSecurityDescriptor(text), 0n);
    assertEquals(sim.lastError, 1338);
  }
  assertEquals(sim.leaks(), ["3 security descriptors"]);
  for (const address of addresses) sim.localFree(address);
  sim.assertClean();
  assertThrows(() => sim.localFree(addresses[0] ?? 0n), Error, "LocalFree");
});

Deno.test("statuses translate to Win32 codes and texts", () => {
  const sim = new SimulatedWin32();
  const table: [number, number][] = [
    [0, 0],
    [0x8000_0005, 234],
    [0xc000_0008, 6],
    [0xc000_00ae, 231],
    [0xc000_00b0, 233],
    [0xc000_00b1, 232],
    [0xc000_00b5, 121],
    [0xc000_0120, 995],
    [0xc000_014b, 109],
    [0xc000_0120 | 0, 995],
    [0xe000_0001, 317],
  ];
  for (const [status, code] of table) {
    assertEquals(sim.ntStatusToDosError(status), code);
  }
  assertEquals(sim.formatMessage(5), "Access is denied.");
  assertEquals(sim.formatMessage(99_999), "");
});
