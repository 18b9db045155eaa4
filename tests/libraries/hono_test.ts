/** Hono over pipes. */

import { assertEquals } from "@std/assert";
import { Hono } from "npm:hono@4.13.19";
import { hc } from "npm:hono@4.13.19/client";
import { fetchOver, serveHttp } from "../../src/http/mod.ts";
import { PipeServer } from "../../src/pipe/mod.ts";
import { libraryTest } from "./_library.ts";

type FetchArguments = Parameters<typeof fetch>;

libraryTest(
  "hono",
  "both",
  "20 requests by its client, with routes and queries",
  async ({ path, undo }) => {
    const app = new Hono().get("/words/:name", (context) => {
      const { name } = context.req.param();
      return context.json({ name, times: context.req.query("times") ?? "1" });
    });
    const listener = PipeServer.listen(path, { type: "byte" });
    undo.use(serveHttp(listener, app.fetch)); // glue
    const client = hc<typeof app>("http://pipe", {
      fetch: (...request: FetchArguments) => fetchOver(path, ...request), // glue
    });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const param = { name: `${i}` };
        return await (await client.words[":name"].$get({ param })).json();
      }),
    );
    assertEquals(
      answers,
      answers.map((_, i) => ({ name: `${i}`, times: "1" })),
    );
  },
);
