/** A search of all models, for a bounded time: larger sizes than model_test. */

import { assert, assertEquals } from "@std/assert";
import { Search } from "./search.ts";
import type { JobFailure } from "./worker.ts";

/** Whichever comes first ends the search. */
const SCHEDULES = 1_000_000;
const TIME = 120_000;

/** Even a machine that does other work makes so many. */
const AT_LEAST = 5_000;

Deno.test("a million schedules of all models, as far as they get in two minutes", async () => {
  const failures: JobFailure[] = [];
  const search = new Search({
    time: TIME,
    schedules: SCHEDULES,
    from: 1,
    threads: 2,
    only: "",
    onFailure: (failure) => failures.push(failure),
  });
  await search.run();
  console.log(search.report());
  for (const { test, seed } of failures) {
    console.log(`${test}\ndeno task model --repeat '${seed}'`);
  }
  assertEquals(failures.map(({ message }) => message), []);
  assert(search.schedules > AT_LEAST, `only ${search.schedules} schedules`);
});
