import { portOf } from "../../src/proactor/default_port.ts";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { assertThrows } from "@std/assert";
import { connectPipe, PipeServer } from "../../mod.ts";
import { impersonate } from "../../src/identity/mod.ts";
import { identityOf } from "../../src/ffi/identity/default.ts";
import { loadProcessSymbols } from "../../src/ffi/process/native.ts";
import { loadThreadIoSymbols } from "../../src/ffi/thread_io/native.ts";
import { pipe, pipeOwner } from "../../src/pipe/mod.ts";
import { adoptHandle } from "../../src/process/mod.ts";
import { encode } from "./_bytes.ts";
import { assertKeepsHandles } from "./_handles.ts";
import { connectedPair, uniquePipeName } from "./_pipes.ts";
import { test } from "./_setup.ts";
import { soon } from "./_turns.ts";
import { onWine } from "./_wine.ts";

// Outside of any test, so that none is blamed for keeping them open.
loadProcessSymbols();
loadThreadIoSymbols();

test.proactor("peer() tells process, session, user and owner of both ends", async (proactor) => {
  await using pair = await connectedPair(proactor);
  const sid = portOf(proactor).api.currentUserSid();
  const client = await soon(pair.served.peer());
  const server = await soon(pair.client.peer());
  assertEquals([client.processId, server.processId], [Deno.pid, Deno.pid]);
  for (const peer of [client, server]) {
    assertEquals([peer.user?.sid, peer.computer], [sid, null]);
    assertMatch(peer.user!.name!, /./);
    assertMatch(peer.user!.domain!, /./);
    assert(peer.integrity !== null);
    assert(peer.owner !== null);
  }
  assertEquals([client.source, server.source], ["connection", "process"]);
  assertEquals(server.sessionId === null, false);
});

test.proactor("peer() and impersonate() leave no handle behind", async (proactor) => {
  const impersonation = "impersonation";
  await using pair = await connectedPair(proactor, {}, { impersonation });
  await assertKeepsHandles(async () => {
    await soon(pair.served.peer());
    await soon(pair.client.peer());
    impersonate(pair.served, () => {});
  }, 20);
});

test.proactor("impersonate() acts as the client, and ends with the function", async (proactor) => {
  const impersonation = "impersonation";
  await using pair = await connectedPair(proactor, {}, { impersonation });
  const { api } = portOf(proactor);
  const identity = identityOf(api);
  const { sid, inside } = impersonate(pair.served, (client) => {
    return { sid: client.sid, inside: identity.threadToken() };
  });
  assertEquals(sid, api.currentUserSid());
  assertEquals(inside?.userSid, sid);
  assertEquals(identity.threadToken(), null); // no token: itself again
  assertEquals(identity.lastError, 1008); // ERROR_NO_TOKEN
  const fail = () => {
    throw new Error("the function's");
  };
  assertThrows(() => impersonate(pair.served, fail), Error, "the function's");
  assertEquals(identity.threadToken(), null);
});

test.proactor("impersonate() does not go beyond identification (Wine does not keep it apart)", async (proactor) => {
  await using pair = await connectedPair(proactor);
  const act = () => impersonate(pair.served, ({ level }) => level);
  if (onWine("impersonation-level")) assertEquals(act(), "impersonation");
  else assertThrows(act, Deno.errors.PermissionDenied);
  const level = "identification";
  const client = impersonate(pair.served, (it) => it, { level });
  assertEquals(client.sid, portOf(proactor).api.currentUserSid());
});

test.proactor("expectedServer knows our own pipes, and refuses those of others", async (proactor) => {
  const path = uniquePipeName();
  await using server = PipeServer.listen(path, { proactor });
  const owner = await soon(pipeOwner(path, { proactor }));
  const right = ["current-user", owner.sid] as ("current-user")[];
  for (const expectedServer of right) {
    using client = await soon(connectPipe(path, { expectedServer, proactor }));
    await client.write(encode("hello"));
  }
  const refused = () =>
    connectPipe(path, { expectedServer: "S-1-5-19", proactor });
  await assertRejects(
    () => soon(refused()),
    Deno.errors.PermissionDenied,
    `Cannot trust pipe "${path}": it belongs to ${owner.sid}, not to S-1-5-19`,
  );
  server.close();
});

test.proactor("duplicateTo() gives a handle that can be adopted", async (proactor) => {
  const [reader, writer] = pipe({ proactor });
  const value = await soon(reader.duplicateTo(Deno.pid));
  reader.close();
  await using adopted = await soon(
    adoptHandle(value, { direction: "in", proactor }),
  );
  await proactor.send(writer, encode("hello"));
  assertEquals(await soon(adopted.read(new Uint8Array(9))), 5);
  writer.close();
  assertEquals(await soon(adopted.read(new Uint8Array(9))), null);
});

test.proactor("duplicateTo() tells when there is no such process", async (proactor) => {
  const [reader, writer] = pipe({ proactor });
  await assertRejects(
    () => soon(reader.duplicateTo(0xffff_fff0)),
    Error,
    "there is no such process",
  );
  reader.close();
  writer.close();
});
