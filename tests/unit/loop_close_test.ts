import { assert, assertEquals, assertFalse } from "@std/assert";
import { assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { InvalidStateError } from "../../src/proactor/future/future.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { makeLoop, runOnce, test } from "./_loop.ts";

test.loop("close() is refused while the loop runs", async ({ loop }) => {
  await loop.runUntilComplete(loop.createTask(async () => {
    await assertRejects(
      () => loop.close(),
      InvalidStateError,
      "Cannot close the event loop: it is running",
    );
  }));
  assertFalse(loop.isClosed());
});

test.loop("close() closes the proactor, and again does nothing", async ({ loop }) => {
  assertFalse(loop.isClosed());
  const closed = loop.close();
  assert(loop.isClosed());
  await loop.close();
  await closed;
  assert(loop.proactor.closed);
  await loop.close();
});

test.loop("close() refuses a bad deadline and closes nothing", async ({ loop }) => {
  await assertRejects(() => loop.close({ deadline: -1 }), RangeError);
  assertFalse(loop.isClosed());
  assertFalse(loop.proactor.closed);
});

test.loop("close() drops what is ready and what is scheduled", async ({ loop }) => {
  const seen: string[] = [];
  loop.callSoon(() => seen.push("soon"));
  loop.callLater(1, () => seen.push("later"));
  await loop.close();
  await delay(5);
  assertEquals(seen, []);
});

test.loop("a closed loop does not run", async ({ loop }) => {
  await loop.close();
  const message = "Cannot run the event loop: the event loop is closed";
  await assertRejects(() => loop.runForever(), InvalidStateError, message);
  const future = loop.createFuture<void>();
  await assertRejects(
    () => loop.runUntilComplete(future),
    InvalidStateError,
    message,
  );
});

test.loop("a loop whose proactor is closed does not run", async ({ loop }) => {
  await loop.proactor.close();
  await assertRejects(
    () => loop.runForever(),
    InvalidStateError,
    "Cannot run the event loop: its proactor is closed",
  );
});

test.loop("a loop goes on when its proactor is closed while it runs", async ({ loop }) => {
  const seen: string[] = [];
  loop.callSoon(() => {
    loop.proactor.close().then(() => {
      loop.callLater(2, () => {
        seen.push("timer");
        loop.stop();
      });
    });
  });
  await loop.runForever();
  assertEquals(seen, ["timer"]);
});

test.loop("the futures of a closed loop can end, and drop their callbacks", async ({ loop }) => {
  const future = loop.createFuture<number>();
  future.addDoneCallback(() => {
    throw new Error("The loop is closed");
  });
  await loop.close();
  future.setResult(1);
  assertEquals(await future, 1);
});

Deno.test("close() reports operations that do not end before the deadline", async () => {
  const { api, loop, exceptions } = makeLoop();
  const { proactor } = loop;
  const name = String.raw`\\.\pipe\stuck`;
  const handle = api.createNamedPipe({
    name,
    openMode: 0x4000_0003,
    pipeMode: 0,
    maxInstances: 1,
    outBufferSize: 0,
    inBufferSize: 0,
    securityDescriptor: 0n,
  });
  const accepted = proactor.acceptPipe(handle);
  api.holdPackets = true;
  await loop.close({ deadline: 5 });
  assert(accepted.cancelled());
  assertEquals(exceptions.map(({ operations }) => operations), [1]);
});

Deno.test("a disposed loop is closed", async () => {
  const { api, loop } = makeLoop();
  {
    await using _loop = loop;
    await runOnce(loop);
  }
  assert(loop.isClosed());
  api.assertClean();
});

Deno.test("a closed proactor gets no loop", async () => {
  const proactor = new IocpProactor({ api: new SimulatedWin32() });
  await proactor.close();
  assertThrows(
    () => new ProactorEventLoop({ proactor }),
    Deno.errors.BadResource,
    "Cannot create event loop: the proactor is closed",
  );
});
