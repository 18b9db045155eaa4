/**
 * What every kind of connection must do.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { PipeConnection } from "../../mod.ts";
import { encode, readBytes, readText, sha256 } from "./_bytes.ts";
import { soon } from "./_turns.ts";

/** A connection's end that carries bytes. */
type ByteEnd = Pick<PipeConnection, "read" | "write">;

/**
 * Demands that bytes arrive unchanged, first at the server's end, then at the
 * client's.
 *
 * @param ends Both ends.
 * @param data The bytes.
 */
export async function assertBothWays(
  { client, served }: { client: ByteEnd; served: ByteEnd },
  data: Uint8Array<ArrayBuffer>,
): Promise<void> {
  for (const [from, to] of [[client, served], [served, client]] as const) {
    const writing = from.write(data);
    const read = await readBytes(to, data.length);
    assertEquals(await sha256(read), await sha256(data));
    await soon(writing);
  }
}

/**
 * Demands that a stream into the client's end comes out at the server's.
 *
 * @param ends Both ends.
 */
export async function assertStreams(
  { client, served }: {
    client: Pick<PipeConnection, "writable">;
    served: Pick<PipeConnection, "readable">;
  },
): Promise<void> {
  const text = "stream ".repeat(50_000);
  const sent = new Blob([text]).stream().pipeTo(client.writable);
  const received = new Response(served.readable).text();
  assertEquals(await soon(received), text);
  await soon(sent);
}

/**
 * Demands that the client's end and the server's are connected.
 *
 * @param ends Both ends.
 */
export async function assertConnected(
  { client, served }: {
    client: Pick<PipeConnection, "write">;
    served: Pick<PipeConnection, "read">;
  },
): Promise<void> {
  await client.write(encode("x"));
  assertEquals(await readText(served, 1), "x");
}
