/**
 * `Deno.listen` and `Deno.connect`, to compare with.
 *
 * @module
 */

import type { Answerer, Client, Service } from "./_style.ts";

const HOSTNAME = "127.0.0.1";
const BUFFER = 65_536;

/**
 * Starts a server that answers.
 *
 * @param makeAnswerer Called for each client.
 * @returns The server.
 */
export function openDenoListen(makeAnswerer: () => Answerer): Promise<Service> {
  const listener = Deno.listen({ hostname: HOSTNAME, port: 0 });
  const { port } = listener.addr;
  listener.unref();
  return Promise.resolve({
    async connect() {
      const accepted = listener.accept();
      const client = await Deno.connect({ hostname: HOSTNAME, port });
      const server = await accepted;
      for (const end of [client, server]) prepare(end);
      answer(server, makeAnswerer());
      return makeClient(client);
    },
  });
}

function prepare(connection: Deno.TcpConn): void {
  connection.setNoDelay(true);
  connection.unref();
}

async function answer(connection: Deno.Conn, answerer: Answerer) {
  const buffer = new Uint8Array(BUFFER);
  while (true) {
    const count = await connection.read(buffer);
    if (count === null) return;
    await writeAll(connection, answerer(buffer.subarray(0, count)));
  }
}

function makeClient(connection: Deno.Conn): Client {
  return {
    async ask(writes, length) {
      const answer = readBytes(connection, length);
      for (const data of writes) await writeAll(connection, data);
      await answer;
    },
  };
}

async function readBytes(connection: Deno.Conn, length: number) {
  const buffer = new Uint8Array(length);
  for (let rest = length; rest > 0;) {
    const count = await connection.read(buffer.subarray(0, rest));
    if (count === null) throw new Error("The server has closed");
    rest -= count;
  }
}

async function writeAll(connection: Deno.Conn, data: Uint8Array) {
  for (let at = 0; at < data.length;) {
    at += await connection.write(data.subarray(at));
  }
}
