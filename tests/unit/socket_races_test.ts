/** Races of sockets, in every order that they can take. */

import { assert, assertEquals } from "@std/assert";
import { outcome, race, World } from "./_helpers.ts";
import { bytes, pattern, text } from "./_bytes.ts";
import { assertEnds, cancelAgainstData, type Race } from "./_races.ts";
import {
  addressOf,
  bound,
  connectedSockets,
  FILE,
  listener,
  putFile,
  receiveAll,
  socket,
} from "./_sockets.ts";

/** Explores a race with and without skip mode. */
function raceTest(name: string, scenario: Race, expected: string[]): void {
  for (const skip of [true, false]) {
    Deno.test(`${name}, in every order (skip mode ${skip})`, async () => {
      await assertEnds({ skip }, scenario, expected);
    });
  }
}

raceTest("recv(): cancel against data", async (world, choose) => {
  const [client, served] = await connectedSockets(world);
  return await cancelAgainstData(world, choose, [served, client]);
}, ["ok abc", "CancelledError"]);

raceTest("recv(): close against data", async (world, choose) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  sim.manual = true;
  const read = proactor.recv(served, 10);
  const write = outcome(proactor.send(client, bytes("abc")));
  await race(world, choose, [[() => world.close(served)]]);
  const ends = [await outcome(read), await write];
  world.close(client);
  return ends.join();
}, ["ok abc,ok 3", "Interrupted,ok 3", "Interrupted,ConnectionReset"]);

raceTest("recv(): reset against data and cancel", async (world, choose) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  sim.manual = true;
  const read = proactor.recv(served, 10);
  const write = outcome(proactor.send(client, bytes("abc")));
  await race(world, choose, [
    [() => read.cancel()],
    [() => sim.sockets.reset(client)],
  ]);
  const end = await outcome(read);
  await write;
  world.close(client, served);
  return end;
}, ["ok abc", "ConnectionReset", "CancelledError"]);

raceTest("recvFrom(): cancel against a datagram", async (world, choose) => {
  const { proactor, sim } = world;
  const [a, b] = [bound(world, "datagram"), bound(world, "datagram")];
  sim.manual = true;
  const read = proactor.recvFrom(b, 10);
  await race(world, choose, [
    [() => read.cancel()],
    [() => void proactor.sendTo(a, bytes("abc"), addressOf(world, b))],
  ]);
  const end = await outcome(read.then(({ data }) => data));
  sim.manual = false;
  if (end !== "ok abc") {
    assertEquals(text((await proactor.recvFrom(b, 10)).data), "abc");
  }
  world.close(a, b);
  return end;
}, ["ok abc", "CancelledError"]);

raceTest("send(): cancel against room", async (world, choose) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  const { outgoing } = sim.sockets.at(client);
  outgoing!.capacity = 0;
  sim.manual = true;
  const write = proactor.send(client, bytes("abc"));
  await race(world, choose, [
    [() => write.cancel()],
    [() => {
      outgoing!.capacity = 10;
    }],
  ]);
  const end = await outcome(write);
  sim.manual = false;
  world.close(client);
  const received = text(await receiveAll(world, served));
  assertEquals(received, end === "ok 3" ? "abc" : "");
  return end;
}, ["ok 3", "CancelledError"]);

raceTest("send(): close and reset against room", async (world, choose) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  sim.manual = true;
  const write = proactor.send(client, bytes("abc"));
  await race(world, choose, [
    [() => sim.sockets.reset(served)],
    [() => world.close(client)],
  ]);
  const end = await outcome(write);
  world.close(served);
  return end;
}, ["ok 3", "ConnectionReset", "Interrupted"]);

raceTest("accept(): cancel against a client", async (world, choose) => {
  const { proactor, sim } = world;
  const [client, server] = [socket(world), listener(world)];
  sim.manual = true;
  const accepted = proactor.accept(server);
  let connected: Promise<string> | undefined;
  await race(world, choose, [
    [() => accepted.cancel()],
    [() => {
      const to = addressOf(world, server);
      connected = outcome(proactor.connect(client, to));
    }],
  ]);
  assertEquals(await connected, "ok undefined");
  sim.manual = false;
  const end = await outcome(accepted.then(() => "a client"));
  const next = end === "CancelledError"
    ? await proactor.accept(server)
    : accepted.result();
  assert(sim.sockets.at(next.socket).updated);
  world.close(client, server, next.socket);
  return end;
}, ["ok a client", "CancelledError"]);

