/** vscode-jsonrpc over pipes. */

import { assertEquals } from "@std/assert";
import { createMessageConnection } from "npm:vscode-jsonrpc@10.0.0/node";
import { connect, createServer } from "../../src/node/mod.ts";
import { event, libraryTest } from "./_library.ts";

libraryTest(
  "vscode-jsonrpc",
  "both",
  "100 requests each way; the server is told when the client leaves",
  async ({ path, undo }) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      const rpc = createMessageConnection(socket, socket); // glue
      rpc.onRequest("double", (n: number) => rpc.sendRequest("twice", n));
      rpc.onClose(() => resolve());
      rpc.listen();
    });
    undo.use(server.listen(path));
    const socket = connect(path);
    const rpc = createMessageConnection(socket, socket); // glue
    rpc.onRequest("twice", (n: number) => 2 * n);
    rpc.listen();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => rpc.sendRequest("double", i)),
    );
    assertEquals(answers, answers.map((_, i) => 2 * i));
    rpc.dispose();
    const left = event(socket, "close");
    socket.end();
    await Promise.all([closed, left]);
  },
);
