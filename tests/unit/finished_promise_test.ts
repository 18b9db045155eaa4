import { assertStrictEquals } from "@std/assert";
import { FinishedPromise } from "../../src/stream/finished_promise.ts";

Deno.test("FinishedPromise resolves whoever asked before, and whoever asks later", async () => {
  const early = new FinishedPromise();
  const asked = early.promise;
  early.resolve();
  await asked;
  assertStrictEquals(early.promise, asked);
  const late = new FinishedPromise();
  late.resolve();
  await late.promise;
  assertStrictEquals(late.promise, late.promise);
});