raceTest("accept(): close against a client", async (world, choose) => {
  const { proactor, sim } = world;
  const [client, server] = [socket(world), listener(world)];
  sim.manual = true;
  const to = addressOf(world, server);
  const accepted = proactor.accept(server);
  const connected = outcome(proactor.connect(client, to));
  await race(world, choose, [[() => world.close(server)]]);
  const end = await outcome(accepted.then(({ socket }) => {
    proactor.closeHandle(socket);
    return "a client";
  }));
  const ends = [end, await connected];
  sim.manual = false;
  world.close(client);
  return ends.join();
}, [
  "ok a client,ok undefined",
  "Interrupted,ok undefined",
  "Interrupted,ConnectionRefused",
]);

raceTest(
  "connect(): cancel against listen and a retry",
  async (world, choose) => {
    const { proactor, sim } = world;
    const [client, server] = [socket(world), bound(world)];
    const to = addressOf(world, server);
    sim.manual = true;
    const connected = proactor.connect(client, to);
    await race(world, choose, [
      [() => connected.cancel()],
      [() => void sim.sockets.listen(server, 1)],
    ]);
    sim.manual = false;
    const end = await outcome(connected);
    if (end !== "ok undefined") await proactor.connect(client, to);
    await proactor.send(client, bytes("hi"));
    const { socket: served } = await proactor.accept(server);
    assertEquals(text(await proactor.recv(served, 10)), "hi");
    world.close(client, server, served);
    return end;
  },
  ["ok undefined", "ConnectionRefused", "CancelledError"],
);

raceTest("connect(): close against the end", async (world, choose) => {
  const { proactor, sim } = world;
  const [client, server] = [socket(world), listener(world)];
  sim.manual = true;
  const connected = proactor.connect(client, addressOf(world, server));
  await race(world, choose, [[() => world.close(client)]]);
  const end = await outcome(connected);
  world.close(server);
  return end;
}, ["ok undefined", "Interrupted"]);

raceTest("sendfile(): abort, reset and close against the end", async (
  world,
  choose,
) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  putFile(world, pattern(1000));
  sim.manual = true;
  const aborter = new AbortController();
  const { signal } = aborter;
  const sent = outcome(proactor.sendfile(client, FILE, { signal }));
  await race(world, choose, [
    [() => aborter.abort()],
    [() => sim.sockets.reset(served)],
    [() => world.close(client)],
  ]);
  const end = await sent;
  sim.manual = false;
  world.close(served);
  return end;
}, ["ok 1000", "DOMException", "ConnectionReset", "Interrupted"]);

raceTest("disconnect(): cancel against the end", async (world, choose) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  sim.manual = true;
  const ended = proactor.disconnect(client);
  await race(world, choose, [[() => ended.cancel()]]);
  const end = await outcome(ended);
  world.close(client, served);
  return end;
}, ["ok undefined", "CancelledError"]);

raceTest("close of the proactor against each operation", async (
  world,
  choose,
) => {
  const { proactor, sim } = world;
  const [client, served] = await connectedSockets(world);
  const [other, server] = [socket(world), listener(world)];
  sim.manual = true;
  const accepted = proactor.accept(server);
  const ends = [
    outcome(proactor.recv(client, 4)),
    outcome(accepted.then(({ socket }) => sim.sockets.closeSocket(socket))),
    outcome(proactor.send(client, bytes("abcd"))),
    outcome(proactor.connect(other, addressOf(world, server))),
  ];
  let closed: Promise<number> | undefined;
  await race(world, choose, [[() => {
    closed = proactor.close();
  }]]);
  assertEquals(await closed, 0);
  const [read, accept] = await Promise.all(ends);
  sim.manual = false;
  for (const handle of [client, served, other, server]) {
    sim.sockets.closeSocket(handle);
  }
  return `${read}, ${accept}`;
}, ["CancelledError, CancelledError", "CancelledError, ok 0"]);

for (const skip of [true, false]) {
  Deno.test(`a receive that never comes back keeps its memory (skip mode ${skip})`, async () => {
    const world = new World({ skip });
    const { proactor, sim } = world;
    const [client, served] = await connectedSockets(world);
    sim.manual = true;
    const read = outcome(proactor.recv(served, 10));
    assertEquals(await proactor.close({ deadline: 0 }), 1);
    assertEquals(await read, "CancelledError");
    sim.sockets.at(client).outgoing!.data.push(1);
    sim.manual = false; // the kernel writes to the buffer
    assertEquals(sim.violations, []);
  });
}
