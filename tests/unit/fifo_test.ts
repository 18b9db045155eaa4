import { assert, assertEquals } from "@std/assert";
import { Fifo } from "../../src/proactor/port/fifo.ts";

Deno.test("Fifo is first in, first out", () => {
  const queue = new Fifo<number>();
  assertEquals([queue.first, queue.shift(), queue.length], [
    undefined,
    undefined,
    0,
  ]);
  for (let i = 0; i < 300; i++) queue.push(i);
  assertEquals([queue.first, queue.at(2), queue.at(300)], [0, 2, undefined]);
  for (let i = 0; i < 200; i++) assertEquals(queue.shift(), i);
  assertEquals([queue.length, queue.at(0), queue.at(99)], [100, 200, 299]);
  assert(queue.remove(250));
  assert(!queue.remove(250));
  assert(!queue.remove(10));
  queue.replaceFirst(1);
  assertEquals(queue.clear().slice(0, 2), [1, 201]);
  assertEquals([queue.length, queue.capacity], [0, 1]);
  queue.push(5);
  assertEquals([queue.first, queue.shift(), queue.capacity], [5, 5, 1]);
});

Deno.test("Fifo holds no more than twice what waits, though it is never empty", () => {
  const queue = new Fifo<number>();
  for (let i = 0; i < 100; i++) queue.push(i);
  for (let i = 100; i < 20_000; i++) {
    queue.push(i);
    assertEquals(queue.shift(), i - 100);
    assert(queue.capacity <= 300, `${queue.capacity}`);
  }
  assertEquals(queue.length, 100);
});

Deno.test("Fifo lets go of what was taken at once", () => {
  const queue = new Fifo<object>();
  queue.push({});
  queue.push({});
  queue.shift();
  assertEquals([queue.first !== undefined, queue.at(-1)], [true, undefined]);
});

Deno.test("Fifo takes a time that does not depend on its length", () => {
  const queue = new Fifo<number>();
  const many = 200_000;
  for (let i = 0; i < many; i++) queue.push(i);
  const start = performance.now();
  for (let i = 0; i < many; i++) assertEquals(queue.shift() === i, true);
  assert(performance.now() - start < 5000);
});
