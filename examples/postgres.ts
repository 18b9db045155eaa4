/**
 * Asks PostgreSQL over a named pipe, and prints the rows. PostgreSQL itself
 * does not listen on pipes: something between does, such as
 * `deno run --allow-ffi jsr:@iocp/proactor/cli forward`, or a proxy that keeps
 * its port from other users of the computer.
 *
 *     deno run --allow-ffi --allow-env examples/postgres.ts PIPE "select 1"
 *
 * The name of the pipe ends, as that of a unix socket, in `\.s.PGSQL.5432`,
 * which pg appends by itself.
 *
 * @module
 */

import { PipeSocket } from "@iocp/proactor/node";
import pg from "npm:pg@8.23.1";

const [path, ...statements] = Deno.args;
if (path === undefined || statements.length === 0) {
  console.error("Usage: postgres.ts PIPE SQL...");
  Deno.exit(2);
}

const client = new pg.Client({
  host: path.replaceAll("\\", "/"), // a path for pg begins with a slash
  user: Deno.env.get("PGUSER") ?? "postgres",
  password: Deno.env.get("PGPASSWORD") ?? "",
  database: Deno.env.get("PGDATABASE") ?? "postgres",
  stream: () => new PipeSocket(),
});
try {
  await client.connect();
  for (const sql of statements) print(await client.query(sql));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
} finally {
  await client.end();
}

/** What the server has answered. */
interface Answer {
  command: string;
  rowCount: number | null;
  fields: { name: string }[];
  rows: Record<string, unknown>[];
}

/** Rows as lines, with tabs between the columns; else what was done. */
function print(
  { command, rowCount, fields, rows }: Answer,
): void {
  if (fields.length === 0) return console.log(command, rowCount ?? 0);
  console.log(fields.map(({ name }) => name).join("\t"));
  for (const row of rows) console.log(Object.values(row).join("\t"));
}
