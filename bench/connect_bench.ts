/**
 * Connecting and closing again.
 *
 * @module
 */

import { connectPipe, type PipeConnection, PipeServer } from "../mod.ts";
import { notWindows, uniquePipeName } from "./_styles.ts";

const PATH = uniquePipeName();
let server: PipeServer | undefined;

for (const clients of [1, 50]) {
  Deno.bench({
    name: `${clients} at once`,
    group: "connect, accept and close",
    baseline: clients === 1,
    ignore: notWindows,
    async fn() {
      server ??= listen();
      await Promise.all(Array.from({ length: clients }, connectAndClose));
    },
  });
}

function listen(): PipeServer {
  const server = PipeServer.listen(PATH);
  server.unref();
  return server;
}

async function connectAndClose(): Promise<void> {
  const accepted = server!.accept();
  const ends: PipeConnection[] = [await connectPipe(PATH), await accepted];
  await Promise.all(ends.map((end) => end.shutdown()));
}
