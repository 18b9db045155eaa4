import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  type IocpProactor,
  isWindowsError,
  ProactorEventLoop,
} from "../../../mod.ts";
import type { Handle } from "../../../src/ffi/win32_api.ts";
import { test } from "../_setup.ts";
import { closeBehindBack } from "../_handles.ts";
import { soon, turn } from "../_turns.ts";
import { TestWorker } from "../_worker.ts";
import {
  closeHandles,
  createEvent,
  createMutex,
  createSemaphore,
  DirectoryWatch,
  releaseMutex,
  releaseSemaphore,
  setEvent,
  startProcess,
  startTimer,
  terminateProcess,
  withAccess,
} from "./_objects.ts";

/** A tick of Windows's clock in milliseconds, by which a wait may be early. */
const TICK = 16;

test.proactor("waitForHandle() is false after the time-out and true when the event is set", async (proactor) => {
  const event = createEvent();
  const start = performance.now();
  const wait = proactor.waitForHandle(event, { timeout: 500 });
  assertStrictEquals(await soon(wait), false);
  assertGreaterOrEqual(performance.now() - start, 500 - TICK);
  setEvent(event);
  const again = performance.now();
  const second = proactor.waitForHandle(event, { timeout: 10_000 });
  assertStrictEquals(await soon(second), true);
  assertLess(performance.now() - again, 5000);
  assertStrictEquals(second.cancel(), false);
  closeHandles(event);
});

test.proactor("waitForHandle() is true when the event is set during the wait", async (proactor) => {
  const event = createEvent();
  const wait = proactor.waitForHandle(event);
  assertEquals(
    `${wait}`,
    `<WaitHandleFuture pending overlapped=<pending> ` +
      `handle=0x${event.toString(16)} waiting>`,
  );
  await turn();
  assert(!wait.done());
  setEvent(event);
  assertStrictEquals(await soon(wait), true);
  closeHandles(event);
});

test.proactor("cancel() of a wait rejects it soon, and cancelling twice is harmless", async (proactor) => {
  const event = createEvent();
  const wait = proactor.waitForHandle(event, { timeout: 10_000 });
  const start = performance.now();
  wait.cancel();
  wait.cancel();
  await assertRejects(() => soon(wait), CancelledError);
  assertLess(performance.now() - start, 5000);
  assertStrictEquals(wait.cancel(), false);
  closeHandles(event);
});

test.proactor("waitForHandle() is cancelled by its signal", async (proactor) => {
  const event = createEvent();
  const signal = AbortSignal.timeout(10);
  const wait = proactor.waitForHandle(event, { signal });
  await assertRejects(() => soon(wait), DOMException);
  closeHandles(event);
});

test.proactor("several waits for one manual-reset event end together", async (proactor) => {
  const event = createEvent();
  const waits = Array.from(
    { length: 100 },
    () => proactor.waitForHandle(event),
  );
  setEvent(event);
  const results = await soon(Promise.all(waits));
  assert(results.every((result) => result === true));
  closeHandles(event);
});

test.proactor("an auto-reset event ends one wait for each signal", async (proactor) => {
  const event = createEvent(false);
  const waits = Array.from(
    { length: 20 },
    () => proactor.waitForHandle(event),
  );
  for (let count = 1; count <= waits.length; count++) {
    setEvent(event);
    await soon(Promise.any(waits.filter((wait) => !wait.done())));
    assertEquals(waits.filter((wait) => wait.done()).length, count);
    const left = proactor.waitForHandle(event, { timeout: 0 });
    assertStrictEquals(await left, false, "the signal was consumed");
  }
  closeHandles(event);
});

test.proactor("a semaphore ends as many waits as are released", async (proactor) => {
  const semaphore = createSemaphore();
  const waits = Array.from(
    { length: 10 },
    () => proactor.waitForHandle(semaphore, { timeout: 1000 }),
  );
  releaseSemaphore(semaphore, 7);
  const results = await soon(Promise.all(waits));
  assertEquals(results.filter((result) => result).length, 7);
  closeHandles(semaphore);
});

function assertRefused(proactor: IocpProactor, mutex: Handle): void {
  assertThrows(
    () => proactor.waitForHandle(mutex, { timeout: 0 }),
    Deno.errors.NotSupported,
    `Cannot wait for handle ${mutex}: it is a mutex`,
  );
}

test.proactor("a free mutex is refused, and not taken", (proactor) => {
  const mutex = createMutex();
  assertRefused(proactor, mutex);
  assert(!releaseMutex(mutex));
  closeHandles(mutex);
});

/** A worker that takes a mutex and ends with it, or releases it first. */
function mutexWorker(name: string): TestWorker {
  return new TestWorker(`
    import { encodeWideString } from "src/ffi/structs.ts";
    const { state } = Deno.permissions.querySync({ name: "ffi" });
    const folder = state === "granted" ? "" : "C:\\\\Windows\\\\System32\\\\";
    const { symbols } = Deno.dlopen(folder + "kernel32.dll", {
      CreateMutexW: { parameters: ["buffer", "i32", "buffer"], result: "usize" },
      ReleaseMutex: { parameters: ["usize"], result: "i32" },
    });
    const name = encodeWideString(${JSON.stringify(name)});
    const mutex = symbols.CreateMutexW(null, 1, name);
    self.onmessage = () => {
      symbols.ReleaseMutex(mutex);
      self.postMessage("released");
    };
    self.postMessage("taken");
  `);
}

