/** What `node:net` of Deno does with pipes, for the table of README.md. */

import { assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async/delay";
import { once } from "node:events";
import {
  connect as netConnect,
  createServer as createNetServer,
} from "node:net";
import { connectPipe, PipeServer } from "../../mod.ts";
import { connect } from "../../src/node/mod.ts";
import { encode, readText } from "../windows/_bytes.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { soon } from "../windows/_turns.ts";
import { netTest } from "./_net.ts";

/** Milliseconds after which something that does not happen has not. */
const LONG = 1000;

/** Clients that Deno has instances for. */
const FEW = 4;

netTest(
  "a pipe of node:net serves four clients at once, and none when they have left",
  async (proactor) => {
    const path = uniquePipeName();
    const server = createNetServer((socket) => {
      socket.on("error", () => {}); // its client has gone
      socket.resume();
    });
    server.listen(path);
    await once(server, "listening");
    const options = { timeout: LONG, proactor };
    const clients = await Promise.all(
      Array.from({ length: FEW }, () => connectPipe(path, options)),
    );
    const { TimedOut, NotFound } = Deno.errors;
    await assertRejects(() => connectPipe(path, options), TimedOut);
    await Promise.all(clients.map((client) => client.shutdown()));
    await delay(LONG);
    await assertRejects(() => connectPipe(path, options), NotFound);
    server.close();
  },
);

netTest(
  "a pipe of ours serves more than four clients at once, and others later",
  async (proactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { proactor });
    for (let round = 0; round < 2; round++) {
      const clients = await Promise.all(
        Array.from({ length: 5 * FEW }, async () => {
          const accepted = server.accept();
          const client = await connectPipe(path, { timeout: LONG, proactor });
          return [client, await accepted];
        }),
      );
      for (const end of clients.flat()) await end.shutdown();
    }
  },
);

netTest(
  "a server does not hear the end() of node:net, but that of our sockets",
  async (proactor) => {
    const path = uniquePipeName();
    await using server = PipeServer.listen(path, { type: "byte", proactor });
    const ours = connect({ path, proactor }).end("bye");
    const left = once(ours, "close");
    const first = await server.accept();
    assertEquals(await soon(readText(first)), "bye");
    first.close();
    await soon(left);

    const socket = netConnect(path).end("bye");
    using second = await server.accept();
    assertEquals(await soon(readText(second, 3)), "bye");
    const signal = AbortSignal.timeout(LONG);
    await assertRejects(() => second.read(encode(" "), { signal }));
    socket.destroy();
  },
);
