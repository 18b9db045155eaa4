/** Pausing and resuming the reading of a transport. */

import { assert, assertEquals } from "@std/assert";
import { test, type World } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns, until } from "./_turns.ts";
import { Recorder, type Rig, rig } from "./_recorder.ts";

test.world("pauseReading() and resumeReading() lose nothing and keep the order", async (world) => {
  const { transport, protocol, peer } = rig(world);
  const send = (data: string) => world.proactor.send(peer, bytes(data));
  await send("data1");
  await until(() => protocol.received === "data1");
  transport.pauseReading();
  transport.pauseReading();
  assert(!transport.isReading());
  await send("data2");
  await send("data3");
  await turns(10);
  assertEquals(protocol.received, "data1");
  transport.resumeReading();
  transport.resumeReading();
  await until(() => protocol.received === "data1data2data3");
  transport.pauseReading();
  transport.resumeReading();
  await send("data4");
  await until(() => protocol.received.endsWith("data4"));
  transport.pauseReading();
  transport.close();
  assert(!transport.isReading());
  world.close(peer);
  await transport.finished;
});

/** Demands that all data come when reading is resumed; ends the transport. */
async function assertResumes(
  world: World,
  { transport, protocol, peer }: Rig,
  data: string,
): Promise<void> {
  transport.resumeReading();
  await until(() => protocol.received === data);
  transport.abort();
  world.close(peer);
  await transport.finished;
}

test.world("pauseReading() within connectionMade() holds the first data back", async (world) => {
  const early = new Recorder();
  early.on = (name) => name === "made" && early.transport!.pauseReading();
  const { transport, protocol, peer } = rig(world, {}, early);
  await world.proactor.send(peer, bytes("abc"));
  await turns(10);
  assertEquals(protocol.received, "");
  await assertResumes(world, { transport, protocol, peer }, "abc");
});

test.world("pauseReading() within dataReceived() stops at once", async (world) => {
  const { transport, protocol, peer } = rig(world, { type: "message" });
  protocol.on = (name) => name.startsWith("data") && transport.pauseReading();
  for (const part of ["a", "b"]) await world.proactor.send(peer, bytes(part));
  await turns(10);
  assertEquals(protocol.received, "a");
  await assertResumes(world, { transport, protocol, peer }, "ab");
});
