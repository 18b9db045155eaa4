import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { PipeHandle } from "../../src/pipe/pipe_handle.ts";
import { inWorld, outcome, type World } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";

const { BadResource } = Deno.errors;

/** What a pending read comes to whose peer is closed, then its own end. */
const ENDED = "ok ";

/** A server end and its client, and what makes another one of its value. */
class Reused {
  readonly world: World;
  server: Handle;
  client: Handle;

  constructor(world: World) {
    this.world = world;
    const { server, client } = world.pair();
    this.server = server;
    this.client = client;
  }

  /** Closes the server end behind the library's back; another one has its value. */
  replace(type: "byte" | "message" = "byte"): void {
    const { sim } = this.world;
    sim.closeHandle(this.client);
    sim.closeHandle(this.server);
    const server = this.world.serve({ type });
    assertEquals(server, this.server);
    this.client = this.world.open();
  }

  close(): void {
    this.world.close(this.server, this.client);
  }
}

for (const skip of [true, false]) {
  const options = { reuseHandles: true, skip };
  const mode = skip ? "" : ", a packet for all";

  Deno.test(`a reused value is another handle: read${mode}`, async () => {
    await inWorld(options, async (world) => {
      const pair = new Reused(world);
      const { proactor } = world;
      proactor.register(pair.server);
      pair.replace();
      const read = proactor.recv(pair.server, 10);
      await proactor.send(pair.client, bytes("hello"));
      assertEquals(await read, bytes("hello"));
      pair.close();
    });
  });

  Deno.test(`a reused value is another handle: write${mode}`, async () => {
    await inWorld(options, async (world) => {
      const pair = new Reused(world);
      const { proactor } = world;
      await proactor.send(pair.server, bytes("lost"));
      pair.replace();
      assertEquals(await proactor.send(pair.server, bytes("hello")), 5);
      assertEquals(await proactor.recv(pair.client, 10), bytes("hello"));
      pair.close();
    });
  });

  Deno.test(`what was pending on the handle before ends${mode}`, async () => {
    await inWorld(options, async (world) => {
      const pair = new Reused(world);
      const { proactor } = world;
      const before = proactor.recv(pair.server, 10);
      pair.replace();
      const read = proactor.recv(pair.server, 10);
      assertFalse(before.done());
      before.cancel();
      assertFalse(read.done());
      assertEquals(await outcome(before), ENDED);
      await proactor.send(pair.client, bytes("hello"));
      assertEquals(await read, bytes("hello"));
      pair.close();
    });
  });
}

Deno.test("a reused value accepts, whatever was stopped before", async () => {
  await inWorld({ reuseHandles: true }, async (world) => {
    const { proactor, sim } = world;
    const server = world.serve();
    proactor.stopServing(server);
    assertThrows(() => proactor.acceptPipe(server), BadResource);
    sim.closeHandle(server);
    assertEquals(world.serve(), server);
    const accepted = proactor.acceptPipe(server);
    const client = world.open();
    assertEquals(await accepted, server);
    world.close(server, client);
  });
});

Deno.test("a value that an owner on the port has now is refused", async () => {
  await inWorld({ reuseHandles: true }, async (world) => {
    const pair = new Reused(world);
    const { proactor, sim } = world;
    proactor.register(pair.server);
    pair.replace();
    using owner = new PipeHandle(sim, pair.server);
    proactor.register(owner);
    const { server } = pair;
    assertThrows(() => proactor.recv(server, 1), Error, "Cannot register");
    await proactor.send(pair.client, bytes("a"));
    assertEquals(await proactor.recv(owner, 10), bytes("a"));
    world.close(pair.client);
  });
});

Deno.test("an owner whose value another handle has is refused", async () => {
  await inWorld({ reuseHandles: true }, (world) => {
    const pair = new Reused(world);
    const { proactor, sim } = world;
    const owner = new PipeHandle(sim, pair.server);
    proactor.register(owner);
    pair.replace();
    proactor.register(pair.server);
    assertThrows(() => proactor.recv(owner, 1), BadResource, "is closed");
    world.close(pair.client);
    owner.close();
  });
});

Deno.test("closeHandle() closes a reused value as the kind it is", async () => {
  await inWorld({ reuseHandles: true }, async (world) => {
    const pair = new Reused(world);
    const { proactor } = world;
    const before = proactor.recv(pair.server, 10);
    pair.replace();
    proactor.closeHandle(pair.server);
    assertEquals(await outcome(before), ENDED);
    world.close(pair.client);
  });
});