test.proactor("a mutex of another thread is refused, and is that thread's", async (proactor) => {
  const name = `wait-test-${crypto.randomUUID()}`;
  using worker = mutexWorker(name);
  assertEquals(await soon(worker.next()), "taken");
  const mutex = createMutex(name);
  assertRefused(proactor, mutex);
  worker.post("release");
  assertEquals(await soon(worker.next()), "released");
  assertRefused(proactor, mutex);
  assert(!releaseMutex(mutex));
  closeHandles(mutex);
});

test.proactor("a mutex that its owner has abandoned is refused", async (proactor) => {
  const name = `wait-test-${crypto.randomUUID()}`;
  let mutex = 0n;
  {
    using worker = mutexWorker(name);
    assertEquals(await soon(worker.next()), "taken");
    mutex = createMutex(name);
    assertRefused(proactor, mutex);
  }
  assertRefused(proactor, mutex);
  closeHandles(mutex);
});

test.proactor("a waitable timer ends waits when it is due", async (proactor) => {
  const manual = startTimer(50, true);
  const synchronization = startTimer(50, false);
  const start = performance.now();
  const waits = [manual, manual].map((timer) => proactor.waitForHandle(timer));
  const one = proactor.waitForHandle(synchronization);
  assertEquals(await soon(Promise.all([...waits, one])), [true, true, true]);
  assertGreaterOrEqual(performance.now() - start, 50 - TICK);
  const next = proactor.waitForHandle(synchronization, { timeout: 0 });
  assertStrictEquals(await next, false);
  closeHandles(manual, synchronization);
});

test.proactor("a change notification ends a wait", async (proactor) => {
  const watch = new DirectoryWatch();
  const wait = proactor.waitForHandle(watch);
  watch.change();
  assertStrictEquals(await soon(wait), true);
  watch.close();
});

test.proactor("a process ends waits when it ends", async (proactor) => {
  const process = startProcess();
  const waits = [1, 2].map(() => proactor.waitForHandle(process));
  const short = proactor.waitForHandle(process, { timeout: 20 });
  assertStrictEquals(await soon(short), false);
  terminateProcess(process);
  assertEquals(await soon(Promise.all(waits)), [true, true]);
  assertStrictEquals(await proactor.waitForHandle(process), true);
  closeHandles(process);
});

test.proactor("a wait goes on when its handle is closed elsewhere", async (proactor) => {
  const event = createEvent();
  const other = withAccess(event, 0x0000_0002); // EVENT_MODIFY_STATE
  const wait = proactor.waitForHandle(event);
  closeBehindBack(event);
  setEvent(other);
  assertStrictEquals(await soon(wait), true);
  closeHandles(other);
});

test.proactor("closeHandle() interrupts the waits for a handle", async (proactor) => {
  const event = createEvent();
  const wait = proactor.waitForHandle(event);
  proactor.closeHandle(event);
  await assertRejects(() => soon(wait), Deno.errors.Interrupted);
});

test.proactor("waitForHandle() refuses a handle that is not open", (proactor) => {
  // A value that was just closed may be another thread's handle by now.
  const error = assertThrows(
    () => proactor.waitForHandle(0x3fff_fff0n),
    Deno.errors.BadResource,
    "Cannot wait for handle 1073741808: the handle is invalid",
  );
  assert(isWindowsError(error));
  assertEquals([error.winerror, error.syscall], [6, "WaitForSingleObject"]);
});

test.proactor("waitForHandle() refuses a handle without SYNCHRONIZE", (proactor) => {
  const event = createEvent();
  const powerless = withAccess(event, 0x0000_0002); // EVENT_MODIFY_STATE
  assertThrows(
    () => proactor.waitForHandle(powerless),
    Deno.errors.PermissionDenied,
    `Cannot wait for handle ${powerless}: access is denied`,
  );
  closeHandles(event, powerless);
});

Deno.test("waitForHandle() of a loop runs done callbacks in the loop", async () => {
  await using loop = new ProactorEventLoop();
  const event = createEvent();
  const order: string[] = [];
  const wait = loop.waitForHandle(event);
  wait.addDoneCallback((future) => {
    order.push(`done ${loop.isRunning()} ${future.result()}`);
    loop.stop();
  });
  loop.callLater(5, () => setEvent(event));
  await soon(loop.runForever());
  assertEquals(order, ["done true true"]);
  closeHandles(event);
});

Deno.test("a worker that is terminated with waits pending harms nobody when they end", async () => {
  const name = `wait-test-${crypto.randomUUID()}`;
  const events = Array.from({ length: 50 }, () => createEvent());
  {
    using worker = new TestWorker(`
      import { IocpProactor } from "src/proactor/iocp_proactor.ts";
      const proactor = new IocpProactor();
      self.onmessage = ({ data }) => {
        for (const event of data) proactor.waitForHandle(event);
        self.postMessage(${JSON.stringify(name)});
      };
    `);
    worker.post(events);
    assertEquals(await soon(worker.next()), name);
  }
  await using loop = new ProactorEventLoop();
  for (const event of events) setEvent(event);
  const waits = events.map((event) => loop.waitForHandle(event));
  await soon(Promise.all(waits));
  closeHandles(...events);
});
