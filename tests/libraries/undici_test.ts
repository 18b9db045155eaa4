/** undici over pipes. */

import { assert, assertEquals } from "@std/assert";
import { Agent, fetch, request } from "npm:undici@8.12.4";
import { serveHttp, undiciConnector } from "../../src/http/mod.ts";
import { PipeServer } from "../../src/pipe/mod.ts";
import { libraryTest } from "./_library.ts";

libraryTest(
  "undici",
  "client",
  "50 requests over a pool of 4, by `serveHttp`",
  async ({ path, undo }) => {
    const listener = PipeServer.listen(path, { type: "byte" });
    let most = 0;
    const server = serveHttp(listener, ({ body }) => {
      most = Math.max(most, listener.connections.size);
      return new Response(body);
    });
    undo.use(server);
    const dispatcher = new Agent({
      connections: 4,
      connect: undiciConnector(path), // glue
    });
    undo.defer(() => dispatcher.close());
    const texts = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const init = { method: "POST", body: `${i}`, dispatcher } as const;
        return await (await fetch("http://pipe/", init)).text();
      }),
    );
    assertEquals(texts, texts.map((_, i) => `${i}`));
    assert(most >= 1 && most <= 4, `${most} connections`);
    const body = "x".repeat(2 ** 20);
    const init = { method: "POST", body, dispatcher } as const;
    const answer = await request("http://pipe/", init);
    assertEquals((await answer.body.text()).length, body.length);
  },
);
