import { assertEquals, assertStrictEquals } from "@std/assert";
import { ROOT } from "../../src/ffi/async_context.ts";
import { TimerHandle } from "../../src/loop/handles.ts";
import { TimerHeap } from "../../src/loop/timer_heap.ts";

const host = { getDebug: () => false, callExceptionHandler: () => {} };

function timerAt(when: number): TimerHandle {
  return new TimerHandle(
    when,
    { callback: () => {}, args: [], context: ROOT },
    host,
  );
}

function fill(heap: TimerHeap, times: number[]): TimerHandle[] {
  const timers = times.map(timerAt);
  for (const timer of timers) heap.push(timer);
  return timers;
}

function popAll(heap: TimerHeap): TimerHandle[] {
  const popped: TimerHandle[] = [];
  let timer = heap.popDue(Infinity);
  while (timer !== undefined) {
    popped.push(timer);
    timer = heap.popDue(Infinity);
  }
  return popped;
}

/** Numbers that look random and are the same each time. */
function pseudoRandom(count: number, limit: number): number[] {
  let state = 12345;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % limit;
  });
}

Deno.test("popDue() gives the timers by time, those of one time in order", () => {
  const heap = new TimerHeap();
  const timers = fill(heap, pseudoRandom(1000, 50));
  const expected = timers.toSorted((a, b) => a.when() - b.when());
  const popped = popAll(heap);
  assertEquals(popped.length, 1000);
  popped.forEach((timer, i) => assertStrictEquals(timer, expected[i]));
  assertEquals(heap.size, 0);
});

Deno.test("popDue() keeps what is not due", () => {
  const heap = new TimerHeap();
  fill(heap, [30, 10, 20]);
  assertEquals(heap.popDue(9.999), undefined);
  assertEquals(heap.popDue(10)?.when(), 10);
  assertEquals(heap.popDue(15), undefined);
  assertEquals(heap.size, 2);
});

Deno.test("popDue() takes infinite times in order", () => {
  const heap = new TimerHeap();
  fill(heap, [Infinity, 0, -Infinity, Infinity]);
  const times = popAll(heap).map((timer) => timer.when());
  assertEquals(times, [-Infinity, 0, Infinity, Infinity]);
});

Deno.test("peek() passes over cancelled timers to the next live one", () => {
  const heap = new TimerHeap();
  const [first, second, third] = fill(heap, [1, 2, 3]);
  first!.cancel();
  second!.cancel();
  assertStrictEquals(heap.peek(), third);
  assertEquals(heap.size, 1);
  third!.cancel();
  assertEquals(heap.peek(), undefined);
  assertEquals(heap.size, 0);
});

Deno.test("up to 100 timers stay although all but one are cancelled", () => {
  const heap = new TimerHeap();
  const timers = fill(heap, Array.from({ length: 100 }, (_, i) => i));
  for (const timer of timers.slice(1)) timer.cancel();
  assertEquals(heap.size, 100);
  assertStrictEquals(heap.peek(), timers[0]);
});

Deno.test("of more than 100 timers half may be cancelled, then all of those go", () => {
  const heap = new TimerHeap();
  const timers = fill(heap, Array.from({ length: 200 }, (_, i) => i));
  for (const timer of timers.slice(0, 100)) timer.cancel();
  assertEquals(heap.size, 200);
  timers[100]!.cancel();
  assertEquals(heap.size, 99);
  const popped = popAll(heap);
  assertEquals(popped.length, 99);
  popped.forEach((timer, i) => assertStrictEquals(timer, timers[101 + i]));
});

Deno.test("the heap keeps its order through pushes, cancellations and purges", () => {
  const heap = new TimerHeap();
  const timers = fill(heap, pseudoRandom(600, 1000));
  pseudoRandom(600, 4).forEach((die, i) => die > 0 && timers[i]!.cancel());
  timers.push(...fill(heap, pseudoRandom(50, 1000)));
  const live = timers.filter((timer) => !timer.cancelled());
  const expected = live.toSorted((a, b) => a.when() - b.when());
  const popped = popAll(heap);
  assertEquals(popped.length, expected.length);
  popped.forEach((timer, i) => assertStrictEquals(timer, expected[i]));
});

Deno.test("a timer that was taken is not counted when it is cancelled", () => {
  const heap = new TimerHeap();
  const timers = fill(heap, Array.from({ length: 202 }, (_, i) => i));
  for (let i = 0; i < 101; i++) heap.popDue(Infinity);
  for (const timer of timers.slice(0, 101)) timer.cancel();
  assertEquals(heap.size, 101);
  for (const timer of timers.slice(101, 151)) timer.cancel();
  assertEquals(heap.size, 101);
});

Deno.test("a cancelled timer that peek() has removed is not counted", () => {
  const heap = new TimerHeap();
  const timers = fill(heap, Array.from({ length: 300 }, (_, i) => i));
  for (const timer of timers.slice(0, 100)) timer.cancel();
  assertStrictEquals(heap.peek(), timers[100]);
  assertEquals(heap.size, 200);
  for (const timer of timers.slice(200, 251)) timer.cancel();
  assertEquals(heap.size, 200);
});

Deno.test("clear() removes all timers, and lets them be cancelled", () => {
  const heap = new TimerHeap();
  const timers = fill(heap, Array.from({ length: 300 }, (_, i) => i));
  heap.clear();
  for (const timer of timers) timer.cancel();
  assertEquals(heap.size, 0);
  const [only] = fill(heap, [5]);
  assertStrictEquals(heap.popDue(5), only);
  const others = fill(heap, Array.from({ length: 101 }, (_, i) => i));
  others[50]!.cancel();
  assertEquals(heap.size, 101);
});
