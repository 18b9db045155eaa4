/** Empty writes and ends of pipes of ours, and `node:net` at the other end. */

import { assertEquals } from "@std/assert";
import {
  type PipeConnection,
  PipeServer,
  type PipeServerOptions,
} from "../../mod.ts";
import { withProactor } from "../windows/_setup.ts";
import { pattern, readText } from "../windows/_bytes.ts";
import { uniquePipeName } from "../windows/_pipes.ts";
import { soon } from "../windows/_turns.ts";
import { type Peer, PEERS, type PeerWork } from "./_peers.ts";

const SIZE = 200_000;

function peerTest(
  peer: Peer,
  name: string,
  body: (server: PipeServer, client: PeerWork) => Promise<void>,
  options: PipeServerOptions & { answer?: string },
): void {
  const { missing } = peer;
  const reason = missing === "" ? "" : ` (needs ${missing})`;
  const { answer = "", ...rest } = options;
  Deno.test({
    name: `${peer.name}: ${name}${reason}`,
    ignore: missing !== "",
    fn: () =>
      withProactor(async (proactor) => {
        const path = uniquePipeName();
        await using server = PipeServer.listen(path, { ...rest, proactor });
        await using client = peer.startHalfCloseClient(path, SIZE, answer);
        await body(server, client);
      }),
  });
}

async function writeAll(served: PipeConnection): Promise<void> {
  await served.write(pattern(1));
  await soon(served.write(pattern(SIZE - 1)));
}

for (const peer of PEERS) {
  peerTest(
    peer,
    "an empty write to a server by default ends nothing",
    async (server, client) => {
      await using served = await soon(server.accept());
      assertEquals(await readText(served, 6), "hello ");
      await writeAll(served);
      await soon(served.shutdown());
      await soon(client.done);
    },
    {},
  );

  peerTest(
    peer,
    "a client of a message pipe reads everything, and its end",
    async (server, client) => {
      await using served = await soon(server.accept());
      await writeAll(served);
      await soon(served.closeWrite());
      await soon(served.shutdown());
      await soon(client.done);
    },
    { type: "message", outBufferSize: 4096 },
  );

  if (peer.name !== "Deno") continue;
  peerTest(
    peer,
    "a half close of a message pipe is seen, and answered (Node and Bun take an empty message for nothing)",
    async (server, client) => {
      await using served = await soon(server.accept());
      await writeAll(served);
      await soon(served.closeWrite());
      assertEquals(await readText(served), "hello and bye");
      await soon(client.done);
    },
    { type: "message", outBufferSize: 4096, answer: "and bye" },
  );
}
