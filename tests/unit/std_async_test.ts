// The stand-ins of @std/async and @std/testing. Time is faked where it can be.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  abortable,
  deadline,
  delay,
  ERROR_WHILE_MAPPING_MESSAGE,
  pooledMap,
  retry,
  RetryError,
} from "@std/async";
import { abortable as abortableAlone } from "@std/async/abortable";
import { deadline as deadlineAlone } from "@std/async/deadline";
import { delay as delayAlone } from "@std/async/delay";
import { pooledMap as pooledMapAlone } from "@std/async/pool";
import { retry as retryAlone } from "@std/async/retry";
import {
  assertSpyCall,
  assertSpyCallArgs,
  assertSpyCalls,
  MockError,
  spy,
  stub,
} from "@std/testing/mock";
import { FakeTime, TimeError } from "@std/testing/time";
import { AssertionError } from "@std/assert";

const never = new Promise<never>(() => {});

async function* count(): AsyncGenerator<number> {
  yield 1;
  yield 2;
  await never;
}

function abortedSignal(): AbortSignal {
  return AbortSignal.abort(new RangeError("stop"));
}

Deno.test("@std/async subpaths give the same functions", () => {
  assertEquals(
    [abortableAlone, deadlineAlone, delayAlone, pooledMapAlone, retryAlone],
    [abortable, deadline, delay, pooledMap, retry],
  );
});

Deno.test("delay() resolves when its time has come", async () => {
  using time = new FakeTime();
  const done = spy();
  const waiting = delay(100).then(() => done());
  await time.tickAsync(99);
  assertSpyCalls(done, 0);
  time.tick(1);
  await waiting;
});

Deno.test("delay() takes longer than a timer can", async () => {
  using time = new FakeTime();
  const done = spy();
  const waiting = delay(2 ** 31).then(() => done());
  await time.tickAsync(2 ** 31 - 1);
  await time.runMicrotasks();
  assertSpyCalls(done, 0);
  await time.tickAsync(1);
  await waiting;
});

Deno.test("delay() rejects with the reason of its signal", async () => {
  const controller = new AbortController();
  const waiting = delay(60_000, { signal: controller.signal });
  controller.abort(new RangeError("stop"));
  await assertRejects(() => waiting, RangeError, "stop");
  await assertRejects(() => delay(1, { signal: abortedSignal() }), RangeError);
});

Deno.test("delay() that is not persistent still resolves", async () => {
  await Promise.all([delay(0, { persistent: false }), delay(5)]);
});

Deno.test("abortable() passes on a promise", async () => {
  const { signal } = new AbortController();
  assertEquals(await abortable(Promise.resolve(1), signal), 1);
  await assertRejects(
    () => abortable(Promise.reject(new TypeError("no")), signal),
    TypeError,
  );
});

Deno.test("abortable() rejects with the reason of the signal", async () => {
  const controller = new AbortController();
  const waiting = abortable(never, controller.signal);
  controller.abort(new RangeError("stop"));
  await assertRejects(() => waiting, RangeError, "stop");
  await assertRejects(() => abortable(never, abortedSignal()), RangeError);
});

Deno.test("abortable() ends an iteration", async () => {
  const controller = new AbortController();
  const items: number[] = [];
  await assertRejects(async () => {
    for await (const item of abortable(count(), controller.signal)) {
      items.push(item);
      if (item === 2) controller.abort(new RangeError("stop"));
    }
  }, RangeError);
  assertEquals(items, [1, 2]);
});

Deno.test("deadline() settles like the promise in time", async () => {
  assertEquals(await deadline(Promise.resolve(1), 60_000), 1);
  await assertRejects(
    () => deadline(Promise.reject(new TypeError("no")), 60_000),
    TypeError,
  );
});

Deno.test("deadline() rejects when the time has passed", async () => {
  using time = new FakeTime();
  const waiting = deadline(never, 100);
  time.tick(100);
  const error = await assertRejects(() => waiting, DOMException);
  assertEquals(error.name, "TimeoutError");
});

Deno.test("deadline() rejects with the reason of its signal", async () => {
  const signal = abortedSignal();
  await assertRejects(() => deadline(never, 60_000, { signal }), RangeError);
});

Deno.test("pooledMap() keeps order and limit", async () => {
  let running = 0;
  let most = 0;
  const results = pooledMap(2, [30, 10, 20], async (ms) => {
    most = Math.max(most, ++running);
    await delay(ms / 10);
    running--;
    return ms;
  });
  assertEquals(await Array.fromAsync(results), [30, 10, 20]);
  assertEquals(most, 2);
});

Deno.test("pooledMap() throws the failures together", async () => {
  const results: number[] = [];
  const begun: number[] = [];
  const error = await assertRejects(
    async () => {
      const mapped = pooledMap(2, [1, 2, 3, 4], (item) => {
        begun.push(item);
        if (item === 2) return Promise.reject(new TypeError("two"));
        return Promise.resolve(item);
      });
      for await (const result of mapped) results.push(result);
    },
    AggregateError,
    ERROR_WHILE_MAPPING_MESSAGE,
  );
  assertEquals(error.errors.map(String), ["TypeError: two"]);
  assertEquals([results, begun], [[1], [1, 2]]);
});

Deno.test("retry() gives the first success", async () => {
  let attempts = 0;
  const result = await retry(() => {
    if (++attempts < 3) throw new TypeError("not yet");
    return attempts;
  }, { minTimeout: 0 });
  assertEquals(result, 3);
});

