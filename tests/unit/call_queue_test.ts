import { assertEquals, assertRejects } from "@std/assert";
import { CallQueue, ThreadShare } from "../../src/proactor/port/call_queue.ts";

/** Tasks that end on demand. */
class Tasks {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, PromiseWithResolvers<string>>();

  task(name: string): () => Promise<string> {
    const end = Promise.withResolvers<string>();
    this.#ends.set(name, end);
    return () => {
      this.begun.push(name);
      return end.promise;
    };
  }

  end(name: string): void {
    this.#ends.get(name)!.resolve(name.toUpperCase());
  }

  fail(name: string): void {
    this.#ends.get(name)!.reject(new Error(name));
  }
}

Deno.test("CallQueue.run() runs a few tasks at once, in their order", async () => {
  const queue = new CallQueue(2);
  const tasks = new Tasks();
  const results = ["a", "b", "c", "d"].map((n) => queue.run(tasks.task(n)));
  assertEquals(tasks.begun, ["a", "b"]);
  tasks.end("b");
  assertEquals(await results[1], "B");
  assertEquals(tasks.begun, ["a", "b", "c"]);
  for (const name of ["a", "c", "d"]) tasks.end(name);
  assertEquals(await Promise.all(results), ["A", "B", "C", "D"]);
  assertEquals([queue.running, queue.waiting], [0, 0]);
});

Deno.test("CallQueue.run() goes on when a task fails", async () => {
  const queue = new CallQueue(1);
  const tasks = new Tasks();
  const failed = queue.run(tasks.task("a"));
  const next = queue.run(tasks.task("b"));
  tasks.fail("a");
  await assertRejects(() => failed, Error, "a");
  tasks.end("b");
  assertEquals(await next, "B");
});

Deno.test("CallQueue.run() never begins what was abandoned", async () => {
  const queue = new CallQueue(1);
  const tasks = new Tasks();
  const first = queue.run(tasks.task("a"));
  const controller = new AbortController();
  const abandoned = queue.run(tasks.task("b"), { signal: controller.signal });
  const last = queue.run(tasks.task("c"));
  controller.abort(new Error("enough"));
  await assertRejects(() => abandoned, Error, "enough");
  tasks.end("a");
  assertEquals(await first, "A");
  tasks.end("c");
  assertEquals(await last, "C");
  assertEquals(tasks.begun, ["a", "c"]);
});

Deno.test("CallQueue.run() keeps the place of a task that was abandoned", async () => {
  const queue = new CallQueue(1);
  const tasks = new Tasks();
  const controller = new AbortController();
  const abandoned = queue.run(tasks.task("a"), { signal: controller.signal });
  const next = queue.run(tasks.task("b"));
  controller.abort(new Error("enough"));
  await assertRejects(() => abandoned, Error, "enough");
  assertEquals([tasks.begun, queue.running], [["a"], 1]);
  tasks.fail("a"); // its failure is dropped, too
  tasks.end("b");
  assertEquals(await next, "B");
});

Deno.test("CallQueue.run() hands over what comes too late", async () => {
  const queue = new CallQueue(1);
  const tasks = new Tasks();
  const controller = new AbortController();
  const late: string[] = [];
  const abandoned = queue.run(tasks.task("a"), {
    signal: controller.signal,
    onLate: (result) => late.push(result),
  });
  const next = queue.run(tasks.task("b"));
  controller.abort(new Error("enough"));
  await assertRejects(() => abandoned, Error, "enough");
  assertEquals(late, []);
  tasks.end("a");
  tasks.end("b");
  assertEquals(await next, "B");
  assertEquals(late, ["A"]);
});

Deno.test("queues share threads, and none takes the last one", async () => {
  const share = new ThreadShare(3);
  const files = new CallQueue(8, share);
  const names = new CallQueue(2, share);
  const tasks = new Tasks();
  const results = [
    ...["a", "b", "c"].map((name) => files.run(tasks.task(name))),
    ...["d", "e"].map((name) => names.run(tasks.task(name))),
  ];
  assertEquals(tasks.begun, ["a", "b", "d"]);
  tasks.end("d");
  assertEquals(await results[3], "D");
  assertEquals(tasks.begun, ["a", "b", "d", "e"]);
  tasks.end("a");
  assertEquals(await results[0], "A");
  assertEquals(tasks.begun, ["a", "b", "d", "e", "c"]);
  for (const name of ["b", "c", "e"]) tasks.end(name);
  await Promise.all(results);
  assertEquals(share.running, 0);
});

Deno.test("calls that wait for those of another queue do not wait for ever", async () => {
  const share = new ThreadShare(2);
  const outer = new CallQueue(4, share);
  const inner = new CallQueue(4, share);
  const results = ["a", "b", "c", "d"].map((name) =>
    outer.run(() => inner.run(() => Promise.resolve(name)))
  );
  assertEquals(await Promise.all(results), ["a", "b", "c", "d"]);
});
