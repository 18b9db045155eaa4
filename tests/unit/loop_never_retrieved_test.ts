/** Failures at which nobody has looked when their future is collected. */

import { assert, assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Future } from "../../src/proactor/future/future.ts";
import type { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { turns } from "./_helpers.ts";
import { type LoopFixture, loopTest, runOnce } from "./_loop.ts";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Of a future that every collection finds. */
const CANARY = new Error("collected");

/** Collects garbage, and tells what was reported of it. */
async function reports({ loop, exceptions }: LoopFixture): Promise<unknown[]> {
  loop.createFuture().setException(CANARY);
  const collected = () => exceptions.some((each) => each.exception === CANARY);
  for (let i = 0; i < 20 && !collected(); i++) {
    await turns();
    collect();
    await turns();
  }
  assert(collected());
  return exceptions.splice(0).filter((each) => each.exception !== CANARY);
}

const ERROR = new RangeError("nobody cares");

function fail(): never {
  throw ERROR;
}

async function runTask(loop: ProactorEventLoop, name?: string): Promise<void> {
  loop.createTask(fail, name === undefined ? {} : { name });
  await runOnce(loop);
  await turns();
}

loopTest(
  "a task that failed and was dropped is reported with its name",
  async (fixture) => {
    await runTask(fixture.loop, "careless");
    assertEquals(await reports(fixture), [{
      message: "Task exception was never retrieved",
      exception: ERROR,
      taskName: "careless",
    }]);
  },
);

loopTest(
  "a future that failed and was dropped is reported",
  async (fixture) => {
    fixture.loop.createFuture().setException(ERROR);
    assertEquals(await reports(fixture), [{
      message: "Future exception was never retrieved",
      exception: ERROR,
    }]);
  },
);

loopTest(
  "a failure is not reported while somebody holds the future",
  async (fixture) => {
    const future = fixture.loop.createFuture();
    future.setException(ERROR);
    assertEquals(await reports(fixture), []);
    assertEquals(future.exception(), ERROR);
  },
);

const LOOKS: Record<string, (future: Future<unknown>) => unknown> = {
  "exception()": (future) => future.exception(),
  "then()": (future) => future.then(null, () => {}),
  "result()": (future) => {
    try {
      return future.result();
    } catch (error) {
      return error;
    }
  },
};

for (const [name, look] of Object.entries(LOOKS)) {
  loopTest(`a failure is not reported after ${name}`, async (fixture) => {
    const future = fixture.loop.createFuture();
    future.setException(ERROR);
    look(future);
    await turns();
    assertEquals(await reports(fixture), []);
  });
}

loopTest(
  "a failure that somebody awaited before is not reported",
  async (fixture) => {
    const future = fixture.loop.createFuture();
    const awaited = future.then(null, () => "seen");
    future.setException(ERROR);
    assertEquals(await awaited, "seen");
    assertEquals(await reports(fixture), []);
  },
);

loopTest(
  "neither a cancelled nor a successful future is reported",
  async (fixture) => {
    fixture.loop.createFuture().cancel();
    fixture.loop.createFuture<number>().setResult(1);
    assertEquals(await reports(fixture), []);
  },
);

loopTest("a future of no loop is not reported", async (fixture) => {
  new Future().setException(ERROR);
  assertEquals(await reports(fixture), []);
});

loopTest(
  "the close of a loop reports nothing that is not collected",
  async (fixture) => {
    const future = fixture.loop.createFuture();
    future.setException(ERROR);
    await fixture.loop.close();
    assertEquals(fixture.exceptions, []);
    assertEquals(future.exception(), ERROR);
  },
);
