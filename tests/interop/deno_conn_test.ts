/** What connections have in common with `Deno.TcpConn`, and what they have not. */

import { assertEquals } from "@std/assert";
import {
  connectPipe,
  type IocpProactor,
  PipeServer,
  type StreamConnection,
} from "../../mod.ts";
import { connectTcp, TcpListener } from "../../src/net/mod.ts";
import { LOCAL, netTest } from "./_net.ts";

type Conn = Deno.TcpConn | StreamConnection;

/** Two ends; the second one closes at the end. */
type Ends<C> = [end: C, peer: { close(): void }];

async function denoEnds(): Promise<Ends<Deno.TcpConn>> {
  using listener = Deno.listen(LOCAL);
  const { port } = listener.addr as Deno.NetAddr;
  const accepted = listener.accept();
  return [await Deno.connect({ ...LOCAL, port }), await accepted];
}

async function tcpEnds(
  proactor: IocpProactor,
): Promise<Ends<StreamConnection>> {
  using listener = TcpListener.listen({ ...LOCAL, proactor });
  const accepted = listener.accept();
  return [await connectTcp({ ...listener.addr, proactor }), await accepted];
}

async function pipeEnds(
  proactor: IocpProactor,
  type: "byte" | "message",
): Promise<Ends<StreamConnection>> {
  const path = `\\\\.\\pipe\\deno-conn-${crypto.randomUUID()}`;
  using server = PipeServer.listen(path, { type, proactor });
  const accepted = server.accept();
  return [await connectPipe(path, { proactor }), await accepted];
}

/** What a call gives: its value, or the class of its error. */
async function end(call: () => unknown): Promise<unknown> {
  try {
    return await call() ?? "done";
  } catch (error) {
    return error instanceof Error ? error.constructor.name : error;
  }
}

/** The calls that are compared, each on a new connection. */
const CALLS: Record<string, (conn: Conn) => Promise<unknown[]>> = {
  "closeWrite() twice": async (conn) => [
    await end(() => conn.closeWrite()),
    await end(() => conn.closeWrite()),
  ],
  "closeWrite() twice at once": (conn) =>
    Promise.all([end(() => conn.closeWrite()), end(() => conn.closeWrite())]),
  "calls after closeWrite()": async (conn) => {
    await conn.closeWrite();
    return [await end(() => conn.read(new Uint8Array(0)))];
  },
  ...afterClose(),
  ...Object.fromEntries(
    Object.entries(chunks()).map((
      [name, chunk],
    ) => [`${name} to writable`, (conn) => writeChunk(conn, chunk)]),
  ),
};

function afterClose(): typeof CALLS {
  const calls: Record<string, (conn: Conn) => unknown> = {
    "closeWrite()": (conn) => conn.closeWrite(),
    "read() of nothing": (conn) => conn.read(new Uint8Array(0)),
    "read()": (conn) => conn.read(new Uint8Array(1)),
    "write() of nothing": (conn) => conn.write(new Uint8Array(0)),
    "write()": (conn) => conn.write(new Uint8Array(1)),
  };
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      `${name} after close()`,
      async (conn) => {
        conn.close();
        return [await end(() => call(conn))];
      },
    ]),
  );
}

function chunks(): Record<string, unknown> {
  return {
    "an ArrayBuffer": Uint8Array.of(1, 2, 3).buffer,
    "a SharedArrayBuffer": new SharedArrayBuffer(3),
    "a DataView": new DataView(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2),
    "a Uint16Array": Uint16Array.of(1, 2, 3),
    "a text": "abc",
    "a list": [1, 2, 3],
    "nothing": null,
  };
}

async function writeChunk(conn: Conn, chunk: unknown): Promise<unknown[]> {
  const writer = conn.writable.getWriter();
  writer.closed.catch(() => {});
  return [await end(() => writer.write(chunk as Uint8Array))];
}

async function outcomes<C extends Conn>(
  call: (conn: Conn) => Promise<unknown[]>,
  [conn, peer]: Ends<C>,
): Promise<unknown[]> {
  const ends = await call(conn);
  await end(() => conn.close());
  peer.close();
  return ends;
}

for (const [name, call] of Object.entries(CALLS)) {
  netTest(`${name}: as Deno.TcpConn`, async (proactor) => {
    const expected = await outcomes(call, await denoEnds());
    assertEquals(await outcomes(call, await tcpEnds(proactor)), expected);
    const message = await pipeEnds(proactor, "message");
    assertEquals(await outcomes(call, message), expected);
    if (/^(closeWrite|calls).*(twice|\(\))(?! after)/.test(name)) return;
    const byte = await pipeEnds(proactor, "byte");
    assertEquals(await outcomes(call, byte), expected);
  });
}

netTest(
  "a byte pipe has no closeWrite(), but a closed one says so",
  async (proactor) => {
    const [conn, peer] = await pipeEnds(proactor, "byte");
    assertEquals(await end(() => conn.closeWrite()), "NotSupported");
    conn.close();
    assertEquals(await end(() => conn.closeWrite()), "BadResource");
    peer.close();
  },
);

netTest("what differs from Deno.TcpConn", async (proactor) => {
  const [deno, peer] = await denoEnds();
  const [ours, other] = await tcpEnds(proactor);
  // A write behind closeWrite() is refused before the system call.
  await Promise.all([deno.closeWrite(), ours.closeWrite()]);
  const write = (conn: Conn) => end(() => conn.write(new Uint8Array(1)));
  assertEquals(await write(deno) === "BadResource", false);
  assertEquals(await write(ours), "BadResource");
  // A second close() is none.
  deno.close();
  ours.close();
  assertEquals(await end(() => deno.close()), "BadResource");
  assertEquals(await end(() => ours.close()), "done");
  peer.close();
  other.close();
});
