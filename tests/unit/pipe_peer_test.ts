/** Who is at the other end of a pipe. */

import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { type Caller, WELL_KNOWN } from "../sim/caller.ts";
import { bytes } from "./_bytes.ts";
import { PATH, test, type World } from "./_helpers.ts";
import { pipeEnds } from "./_pipe_ends.ts";

const ADA: Caller = { user: "S-1-5-21-1-2-3-1002" };
const BOB: Caller = { user: "S-1-5-21-1-2-3-1003" };
const OURS = "S-1-5-21-1004336348-1177238915-682003330-1001";

/** A server's end whose client is another program's, which says nothing. */
async function foreignClient(
  world: World,
  caller: Caller,
): Promise<[served: PipeConnection, client: Handle]> {
  const { proactor, sim } = world;
  const security = "everyone";
  const server = PipeServer.listen(PATH, { security, proactor });
  const client = sim.as(caller, () => world.open());
  const served = await server.accept();
  server.close();
  return [served, client];
}

test.world("peer() tells a server whose client it is by the connection", async (world) => {
  const { proactor, sim } = world;
  const security = "everyone";
  const server = PipeServer.listen(PATH, { security, proactor });
  sim.identity.processes.set(4242, BOB);
  const client = await sim.as(ADA, () => connectPipe(PATH, { proactor }));
  const served = await server.accept();
  const expected = {
    processId: 4242,
    sessionId: 1,
    computer: null,
    user: { sid: ADA.user, name: "ada", domain: "HOST" },
    integrity: "medium" as const,
    source: "connection" as const,
    owner: { sid: OURS, name: null, domain: null },
  };
  assertEquals(await served.peer(), expected);
  assertFalse(sim.identity.impersonating);
  client.close();
  served.close();
  await server.shutdown();
});

test.world("peer() tells a client of the server's process, and of the pipe's owner", async (world) => {
  const { sim } = world;
  sim.identity.processes.set(4242, { ...BOB, integrity: "S-1-16-4096" });
  sim.identity.sessions.server = -1;
  const [served, client] = await pipeEnds(world);
  const { user, integrity, source, owner, sessionId } = await client.peer();
  assertEquals(user, { sid: BOB.user, name: null, domain: null });
  assertEquals([integrity, source, sessionId], ["low", "process", null]);
  assertEquals(owner?.sid, OURS);
  client.close();
  served.close();
});

test.world("peer() knows a client that says nothing once something of it was read", async (world) => {
  const { proactor, sim } = world;
  sim.identity.processes.set(4242, BOB);
  const [served, client] = await foreignClient(world, ADA);
  const before = await served.peer();
  assertEquals([before.user?.sid, before.source], [BOB.user, "process"]);
  await proactor.send(client, bytes("hello"));
  assertEquals(await served.read(new Uint8Array(9)), 5);
  const after = await served.peer();
  assertEquals([after.user?.sid, after.source], [ADA.user, "connection"]);
  world.close(client);
  served.close();
});

test.world("peer() tells nothing where Windows does not", async (world) => {
  const { sim } = world;
  const [served, client] = await pipeEnds(world);
  sim.identity.sessions.client = -1;
  for (
    const call of ["impersonateClient", "processToken", "ownerSid"] as const
  ) {
    sim.identity.fail(call, 5);
  }
  assertEquals(await served.peer(), {
    processId: 4242,
    sessionId: null,
    computer: null,
    user: null,
    integrity: null,
    source: null,
    owner: null,
  });
  client.close();
  served.close();
});

test.world("peer() does not take a number of another computer for a process", async (world) => {
  const { sim } = world;
  const [served, client] = await pipeEnds(world);
  sim.identity.processes.set(4242, BOB);
  sim.identity.computer = "ELSEWHERE";
  sim.identity.fail("impersonateClient", 1368);
  const { processId, computer, user } = await served.peer();
  assertEquals([processId, computer, user], [0, "ELSEWHERE", null]);
  client.close();
  served.close();
});

test.world("peer() is itself again whatever a token says", async (world) => {
  const { sim } = world;
  const [served, client] = await pipeEnds(world);
  sim.identity.fail("threadToken", 1347);
  assertEquals((await served.peer()).source, null);
  assertFalse(sim.identity.impersonating);
  client.close();
  served.close();
});

const LEVELS: [sid: string, level: string][] = [
  ["S-1-16-0", "untrusted"],
  [WELL_KNOWN.lowIntegrity, "low"],
  [WELL_KNOWN.mediumIntegrity, "medium"],
  ["S-1-16-8448", "medium"],
  [WELL_KNOWN.highIntegrity, "high"],
  [WELL_KNOWN.systemIntegrity, "system"],
  ["S-1-16-20480", "system"],
];

test.world("peer() names all integrity levels", async (world) => {
  const { sim } = world;
  const [served, client] = await pipeEnds(world);
  for (const [integrity, level] of LEVELS) {
    sim.identity.processes.set(4242, { ...ADA, integrity });
    assertEquals((await client.peer()).integrity, level);
  }
  client.close();
  served.close();
});

test.world("peer() of a closed connection tells nothing", async (world) => {
  const [served, client] = await pipeEnds(world);
  served.close();
  await assertRejects(
    () => served.peer(),
    Deno.errors.BadResource,
    "Cannot tell who is there: the connection is closed",
  );
  client.close();
});

test.world("peer() answers although the connection is closed meanwhile", async (world) => {
  const [served, client] = await pipeEnds(world);
  await served.peer(); // what it takes is loaded
  const answer = served.peer();
  // Its names are asked for
  for (let i = 0; i < 3; i++) await Promise.resolve();
  served.close();
  assertEquals((await answer).source, "connection");
  client.close();
});
