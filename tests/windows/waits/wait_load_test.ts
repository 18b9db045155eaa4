import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals } from "@std/assert";
import { IocpProactor, type WaitHandleFuture } from "../../../mod.ts";
import { pipe } from "../../../src/pipe/mod.ts";
import { WAIT_RECORD_FIRED } from "../../../src/ffi/wait/wait_callback.ts";
import type { Handle } from "../../../src/ffi/win32_api.ts";
import { test } from "../_setup.ts";
import { assertKeepsHandles } from "../_handles.ts";
import { PATIENCE, soon, turn } from "../_turns.ts";
import { closeHandles, createEvent, setEvent } from "./_objects.ts";

/** Numbers that look random and are the same each time. */
function* random(seed: number): Generator<number, never> {
  for (let state = seed;;) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 >>> 0;
    yield state;
  }
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const result = [...items];
  const numbers = random(seed);
  for (let i = result.length - 1; i > 0; i--) {
    const j = numbers.next().value % (i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

function createEvents(count: number, manualReset: boolean): Handle[] {
  return Array.from({ length: count }, () => createEvent(manualReset));
}

test.proactor("2000 waits whose events are set in random order end once each", async (proactor) => {
  const events = createEvents(2000, false);
  const ends = new Map<Handle, number>();
  const results: Promise<boolean>[] = [];
  for (const event of events) {
    const wait = proactor.waitForHandle(event);
    results.push(wait.then((signalled) => {
      ends.set(event, (ends.get(event) ?? 0) + 1);
      return signalled;
    }));
  }
  assertEquals(proactor.metrics().pending, 2000);
  for (const event of shuffled(events, 7)) setEvent(event);
  const signalled = await soon(Promise.all(results));
  assert(signalled.every((each) => each));
  assertEquals([...ends.values()], Array(2000).fill(1));
  for (const event of events) {
    const again = proactor.waitForHandle(event, { timeout: 0 });
    assertEquals(await again, false);
  }
  closeHandles(...events);
});

/** Cancels waits and signals events at random. */
async function storm(proactor: IocpProactor, seed: number): Promise<void> {
  const events = createEvents(100, false);
  const numbers = random(seed);
  const waits = events.map((event) => proactor.waitForHandle(event));
  for (const index of shuffled([...waits.keys(), ...waits.keys()], seed)) {
    if (numbers.next().value % 2 === 0) waits[index]!.cancel();
    else setEvent(events[index]!);
    if (numbers.next().value % 16 === 0) await turn();
  }
  for (const wait of waits) wait.cancel();
  await soon(Promise.allSettled(waits));
  for (const wait of waits) assert(wait.cancelled() || wait.result());
  closeHandles(...events);
}

test.proactor("storms of cancels and signals end every wait and give all back", async () => {
  let seed = 0;
  await assertKeepsHandles(async () => {
    const proactor = new IocpProactor();
    await storm(proactor, ++seed);
    assertEquals(proactor.metrics().pending, 0);
    // The unregistrations of waits whose packet was faster may still run.
    await proactor.close();
  }, 10);
});

// Who takes a signal that comes while a wait is unregistered is up to Windows;
// Wine loses some.
test.proactor("a signal that races with a cancel ends one wait at most", async (proactor) => {
  const events = createEvents(500, false);
  const waits = events.map((event) => proactor.waitForHandle(event));
  for (const [index, event] of events.entries()) {
    if (index % 2 === 0) setEvent(event);
    waits[index]!.cancel();
    if (index % 2 === 1) setEvent(event);
  }
  await soon(Promise.allSettled(waits));
  for (const [index, wait] of waits.entries()) {
    const next = proactor.waitForHandle(events[index]!, { timeout: 0 });
    assert(wait.cancelled() || !await next, "the signal was doubled");
  }
  closeHandles(...events);
});

/** Spins until the callback of the only wait was called. */
function spinUntilFired(proactor: IocpProactor): void {
  const [operation] = portOf(proactor).operations.pending();
  const fired = new Uint8Array(1);
  const end = performance.now() + PATIENCE;
  while (fired[0] === 0 && performance.now() < end) {
    const at = operation!.address + WAIT_RECORD_FIRED;
    portOf(proactor).api.copyOut(fired, at);
  }
}

test.proactor("cancel() of a wait whose callback was called leaves its result", async (proactor) => {
  for (let i = 0; i < 100; i++) {
    const event = createEvent(false);
    const wait = proactor.waitForHandle(event);
    setEvent(event);
    spinUntilFired(proactor);
    assertEquals([wait.done(), wait.cancel()], [false, true]);
    assertEquals(await soon(wait), true);
    closeHandles(event);
  }
});

Deno.test("close() ends 500 pending waits within its deadline and leaves no handle", async () => {
  await assertKeepsHandles(
    async () => {
      const events = createEvents(500, true);
      const proactor = new IocpProactor();
      const waits = events.map((event) => proactor.waitForHandle(event));
      assertEquals(await soon(proactor.close()), 0);
      assert(waits.every((wait) => wait.cancelled()));
      // Nothing is registered any more: a signal finds nobody.
      for (const event of events) setEvent(event);
      closeHandles(...events);
    },
    1,
    100,
  );
});

Deno.test("200 proactors with waits leave no handle", async () => {
  let round = 0;
  await assertKeepsHandles(async () => {
    const event = createEvent();
    const proactor = new IocpProactor();
    const wait = proactor.waitForHandle(event);
    if (round++ % 2 === 0) setEvent(event);
    assertEquals(await soon(proactor.close()), 0);
    assert(wait.done());
    closeHandles(event);
  }, 67);
});

test.proactor("waits, reads and writes share the port", async (proactor) => {
  const [reader, writer] = pipe({ duplex: true, proactor });
  const events = createEvents(50, true);
  const waits = events.map((event) => proactor.waitForHandle(event));
  const read = proactor.recv(reader, 10);
  await soon(proactor.send(writer, new Uint8Array([1, 2, 3])));
  assertEquals(await soon(read), new Uint8Array([1, 2, 3]));
  for (const event of events) setEvent(event);
  await soon(Promise.all(waits));
  reader.close();
  writer.close();
  closeHandles(...events);
});

/** How waits end. */
const ENDS: Record<string, (waits: WaitHandleFuture[]) => void> = {
  signalled: (waits) => waits.forEach((wait) => setEvent(wait.handle)),
  cancelled: (waits) => waits.forEach((wait) => wait.cancel()),
  "timed out": () => {},
};

for (const [name, end] of Object.entries(ENDS)) {
  const timeout = name === "timed out" ? 5 : undefined;

  const round = async (count: number): Promise<void> => {
    await using proactor = new IocpProactor();
    const events = createEvents(count, true);
    const options = timeout === undefined ? {} : { timeout };
    const waits = events.map((event) => proactor.waitForHandle(event, options));
    end(waits);
    await soon(Promise.allSettled(waits));
    closeHandles(...events);
  };

  Deno.test(`waits that are ${name} leave no handle (Wine: but those of the pool's threads, until they end)`, async () => {
    await assertKeepsHandles(() => round(300), 1, 100);
  });
}