Deno.test("retry() gives up with the last cause", async () => {
  const fn = spy(() => Promise.reject(new TypeError("no")));
  const options = { maxAttempts: 2, minTimeout: 0 };
  const error = await assertRejects(() => retry(fn, options), RetryError);
  assertEquals(error.cause, new TypeError("no"));
  assertSpyCalls(fn, 2);
});

Deno.test("retry() waits twice as long before each attempt", async () => {
  using time = new FakeTime();
  const fn = spy(() => Promise.reject(new TypeError("no")));
  const failure = assertRejects(
    () => retry(fn, { maxAttempts: 3, jitter: 0 }),
    RetryError,
  );
  await time.tickAsync(999);
  assertSpyCalls(fn, 1);
  await time.tickAsync(1);
  await time.tickAsync(1_999);
  assertSpyCalls(fn, 2);
  await time.tickAsync(1);
  await failure;
  assertSpyCalls(fn, 3);
});

Deno.test("retry() refuses what makes no sense", async () => {
  const fatal = { isRetriable: () => false };
  const fail = () => Promise.reject(new TypeError("no"));
  await assertRejects(() => retry(fail, fatal), TypeError);
  for (
    const options of [
      { maxAttempts: 0 },
      { multiplier: 0 },
      { jitter: 2 },
      { minTimeout: 2, maxTimeout: 1 },
    ]
  ) {
    await assertRejects(() => retry(fail, options), RangeError);
  }
});

Deno.test("FakeTime moves timers and the date", () => {
  using time = new FakeTime("2020-01-01T00:00:00Z");
  const order: string[] = [];
  setTimeout((name: string) => order.push(name), 20, "late");
  setTimeout(() => order.push("soon"), 10);
  const interval = setInterval(() => order.push("tick"), 8);
  const cleared = setTimeout(() => order.push("never"), 1);
  clearTimeout(cleared);
  time.tick(20);
  clearInterval(interval);
  time.tick(100);
  assertEquals(order, ["tick", "soon", "tick", "late"]);
  assertEquals(new Date().toISOString(), "2020-01-01T00:00:00.120Z");
  assertEquals(Date.now() - time.start, 120);
  assertEquals(new Date(5) instanceof Date, true);
});

Deno.test("FakeTime.next() and runAll() go from timer to timer", async () => {
  using time = new FakeTime(0);
  assertEquals(time.next(), false);
  const signal = AbortSignal.timeout(50);
  setTimeout(() => setTimeout(() => {}, 10), 100);
  assertEquals([time.next(), time.now], [true, 50]);
  assertEquals([signal.aborted, signal.reason.name], [true, "TimeoutError"]);
  time.runAll();
  assertEquals(time.now, 110);
  setTimeout(() => {}, 1);
  await time.runAllAsync();
  assertEquals([time.now, await time.nextAsync()], [111, false]);
});

Deno.test("FakeTime.restoreFor() gives real time for a while", async () => {
  using _time = new FakeTime(0);
  const now = await FakeTime.restoreFor((since) => Date.now() > since, 1_000);
  assertEquals([now, Date.now()], [true, 0]);
});

Deno.test("FakeTime refuses two at a time and going back", () => {
  const time = new FakeTime();
  assertThrows(() => new FakeTime(), TimeError);
  assertThrows(() => time.now = time.start - 1, Error, "backwards");
  FakeTime.restore();
  assertThrows(() => FakeTime.restore(), TimeError);
  assertThrows(() => time.restore(), TimeError);
  assertThrows(() => new FakeTime("nonsense"), TimeError);
});

Deno.test("spy() remembers calls", () => {
  const half = spy((x: number) => {
    if (x % 2) throw new RangeError("odd");
    return x / 2;
  });
  assertEquals(half(4), 2);
  assertThrows(() => half(3), RangeError);
  assertSpyCalls(half, 2);
  assertSpyCall(half, 0, { args: [4], returned: 2 });
  assertSpyCall(half, 1, { error: { Class: RangeError, msgIncludes: "odd" } });
  assertSpyCallArgs(half, 1, [3]);
});

Deno.test("assertSpyCall() fails on another call", () => {
  const twice = spy((x: number) => 2 * x);
  twice.call("self", 1);
  const failing = [
    () => assertSpyCalls(twice, 2),
    () => assertSpyCall(twice, 1),
    () => assertSpyCall(twice, 0, { args: [2] }),
    () => assertSpyCall(twice, 0, { returned: 3 }),
    () => assertSpyCall(twice, 0, { self: "other" }),
    () => assertSpyCall(twice, 0, { error: {} }),
    () => assertSpyCallArgs(twice, 0, [3]),
  ];
  for (const assertion of failing) assertThrows(assertion, AssertionError);
});

Deno.test("stub() takes the place of a method until restored", () => {
  const target = { name: "a", greet: (to: string) => `hello ${to}` };
  const greet = stub(target, "greet", () => "stubbed");
  assertEquals(target.greet("b"), "stubbed");
  assertSpyCall(greet, 0, { args: ["b"], self: target });
  assertThrows(() => spy(target, "greet"), MockError);
  greet.restore();
  assertEquals([target.greet("b"), greet.restored], ["hello b", true]);
  assertThrows(() => greet.restore(), MockError);
});

Deno.test("spy() on a method of a prototype leaves no trace", () => {
  const list = [1];
  {
    using push = spy(list, "push");
    list.push(2);
    assertSpyCall(push, 0, { args: [2], returned: 2 });
  }
  assertEquals([list, Object.hasOwn(list, "push")], [[1, 2], false]);
  assertThrows(() => spy(() => 1).restore(), MockError);
});
