/** aedes over pipes. */

import { assertEquals } from "@std/assert";
import { Aedes } from "npm:aedes@1.2.0";
import mqtt from "npm:mqtt@5.16.0";
import { connect, createServer } from "../../src/node/mod.ts";
import { libraryTest } from "./_library.ts";

libraryTest(
  "aedes",
  "server",
  "20 clients of mqtt, each of which gets a message that is retained",
  async ({ path, undo }) => {
    const broker = await Aedes.createBroker();
    undo.defer(() => new Promise<void>((resolve) => broker.close(resolve)));
    undo.use(createServer((socket) => broker.handle(socket)).listen(path)); // glue
    const client = (id: number) => {
      const options = { clientId: `client ${id}`, reconnectPeriod: 0 };
      return new mqtt.MqttClient(() => connect(path), options);
    };
    const first = client(0);
    await first.publishAsync("news", "all well", { retain: true, qos: 1 });
    const clients = Array.from({ length: 20 }, (_, i) => client(i + 1));
    for (const one of [first, ...clients]) undo.defer(() => one.endAsync());
    const messages = await Promise.all(clients.map(async (one) => {
      const message = new Promise((resolve) =>
        one.once("message", (_, data) => resolve(String(data)))
      );
      await one.subscribeAsync("news");
      return await message;
    }));
    assertEquals(messages, Array(20).fill("all well"));
  },
);
