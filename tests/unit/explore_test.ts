import { assert, assertEquals, assertRejects } from "@std/assert";
import { STATUS_CANCELLED } from "../../src/ffi/constants.ts";
import { explore, replay } from "../sim/explore.ts";
import { Fixture } from "../sim/fixture.ts";

Deno.test("explore() runs every sequence of choices", async () => {
  const seen: string[] = [];
  const runs = await explore(async (choose) => {
    const first = choose(2);
    await Promise.resolve();
    seen.push(`${first}${first === 0 ? choose(3) : ""}`);
  });
  assertEquals([runs, seen], [4, ["00", "01", "02", "1"]]);
  await assertRejects(() => explore((choose) => void choose(9), { max: 8 }));
});

Deno.test("explore() names the choices that fail", async () => {
  const scenario = (choose: (count: number) => number): void => {
    if (choose(2) === 1 && choose(3) === 2) throw new TypeError("boom");
  };
  const error = await assertRejects(
    () => explore(scenario),
    Error,
    "[1,2]: boom",
  );
  assert((error as Error).cause instanceof TypeError);
  await assertRejects(() => replay(scenario, [1, 2]), TypeError, "boom");
  await replay(scenario, [1, 1]);
});

Deno.test("explore() meets both winners of a race of data and cancel", async () => {
  const ends = new Set<number>();
  const runs = await explore((choose) => {
    const fixture = new Fixture({ completion: "manual" });
    const { server, client } = fixture.pair();
    fixture.read(server, 1);
    fixture.write(client, 2, "abc");
    fixture.sim.cancelIoEx(server, 0n);
    while (fixture.sim.ready.length > 0) {
      fixture.sim.complete(choose(fixture.sim.ready.length));
    }
    const read = fixture.poll().find(([key]) => key === 1);
    ends.add(read?.[2] ?? -1);
    fixture.finish(server, client);
  });
  assertEquals(ends, new Set([0, STATUS_CANCELLED]));
  assertEquals(runs, 4);
});
