/** express over a pipe. */

import { assertEquals } from "@std/assert";
import { createServer as createHttpServer } from "node:http";
// @ts-types="npm:@types/express@5.0.6"
import express from "npm:express@5.3.0";
import { fetchOver } from "../../src/http/mod.ts";
import { createServer } from "../../src/node/mod.ts";
import { libraryTest } from "./_library.ts";

libraryTest(
  "express",
  "server",
  "20 requests with JSON bodies, by `fetchOver`",
  async ({ path, undo }) => {
    const app = express();
    app.use(express.json());
    app.post("/words/:name", (request, response) => {
      response.json({ name: request.params.name, ...request.body });
    });
    const http = createHttpServer(app);
    const server = createServer((s) => http.emit("connection", s)); // glue
    undo.use(server.listen(path));
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const answer = await fetchOver(path, `/words/${i}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ i }),
        });
        return await answer.json();
      }),
    );
    assertEquals(answers, answers.map((_, i) => ({ name: `${i}`, i })));
    const missing = await fetchOver(path, "/nothing");
    assertEquals(missing.status, 404);
    await missing.body?.cancel();
  },
);
