/** pg over a pipe. */

import { assertEquals, assertRejects } from "@std/assert";
import pg from "npm:pg@8.23.1";
import { PipeSocket } from "../../src/node/mod.ts";
import { libraryTest } from "./_library.ts";
import { servePostgres } from "./_postgres_server.ts";

libraryTest(
  "pg",
  "client",
  "20 queries by a pool of 2, answered by PostgreSQL (PGlite)",
  async ({ path, undo }) => {
    undo.use(await servePostgres(`${path}\\.s.PGSQL.5432`));
    const pool = new pg.Pool({
      host: path.replaceAll("\\", "/"),
      user: "postgres",
      database: "postgres",
      max: 2,
      stream: () => new PipeSocket(), // glue
    });
    undo.defer(() => pool.end());
    await pool.query("create table numbers (n integer)");
    await Promise.all(
      Array.from(
        { length: 20 },
        (_, i) => pool.query("insert into numbers values ($1)", [i]),
      ),
    );
    const { rows } = await pool.query("select sum(n)::int from numbers");
    assertEquals(rows, [{ sum: 190 }]);
    await assertRejects(() => pool.query("select nothing"), Error, "column");
  },
);
