import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectPipe, PipeServer } from "../../mod.ts";
import {
  listPipes,
  pipeExists,
  pipeInfo,
  pipeOwner,
} from "../../src/pipe/mod.ts";
import { assertKeepsHandles } from "./_handles.ts";
import { uniquePipeName } from "./_pipes.ts";
import { test } from "./_setup.ts";
import { soon } from "./_turns.ts";
import { onWine } from "./_wine.ts";

/** Refuses to go on where the directory of pipes cannot be read. */
async function assertUnlisted(call: () => Promise<unknown>): Promise<void> {
  await assertRejects(
    () => soon(call()),
    Deno.errors.NotSupported,
    "Cannot list pipes: the device does not know how to",
  );
}

test.proactor("listPipes() and pipeInfo() tell of a pipe and its instances, and take none (Wine cannot list pipes)", async (proactor) => {
  const path = uniquePipeName();
  if (onWine("pipe-directory")) {
    await assertUnlisted(() => listPipes({ proactor }));
    return await assertUnlisted(() => pipeInfo(path, { proactor }));
  }
  assertEquals(await soon(pipeInfo(path, { proactor })), null);
  const options = { instances: 2, maxInstances: 5, proactor };
  await using server = PipeServer.listen(path, options);
  // One more keeps the name
  const expected = { path, instances: 3, maxInstances: 6 };
  const info = await soon(pipeInfo(path.toUpperCase(), { proactor }));
  assertEquals(info, expected);
  const all = await soon(listPipes({ proactor }));
  assertEquals(all.filter((it) => it.path === path), [expected]);
  using client = await soon(connectPipe(path, { proactor }));
  using served = await soon(server.accept());
  const { instances } = (await soon(pipeInfo(path, { proactor })))!;
  assertEquals(instances, 4);
  assertEquals(server.connections.size, 1);
  client.close();
  served.close();
  server.close();
});

test.proactor("pipeExists() tells whether there is a pipe, and disturbs no server (Wine cannot list pipes)", async (proactor) => {
  const path = uniquePipeName();
  const exists = () => soon(pipeExists(path, { proactor }));
  if (onWine("pipe-directory")) return await assertUnlisted(exists);
  assertEquals(await exists(), false);
  const server = PipeServer.listen(path, { instances: 1, proactor });
  assertEquals(await exists(), true);
  assertEquals(server.connections.size, 0);
  await server.shutdown();
  assertEquals(await exists(), false);
});

test.proactor("pipeOwner() tells whose a pipe is", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { proactor });
  const { sid, name } = await soon(pipeOwner(path, { proactor }));
  assert(sid.startsWith("S-1-5-"), sid);
  assert(name !== null);
  (await soon(server.accept())).close();
  await assertRejects(
    () => soon(pipeOwner(uniquePipeName(), { proactor })),
    Deno.errors.NotFound,
  );
});

test.proactor("listPipes() and its like leave no handle behind, also when they fail", async (proactor) => {
  await assertKeepsHandles(async () => {
    await listPipes({ proactor }).catch(() => {});
    await pipeExists("nobody", { proactor }).catch(() => {});
    await pipeOwner("nobody", { proactor }).catch(() => {});
  }, 20);
});
