/** Children of a worker that is terminated. */

import { delay } from "@std/async/delay";
import { assertEquals } from "@std/assert";
import { connectPipe, type IocpProactor } from "../../../mod.ts";
import { assertKeepsHandles } from "../_handles.ts";
import { uniquePipeName } from "../_pipes.ts";
import { test } from "../_setup.ts";
import { soon } from "../_turns.ts";
import { TestWorker } from "../_worker.ts";
import "./_process.ts";

/** Children of a worker. */
const CHILDREN = 3;

/** Starts children that wait for their input, and serves a pipe. */
const PARENT = `
  import { PipeServer } from "src/pipe/pipe_server.ts";
  import { subprocessExec } from "src/process/subprocess_exec.ts";
  const kept = [];
  self.onmessage = async ({ data: path }) => {
    kept.push(PipeServer.listen(path));
    for (let i = 0; i < ${CHILDREN}; i++) {
      const child = await subprocessExec("cmd.exe", {
        args: ["/d", "/q"],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
        killTree: true,
        detached: true,
      });
      child.status.catch(() => {});
      kept.push(child);
    }
    self.postMessage(kept.length);
  };
`;

async function startAndEnd(proactor: IocpProactor): Promise<void> {
  const path = uniquePipeName();
  using worker = new TestWorker(PARENT);
  worker.post(path);
  await soon(worker.next());
  using client = await soon(connectPipe(path, { proactor }));
  worker[Symbol.dispose]();
  assertEquals(await soon(client.read(new Uint8Array(1))), null);
  await delay(100);
}

test.proactor("a worker that is terminated leaves no process and no job of its children", async (proactor) => {
  const round = () => startAndEnd(proactor);
  await assertKeepsHandles(round, 1, 2 * CHILDREN);
});
