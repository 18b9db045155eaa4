/** The invariants of the design, each by its number. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FILE_FLAG_FIRST_PIPE_INSTANCE,
  FILE_FLAG_OVERLAPPED,
  PIPE_REJECT_REMOTE_CLIENTS,
  SECURITY_IDENTIFICATION,
  SECURITY_SQOS_PRESENT,
  STATUS_CANCELLED,
  STATUS_PIPE_CLOSING,
} from "../../src/ffi/constants.ts";
import type { Address, Handle } from "../../src/ffi/win32_api.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import {
  bytes,
  inWorld,
  PATH,
  pattern,
  takeReports,
  text,
  turns,
  until,
  World,
} from "./_helpers.ts";

Deno.test("invariant 1: a slot and its buffer stay the kernel's until the packet is dequeued", async () => {
  await inWorld({}, async ({ sim, proactor, ...world }) => {
    const { server, client } = new PairOf(sim, proactor).make();
    sim.manual = true;
    const first = proactor.recv(server, 10);
    first.cancel();
    await turns();
    const { slotsInUse, bufferBytes } = proactor.metrics();
    assertEquals([slotsInUse, bufferBytes], [1, 4096]);
    const second = proactor.recv(server, 10);
    const addresses = sim.ready.map((each) => each.overlapped);
    sim.holdPackets = true;
    sim.completeAll();
    await turns();
    assertEquals(proactor.metrics().slotsInUse, 2);
    assert(!first.done());
    sim.holdPackets = false;
    sim.releaseAll();
    await until(() => first.cancelled());
    assertEquals(proactor.metrics().slotsInUse, 1);
    second.cancel();
    sim.completeAll();
    await until(() => second.cancelled());
    assertEquals(addresses.length, 1);
    sim.manual = false;
    proactor.closeHandle(server);
    proactor.closeHandle(client);
    void world;
  });
});
