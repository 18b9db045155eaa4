/** mysql2 over pipes. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import mysql from "npm:mysql2@3.24.5/promise";
import { connect, type PipeSocket } from "../../src/node/mod.ts";
import { libraryTest } from "./_library.ts";
import { serveMysql } from "./_mysql_server.ts";

libraryTest(
  "mysql2",
  "both",
  "40 queries by a pool of 4, which connects again when it was cut",
  async ({ path, undo }) => {
    const sockets: PipeSocket[] = [];
    undo.use(serveMysql(path, (socket) => sockets.push(socket)));
    const pool = mysql.createPool({
      user: "root",
      connectionLimit: 4,
      stream: () => connect(path), // glue
    });
    undo.defer(() => pool.end());
    const ask = async (text: string) => {
      const [rows] = await pool.query(`select '${text}'`);
      return (rows as { text: string }[])[0]?.text;
    };
    const texts = Array.from({ length: 40 }, (_, i) => `row ${i}`);
    assertEquals(await Promise.all(texts.map(ask)), texts);
    assertEquals(sockets.length, 4);
    await assertRejects(() => pool.query("drop it"), Error, "SQL syntax");
    const closed = sockets.map((socket) =>
      new Promise((resolve) => socket.once("close", resolve))
    );
    for (const socket of sockets) socket.destroy();
    await Promise.all(closed);
    await ask("again").catch(() => {}); // one that is not told yet
    assertEquals(await ask("again"), "again");
    assert(sockets.length > 4);
  },
);
