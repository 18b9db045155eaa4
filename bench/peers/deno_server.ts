/**
 * A server by `Deno.listen`.
 *
 *     deno run --allow-net deno_server.ts ROLE PORT
 *
 * It serves a port of the loopback address until it is killed; the roles are
 * those of `server.c`.
 *
 * @module
 */

const CHUNK = new Uint8Array(65_536);

/** What is done with a connection. */
const ROLES: Record<string, (connection: Deno.Conn) => Promise<void>> = {
  echo,
  sink,
  source,
};

async function echo(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(CHUNK.length);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    await writeAll(connection, buffer.subarray(0, count));
  }
}

async function sink(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(CHUNK.length);
  while (await connection.read(buffer) !== null);
}

async function source(connection: Deno.Conn): Promise<void> {
  for (;;) await writeAll(connection, CHUNK);
}

async function writeAll(connection: Deno.Conn, data: Uint8Array) {
  for (let at = 0; at < data.length;) {
    at += await connection.write(data.subarray(at));
  }
}

/** Clients end as they like. */
async function serve(connection: Deno.TcpConn, role: string): Promise<void> {
  connection.setNoDelay(true);
  await ROLES[role]!(connection).catch(() => {});
  connection.close();
}

const [role = "", port] = Deno.args;
const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
for await (const connection of listener) serve(connection, role);
