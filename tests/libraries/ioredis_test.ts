/** ioredis over a pipe. */

import { assertEquals, assertRejects } from "@std/assert";
import net from "node:net";
import { Redis } from "npm:ioredis@6.0.0";
import { connect, type PipeSocket } from "../../src/node/mod.ts";
import { event, libraryTest } from "./_library.ts";
import { serveRedis } from "./_redis_server.ts";

libraryTest(
  "ioredis",
  "client",
  "500 commands in a pipeline; it connects again when it was cut",
  async ({ path, undo }) => {
    const sockets: PipeSocket[] = [];
    undo.use(serveRedis(path, (socket) => sockets.push(socket)));
    const original = net.createConnection;
    undo.defer(() => void (net.createConnection = original));
    net.createConnection = connect as unknown as typeof net.connect; // glue
    const redis = new Redis({ path, retryStrategy: () => 1 });
    undo.defer(() => redis.disconnect());
    const counts = await Promise.all(
      Array.from({ length: 500 }, () => redis.incr("count")),
    );
    assertEquals(counts, counts.map((_, i) => i + 1));
    assertEquals(await redis.get("nothing"), null);
    await assertRejects(() => redis.call("flush"), Error, "unknown command");
    const ready = event(redis, "ready");
    sockets[0]!.destroy();
    await ready;
    assertEquals(await redis.get("count"), "500");
    assertEquals(sockets.length, 2);
  },
);
