/** Every schedule of the smallest size of each model; and that models find bugs. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { BUGS } from "./bugs.ts";
import { explore, type Space } from "./explorer.ts";
import { MODELS, spaceNamed } from "./models.ts";
import { asSeed, asTest, parseSeed, repeat, shrink } from "./replay.ts";
import { walk } from "./random.ts";
import { spacesNamed } from "./search.ts";
import { table } from "./table.ts";
import { work } from "./worker.ts";

/** Milliseconds for a space, which takes seconds on an idle machine. */
const TIME = 240_000;

for (const model of MODELS) {
  for (const space of model.spaces(0)) {
    Deno.test(`${space.name}: every schedule keeps what is promised`, async () => {
      const found = await explore(space, { time: TIME });
      const { failure } = found;
      if (failure !== undefined) {
        const shortest = await shrink(space, failure);
        console.log(asTest(space, shortest));
        throw shortest.error;
      }
      assert(found.complete, `${found.schedules} schedules, and more are left`);
      assert(found.schedules > 50, `only ${found.schedules} schedules`);
    });
  }
}

for (const { name, models } of BUGS) {
  for (const model of models) {
    Deno.test(`the model of a ${model} finds a bug: ${name}`, async () => {
      const count = MODELS.find((each) =>
        each.name === model
      )!.spaces(0).length;
      for (let index = 0; index < count; index++) {
        const job = { model, index, size: 0, time: TIME, bug: name };
        const { failure } = await work(job);
        if (failure !== undefined) return;
      }
      throw new Error("It was not found");
    });
  }
}

/** Steps of two threads that touch different things, or the same. */
function counters(bits: [number, number], wrong = ""): Space {
  return {
    name: "counters",
    start: () => {
      const left = [2, 2];
      let text = "";
      let touched = 0;
      return {
        steps: () =>
          left.flatMap((count, thread) =>
            count === 0 ? [] : [{
              name: `${"ab"[thread]}${count}`,
              run: () => {
                left[thread]!--;
                text += "ab"[thread];
                touched = bits[thread]!;
              },
            }]
          ),
        touched: () => touched,
        check: () => {
          if (text === wrong) throw new Error("wrong order");
        },
        fingerprint: () => left.join(),
        finish: () => {},
        discard: () => {},
      };
    },
  };
}

Deno.test("explore() makes every order of what touches the same", async () => {
  const found = await explore(counters([1, 1]));
  assertEquals([found.schedules, found.states.size], [6, 9]);
  assert(found.complete);
});

Deno.test("explore() makes one order of what touches nothing in common", async () => {
  const found = await explore(counters([1, 2]));
  assertEquals([found.schedules, found.complete], [1, true]);
  assert(found.repeated > 0);
});

Deno.test("a failure is made short, and repeated by its seed", async () => {
  const space = counters([1, 1], "ba");
  const { failure } = await explore(space);
  const shortest = await shrink(space, failure!);
  assertEquals(shortest.schedule, ["b2", "a2"]);
  const { name, steps } = parseSeed(asSeed(space, shortest));
  assertEquals([name, steps], ["counters", ["b2", "a2"]]);
  await assertRejects(() => repeat(space, steps), Error, "wrong order");
  await repeat(space, ["a2", "b2"]);
  assert(asTest(space, shortest).includes('  "b2",\n  "a2",\n'));
});

Deno.test("walk() finds what it finds by its seed", async () => {
  const space = counters([1, 1], "bbaa");
  const [first, again] = [
    await walk(space, { seed: 1, time: TIME }),
    await walk(space, { seed: 1, time: TIME }),
  ];
  assertEquals(first.failure?.schedule, ["b2", "b1", "a2", "a1"]);
  assertEquals(first, again);
});

Deno.test("spaceNamed() finds a space, or says that there is none", async () => {
  const { name } = MODELS[0]!.spaces(0)[0]!;
  assertEquals(spaceNamed(name).name, name);
  await repeat(spaceNamed(name), []);
  await assertRejects(() => Promise.reject(missing()), Error, "Cannot find");
});

Deno.test("spacesNamed() lists the spaces of each model, or of some", () => {
  const all = spacesNamed(0, "");
  assertEquals(new Set(all.map(({ model }) => model)).size, MODELS.length);
  assertEquals(spacesNamed(0, "pump-turns-of-2-ms"), [{
    model: "pump",
    index: 2,
  }]);
});

Deno.test("table() makes columns of the same width", () => {
  assertEquals(
    table(["a", "long"], [["text", "b"]]),
    "| a    | long |\n| ---- | ---- |\n| text | b    |",
  );
});

function missing(): unknown {
  try {
    return spaceNamed("nothing");
  } catch (error) {
    return error;
  }
}
