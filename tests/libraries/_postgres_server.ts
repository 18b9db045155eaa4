/**
 * PostgreSQL itself, as PGlite, on a pipe.
 *
 * @module
 */

import { PGlite } from "npm:@electric-sql/pglite@0.5.16";
import {
  createServer,
  type PipeSocket,
  type PipeSocketServer,
} from "../../src/node/mod.ts";

const TERMINATE = "X".charCodeAt(0);

/** What ends a batch: a query, or the `Sync` behind the steps of one. */
const LAST = ["Q", "S"].map((letter) => letter.charCodeAt(0));

/** Takes the messages of a client apart, which come in any pieces. */
class MessageReader {
  #rest = new Uint8Array();
  #started = false;

  *read(data: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
    this.#rest = new Uint8Array([...this.#rest, ...data]);
    for (;;) {
      // The first message has no type
      const head = this.#started ? 1 : 0;
      if (this.#rest.length < head + 4) return;
      const size = head + new DataView(this.#rest.buffer).getUint32(head);
      if (this.#rest.length < size) return;
      yield this.#rest.slice(0, size);
      this.#rest = this.#rest.slice(size);
      this.#started = true;
    }
  }
}

/**
 * Serves a database in memory. It has one session, so the clients take turns,
 * each with all that belongs to a query.
 *
 * @param path The pipe.
 * @returns The server.
 */
export async function servePostgres(path: string): Promise<PipeSocketServer> {
  const database = await PGlite.create();
  return createServer((socket) => {
    const reader = new MessageReader();
    let batch: Uint8Array[] = [];
    socket.on("error", () => {}); // the client has gone
    socket.on("data", (data) => {
      for (const message of reader.read(data)) {
        batch.push(message);
        const [type = 0] = message;
        if (type === TERMINATE) return socket.end();
        if (type !== 0 && !LAST.includes(type)) continue;
        answer(database, socket, batch);
        batch = [];
      }
    });
  }).listen(path);
}

async function answer(
  database: PGlite,
  socket: PipeSocket,
  batch: readonly Uint8Array[],
): Promise<void> {
  await database.runExclusive(async () => {
    for (const message of batch) {
      socket.write(await database.execProtocolRaw(message));
    }
  });
}
