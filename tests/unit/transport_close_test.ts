/** The ends of a transport that asyncio's test_proactor_events.py knows. */

import { assert, assertEquals } from "@std/assert";
import { inWorld, test } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";
import { turns } from "./_turns.ts";
import { rig } from "./_recorder.ts";

test.world("abort() after a write that ended at once reports nothing", async (world) => {
  const { transport, protocol, peer } = rig(world);
  transport.write(bytes("done at once"));
  assertEquals(transport.getWriteBufferSize(), 0);
  transport.abort();
  await transport.finished;
  assertEquals(protocol.log, ["made", "lost"]);
  assertEquals(protocol.error, null);
  assertEquals(world.reports, []);
  world.close(peer);
});

test.world("abort() after close() with a full buffer ends the transport, once", async (world) => {
  const { transport, protocol, peer } = rig(world, { quota: 16 });
  transport.write(new Uint8Array(1000));
  assert(transport.getWriteBufferSize() > 0);
  transport.close();
  await turns();
  assertEquals(protocol.log, ["made"]);
  transport.abort();
  transport.abort();
  transport.close();
  await transport.finished;
  assertEquals(protocol.log, ["made", "lost"]);
  assertEquals(protocol.error, null);
  world.close(peer);
});

Deno.test("close() of a handle that somebody else has closed ends the transport", async () => {
  await inWorld({ reuseHandles: false }, async (world) => {
    const { transport, protocol, peer } = rig(world);
    transport.pauseReading();
    const { closeHandle } = world.sim;
    // What Windows says of the second close.
    world.sim.closeHandle = (handle) => {
      closeHandle.call(world.sim, handle);
      return 6;
    };
    transport.close();
    await transport.finished;
    Reflect.deleteProperty(world.sim, "closeHandle");
    assertEquals(protocol.log, ["made", "lost"]);
    assertEquals(protocol.error, null);
    world.close(peer);
  });
});

test.world("write() after the loss is counted by nobody and reported to nobody", async (world) => {
  const { transport, protocol, peer } = rig(world);
  transport.abort();
  await transport.finished;
  for (let i = 0; i < 6; i++) transport.write(bytes("late"));
  assertEquals(transport.getWriteBufferSize(), 0);
  assertEquals(protocol.log, ["made", "lost"]);
  world.close(peer);
});
