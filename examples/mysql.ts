/**
 * Asks MySQL over its named pipe (`named_pipe=ON` in its settings), and prints
 * the rows. The statements are answered by a pool, all at once.
 *
 *     deno run --allow-ffi --allow-env examples/mysql.ts "select version()"
 *
 * `--pipe=PATH` as the first word names another pipe; the user and the password
 * are those of the environment: `MYSQL_USER` and `MYSQL_PWD`.
 *
 * @module
 */

import { connect } from "@iocp/proactor/node";
import mysql from "npm:mysql2@3.24.5/promise";

const args = [...Deno.args];
const path = args[0]?.startsWith("--pipe=")
  ? args.shift()!.slice("--pipe=".length)
  : "\\\\.\\pipe\\MySQL";
if (args.length === 0) {
  console.error("Usage: mysql.ts [--pipe=PATH] SQL...");
  Deno.exit(2);
}

const pool = mysql.createPool({
  user: Deno.env.get("MYSQL_USER") ?? "root",
  password: Deno.env.get("MYSQL_PWD") ?? "",
  connectionLimit: 4,
  stream: () => connect(path),
});
try {
  const answers = await Promise.all(args.map((sql) => pool.query(sql)));
  for (const [rows] of answers) print(rows);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
} finally {
  await pool.end();
}

/** Rows as lines, with tabs between the columns; else what was done. */
function print(rows: unknown): void {
  if (!Array.isArray(rows)) return console.log(JSON.stringify(rows));
  const [first] = rows;
  if (first !== undefined) console.log(Object.keys(first).join("\t"));
  for (const row of rows) console.log(Object.values(row).join("\t"));
}
