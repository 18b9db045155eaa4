import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import {
  ERROR_PIPE_BUSY,
  FILE_FLAG_OVERLAPPED,
  PIPE_ACCESS_DUPLEX,
} from "../../src/ffi/constants.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { CancelledError } from "../../src/proactor/future/future.ts";
import type { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { makeLoop, test } from "./_loop.ts";

const NAME = String.raw`\\.\pipe\loop`;

function createInstance(api: SimulatedWin32): Handle {
  return api.createNamedPipe({
    name: NAME,
    openMode: PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
    pipeMode: 0,
    maxInstances: 1,
    outBufferSize: 4096,
    inBufferSize: 4096,
    securityDescriptor: 0n,
  });
}

test.loop("runUntilComplete() waits for an operation", async ({ loop, api }) => {
  const { proactor } = loop;
  const server = createInstance(api);
  const accepted = proactor.acceptPipe(server);
  const client = await loop.runUntilComplete(proactor.connectPipe(NAME));
  assertEquals(await loop.runUntilComplete(accepted), server);
  const received = proactor.recv(server, 10);
  loop.callSoon(() => proactor.send(client, Uint8Array.of(1, 2)));
  assertEquals(await loop.runUntilComplete(received), Uint8Array.of(1, 2));
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.loop("done callbacks of an operation run in the loop", async ({ loop, api }) => {
  const { proactor } = loop;
  const server = createInstance(api);
  const accepted = proactor.acceptPipe(server);
  const seen: boolean[] = [];
  accepted.addDoneCallback(() => {
    seen.push(loop.isRunning());
    loop.stop();
  });
  const client = await proactor.connectPipe(NAME);
  await accepted;
  assertEquals(seen, []);
  await loop.runForever();
  assertEquals(seen, [true]);
  proactor.closeHandle(client);
  proactor.closeHandle(server);
});

test.loop("cancel() of a pending operation ends it promptly", async ({ loop, api }) => {
  const { proactor } = loop;
  const server = createInstance(api);
  const task = loop.createTask((signal) =>
    proactor.acceptPipe(server, { signal })
  );
  loop.callLater(1, () => task.cancel());
  await assertRejects(() => loop.runUntilComplete(task), CancelledError);
  assertEquals(api.pendingOperations, 0);
  proactor.closeHandle(server);
});

test.loop("an operation can be cancelled by a signal while the loop does not run", async ({ loop, api }) => {
  const { proactor } = loop;
  const server = createInstance(api);
  const controller = new AbortController();
  const { signal } = controller;
  const first = proactor.connectPipe(NAME);
  proactor.closeHandle(await first);
  const reason = new Error("Changed my mind");
  const busy = proactor.connectPipe(NAME, { signal });
  assertEquals(api.pendingOperations, 1);
  controller.abort(reason);
  assertStrictEquals(await assertRejects(async () => await busy), reason);
  // The kernel's own wait for an instance is given up, too.
  for (let turns = 0; turns < 100 && api.pendingOperations > 0; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assertEquals(api.pendingOperations, 0);
  proactor.closeHandle(server);
});

Deno.test("close() of a loop ends connects that wait, and leaves nothing behind", async () => {
  const { api, loop } = makeLoop();
  const { proactor } = loop;
  const absent = proactor.connectPipe(NAME, { waitForServer: true });
  api.fail("createFile", ERROR_PIPE_BUSY, { times: 100 });
  const busy = proactor.connectPipe(`${NAME}-busy`);
  await loop.close();
  await assertRejects(async () => await absent, Deno.errors.BadResource);
  await assertRejects(async () => await busy, Deno.errors.BadResource);
  api.assertClean();
});
