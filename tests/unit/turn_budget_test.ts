/** Calls that end at once leave room for timers. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import { PipeServer } from "../../src/pipe/pipe_server.ts";
import { inWorld, PATH } from "./_helpers.ts";

Deno.test("a timer fires between reads and writes that all end at once", async () => {
  await inWorld({}, async ({ proactor }) => {
    const server = PipeServer.listen(PATH, { type: "byte", proactor });
    const client = await connectPipe(PATH, { proactor });
    const connection = await server.accept();
    let fired = false;
    const timer = setTimeout(() => fired = true, 1);
    const byte = new Uint8Array(1);
    let rounds = 0;
    while (!fired && ++rounds < 1_000_000) {
      await client.write(byte);
      assertEquals(await connection.read(byte), 1);
    }
    clearTimeout(timer);
    assert(fired, `no timer in ${rounds} rounds`);
    client.abort();
    connection.abort();
    await server.shutdown();
  });
});

Deno.test("writes that are not awaited keep their order across turns", async () => {
  await inWorld({}, async ({ proactor }) => {
    const server = PipeServer.listen(PATH, { type: "byte", proactor });
    const client = await connectPipe(PATH, { proactor });
    const connection = await server.accept();
    const sent = Uint8Array.from({ length: 200 }, (_, i) => i);
    const writes = [...sent].map((byte) => client.write(Uint8Array.of(byte)));
    const received = new Uint8Array(200);
    for (let got = 0; got < 200;) {
      got += (await connection.read(received.subarray(got)))!;
    }
    await Promise.all(writes);
    assertEquals(received, sent);
    client.abort();
    connection.abort();
    await server.shutdown();
  });
});

Deno.test("closeHandle() ends a pending recv() as interrupted, not as the end", async () => {
  await inWorld({}, async (world) => {
    const { proactor } = world;
    const { server, client } = world.pair();
    const future = proactor.recv(server, 10);
    proactor.closeHandle(server);
    await assertRejects(async () => await future, Deno.errors.Interrupted);
    proactor.closeHandle(client);
  });
});

Deno.test("two select() calls at once both end", async () => {
  await inWorld({}, async (world) => {
    const { proactor } = world;
    const { server, client } = world.pair();
    const selected = [proactor.select(), proactor.select()];
    const sent = proactor.send(client, Uint8Array.of(1));
    const lists = await Promise.all(selected);
    assertEquals(lists.flat(), [sent]);
    proactor.closeHandle(server);
    proactor.closeHandle(client);
  });
});
