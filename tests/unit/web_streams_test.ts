/** The web streams of pipes that go one way. */

import { assertEquals } from "@std/assert";
import { createPipePair } from "../../src/pipe/anonymous_pipe.ts";
import {
  PipeConnection,
  type PipeDirection,
} from "../../src/pipe/pipe_connection.ts";
import { test, type World } from "./_helpers.ts";
import { bytes } from "./_bytes.ts";

/** Both ends of a pipe that goes one way. */
function onePair(world: World): [PipeConnection, PipeConnection] {
  const { path, server, client } = createPipePair(world.sim, {});
  const connect = (end: bigint, direction: PipeDirection) =>
    new PipeConnection(
      world.port,
      world.port.associate(end, { warnings: false }),
      {
        path,
        direction,
        messageType: false,
        messageReadMode: false,
        serverEnd: direction === "in",
      },
    );
  return [connect(server, "in"), connect(client, "out")];
}

test.world("readable closes a connection that only reads at its end", async (world) => {
  const [reader, writer] = onePair(world);
  const received = new Response(reader.readable).text();
  await writer.write(bytes("hello"));
  await writer.shutdown();
  assertEquals(await received, "hello");
  await reader.finished;
});

test.world("writable closes a connection that only writes at its end", async (world) => {
  const [reader, writer] = onePair(world);
  const sent = new Blob(["hello"]).stream().pipeTo(writer.writable);
  assertEquals(await new Response(reader.readable).text(), "hello");
  await sent;
  await writer.finished;
});
