/** What a worker waits for when it is terminated. */

import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import { connectPipe, type IocpProactor } from "../../../mod.ts";
import { assertKeepsHandles } from "../_handles.ts";
import { uniquePipeName } from "../_pipes.ts";
import { test } from "../_setup.ts";
import { soon } from "../_turns.ts";
import { TestWorker } from "../_worker.ts";
import { closeHandles, createEvent, setEvent } from "./_objects.ts";

/** Waits for events, some of which it cancels before, and serves a pipe. */
const WAITER = `
  import { IocpProactor } from "src/proactor/iocp_proactor.ts";
  import { PipeServer } from "src/pipe/pipe_server.ts";
  const proactor = new IocpProactor();
  const kept = [];
  self.onmessage = async ({ data: { events, path } }) => {
    kept.push(PipeServer.listen(path, { proactor }));
    for (const event of events) {
      const cancelled = proactor.waitForHandle(event);
      cancelled.cancel();
      await cancelled.then(() => {}, () => {});
      kept.push(proactor.waitForHandle(event));
    }
    self.postMessage(kept.length);
  };
`;

/** Events of a worker. */
const EVENTS = 20;

/** Starts a worker that waits, terminates it, and waits for the end of that. */
async function waitAndEnd(
  proactor: IocpProactor,
  events: readonly bigint[],
): Promise<void> {
  const path = uniquePipeName();
  using worker = new TestWorker(WAITER);
  worker.post({ events, path });
  await soon(worker.next());
  using client = await soon(connectPipe(path, { proactor }));
  worker[Symbol.dispose]();
  assertEquals(await soon(client.read(new Uint8Array(1))), null);
  // What the thread had is closed by one callback after the other.
  await delay(100);
}

test.proactor("a worker that is terminated takes no signal of what it has waited for", async (proactor) => {
  const events = Array.from({ length: EVENTS }, () => createEvent(false));
  await waitAndEnd(proactor, events);
  for (const event of events) setEvent(event);
  await delay(10);
  for (const event of events) {
    assert(await proactor.waitForHandle(event, { timeout: 0 }));
  }
  closeHandles(...events);
});

test.proactor("a worker that is terminated leaves no duplicate of what it has waited for", async (proactor) => {
  await assertKeepsHandles(
    async () => {
      const events = Array.from({ length: EVENTS }, () => createEvent());
      await waitAndEnd(proactor, events);
      closeHandles(...events);
    },
    1,
    EVENTS,
  );
});
