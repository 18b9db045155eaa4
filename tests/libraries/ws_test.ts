/** WebSockets of ws over pipes. */

import { assertEquals } from "@std/assert";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import { connect, createServer } from "../../src/node/mod.ts";
import { libraryTest } from "./_library.ts";

libraryTest(
  "ws",
  "both",
  "text, a megabyte and the code of the end, each way",
  async ({ path, undo }) => {
    const http = createHttpServer();
    const sockets = new WebSocketServer({ server: http });
    sockets.on("connection", (socket) => {
      socket.on("message", (data, binary) => socket.send(data, { binary }));
    });
    const server = createServer((s) => http.emit("connection", s)); // glue
    undo.use(server.listen(path));
    const client = new WebSocket("ws://pipe/", {
      createConnection: () => connect(path), // glue
    });
    await once(client, "open");
    client.send("hello");
    assertEquals(String((await once(client, "message"))[0]), "hello");
    client.send(new Uint8Array(2 ** 20));
    assertEquals((await once(client, "message"))[0].length, 2 ** 20);
    client.close(4321, "done");
    const [code] = await once(client, "close");
    assertEquals(code, 4321);
  },
);
