/** ioredis over a pipe. */

import { assertEquals, assertRejects } from "@std/assert";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AbstractConnector, Redis } from "npm:ioredis@6.0.0";
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
    class Connector extends AbstractConnector {
      constructor() {
        super(100);
      }
      override connect(): Promise<Socket> {
        return Promise.resolve(this.stream = connect(path) as Duplex as Socket); // glue
      }
    }
    const redis = new Redis({ Connector, retryStrategy: () => 1 });
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
