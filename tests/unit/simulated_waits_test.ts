/** The objects that the simulated kernel lets one wait for. */

import { assertEquals } from "@std/assert";
import { INFINITE, WAIT_TIMEOUT } from "../../src/ffi/constants.ts";
import {
  encodeWaitRecord,
  WAIT_RECORD,
} from "../../src/ffi/wait/wait_callback.ts";
import { Fixture } from "../sim/fixture.ts";

Deno.test("a mutex is its thread's, as often as it has taken it", () => {
  const { sim } = new Fixture();
  const { waits } = sim;
  const mutex = waits.createMutex(true);
  assertEquals(waits.tryWait(mutex), 0);
  assertEquals(waits.releaseMutex(mutex), 0);
  assertEquals(waits.releaseMutex(mutex), 0);
  assertEquals(waits.releaseMutex(mutex), 288);
});

Deno.test("a registered wait leaves a mutex to a thread that never releases it", () => {
  const fixture = new Fixture();
  const { sim } = fixture;
  const { waits } = sim;
  const mutex = waits.createMutex(true);
  const context = fixture.overlapped(0);
  sim.copyIn(context + WAIT_RECORD, encodeWaitRecord(fixture.port, 7));
  const wait = waits.registerWait({
    object: mutex,
    context,
    milliseconds: INFINITE,
  });
  assertEquals(fixture.poll(), []);
  assertEquals(waits.releaseMutex(mutex), 0);
  assertEquals(fixture.poll(), [[7, 0, 0, 0]]);
  assertEquals(waits.unregisterWait(wait), 0);
  assertEquals(waits.tryWait(mutex), WAIT_TIMEOUT);
  assertEquals(waits.releaseMutex(mutex), 288);
  fixture.finish(mutex);
});
