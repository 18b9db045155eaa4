/**
 * What stands in for MySQL: the protocol is that of mysql2, whose connections
 * can be at the server's end, and every query has the same answers.
 *
 * @module
 */

import mysql from "npm:mysql2@3.24.5";
import {
  createServer,
  type PipeSocket,
  type PipeSocketServer,
} from "../../src/node/mod.ts";

/** The server's end of a connection; its types do not tell of it. */
interface Served {
  sequenceId: number;
  serverHandshake(options: Record<string, unknown>): void;
  writeOk(options?: Record<string, unknown>): void;
  writeTextResult(rows: unknown[], columns: unknown[]): void;
  writeError(error: { message: string; code: number }): void;
  on(name: string, listener: (argument: string) => void): void;
}

const PROTOCOL_41 = 0x200;
const PLUGIN_AUTH = 0x80000;
const SECURE_CONNECTION = 0x8000;
const VAR_STRING = 253;

/**
 * Serves the protocol: `select TEXT` answers with a row, all else is wrong.
 *
 * @param path The pipe.
 * @param onConnection Told of each connection.
 * @returns The server.
 */
export function serveMysql(
  path: string,
  onConnection: (socket: PipeSocket) => void = () => {},
): PipeSocketServer {
  let count = 0;
  return createServer((socket) => {
    onConnection(socket);
    const stream = { stream: socket, isServer: true }; // glue
    const served = mysql.createConnection(
      stream as unknown as mysql.ConnectionOptions,
    ) as unknown as Served;
    served.on("error", () => {}); // the client has gone
    served.on("query", (sql) => answer(served, sql));
    served.serverHandshake({
      protocolVersion: 10,
      serverVersion: "8.4.0-pipe",
      connectionId: ++count,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH,
    });
  }).listen(path);
}

function answer(served: Served, sql: string): void {
  served.sequenceId = 1; // the command has 0
  const [, text] = /^select '(.*)'$/i.exec(sql) ?? [];
  if (text === undefined) {
    const message = `You have an error in your SQL syntax near '${sql}'`;
    return served.writeError({ message, code: 1064 });
  }
  const column = {
    catalog: "def",
    schema: "",
    table: "",
    orgTable: "",
    name: "text",
    orgName: "",
    characterSet: 33,
    columnLength: 1024,
    columnType: VAR_STRING,
    flags: 0,
    decimals: 0,
  };
  served.writeTextResult([{ text }], [column]);
}
