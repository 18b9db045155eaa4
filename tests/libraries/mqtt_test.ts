/** mqtt and aedes over pipes. */

import { assertEquals } from "@std/assert";
import { Aedes } from "npm:aedes@1.2.0";
import mqtt from "npm:mqtt@5.16.0";
import { connect, createServer, type PipeSocket } from "../../src/node/mod.ts";
import { event, libraryTest } from "./_library.ts";

libraryTest(
  "mqtt",
  "client",
  "messages of quality 1 by a broker of aedes; it connects again when it was cut",
  async ({ path, undo }) => {
    const broker = await Aedes.createBroker();
    undo.defer(() => new Promise<void>((resolve) => broker.close(resolve)));
    const sockets: PipeSocket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      broker.handle(socket);
    });
    undo.use(server.listen(path));
    const client = new mqtt.MqttClient(
      () => connect(path), // glue
      { reconnectPeriod: 1, clientId: "guide" },
    );
    undo.defer(() => client.endAsync(true));
    client.on("error", () => {}); // it was cut
    await event(client, "connect");
    await client.subscribeAsync("words/#", { qos: 1 });
    const say = async (word: string) => {
      const message = new Promise((resolve) =>
        client.once("message", (_, data) => resolve(String(data)))
      );
      await client.publishAsync("words/one", word, { qos: 1 });
      assertEquals(await message, word);
    };
    await say("hello");
    const again = event(client, "connect");
    sockets[0]!.destroy();
    await again;
    await say("still here");
    assertEquals(sockets.length, 2);
  },
);
