/** The limit of each test. */

import { assertEquals, assertRejects } from "@std/assert";
import { limited } from "../limit.ts";

const CONTEXT = {} as Deno.TestContext;

Deno.test("a test that hangs fails after its limit", async () => {
  // The limit keeps nothing alive: Deno fails a test that nothing keeps alive.
  const alive = setInterval(() => {}, 1000);
  const body = limited(() => new Promise(() => {}), 10);
  const hangs = async () => await body(CONTEXT);
  await assertRejects(hangs, Error, "The test has not ended after 0.01 s");
  clearInterval(alive);
});

Deno.test("a test that ends in time is as it was", async () => {
  const calls: unknown[] = [];
  await limited(async (context) => void calls.push(await context))(CONTEXT);
  limited((context) => void calls.push(context))(CONTEXT);
  assertEquals(calls, [CONTEXT, CONTEXT]);
  const fails = limited(() => Promise.reject(new TypeError("no")));
  await assertRejects(async () => await fails(CONTEXT), TypeError, "no");
});
