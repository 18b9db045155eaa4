/**
 * W7: a client that its server disconnects is told 233, which is the end of the
 * stream, in every style and type of pipe.
 */

import { assertEquals } from "@std/assert";
import { toNodeDuplex } from "../../src/stream/to_node_duplex.ts";
import { connectPipe } from "../../src/pipe/connect_pipe.ts";
import type { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { inWorld, PATH } from "./_helpers.ts";
import { turns } from "./_turns.ts";

/** A style of reading, which gives all that was read. */
type Style = (client: PipeConnection) => Promise<number>;

const styles: Record<string, Style> = {
  async read(client) {
    return await client.read(new Uint8Array(9)) ?? 0;
  },
  async "web streams"(client) {
    let count = 0;
    for await (const chunk of client.readable) count += chunk.byteLength;
    return count;
  },
  async "a BYOB reader"(client) {
    const reader = client.readable.getReader({ mode: "byob" });
    const { value, done } = await reader.read(new Uint8Array(9));
    assertEquals(done, true);
    return value?.byteLength ?? 0;
  },
  async "a stream of Node"(client) {
    const duplex = await toNodeDuplex(client);
    const ended = Promise.withResolvers<void>();
    let count = 0;
    duplex.on("data", (data: Uint8Array) => count += data.length);
    duplex.on("end", ended.resolve).on("error", ended.reject);
    await ended.promise;
    duplex.destroy();
    return count;
  },
};

for (const [name, style] of Object.entries(styles)) {
  for (const when of ["before", "while"] as const) {
    Deno.test(`a client that is disconnected ${when} it reads is at the end: ${name}`, async () => {
      await inWorld({}, async (world) => {
        const { proactor, sim } = world;
        const server = world.serve();
        const client = await connectPipe(PATH, { proactor });
        if (when === "before") sim.disconnectNamedPipe(server);
        const end = style(client);
        await turns();
        if (when === "while") sim.disconnectNamedPipe(server);
        assertEquals(await end, 0);
        client.abort();
        world.close(server);
        await client.finished;
      });
    });
  }
}

for (const when of ["before", "while"] as const) {
  Deno.test(`a client of messages that is disconnected ${when} it reads is at the end`, async () => {
    await inWorld({}, async (world) => {
      const { proactor, sim } = world;
      const server = world.serve({ type: "message" });
      const client = await connectPipe(PATH, { proactor, readMode: "message" });
      if (when === "before") sim.disconnectNamedPipe(server);
      const message = client.readMessage();
      await turns();
      if (when === "while") sim.disconnectNamedPipe(server);
      assertEquals(await message, null);
      client.abort();
      world.close(server);
      await client.finished;
    });
  });
}
