/**
 * What every kind of connection must do.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { connectPipe, type PipeConnection, PipeServer } from "../../mod.ts";
import type { IocpProactor, PipeServerOptions } from "../../mod.ts";
import { encode, readBytes, readText, sha256 } from "./_bytes.ts";
import { uniquePipeName } from "./_pipes.ts";
import { soon } from "./_turns.ts";
import { onWine } from "./_wine.ts";

/** Both ends of a connection, with what is needed of each. */
interface Ends<C extends keyof PipeConnection, S extends keyof PipeConnection> {
  client: Pick<PipeConnection, C>;
  served: Pick<PipeConnection, S>;
}

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
  { client, served }: Ends<"writable", "readable">,
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
  { client, served }: Ends<"write", "read">,
): Promise<void> {
  await client.write(encode("x"));
  assertEquals(await readText(served, 1), "x");
}

/**
 * Demands that a pipe refuses this process. Wine does not check it.
 *
 * @param proactor The proactor of both ends.
 * @param security Whom the server lets in.
 * @returns The error, unless this is Wine.
 */
export async function assertLocksOut(
  proactor: IocpProactor,
  security: PipeServerOptions["security"],
): Promise<Error | undefined> {
  const path = uniquePipeName();
  // Only one instance: the access list would refuse us a second one, too
  const options = { security, maxInstances: 1, proactor };
  await using server = PipeServer.listen(path, options);
  if (onWine("pipe-security")) {
    (await connectPipe(path, { proactor })).abort();
    (await soon(server.accept())).abort();
    return undefined;
  }
  return await assertRejects(
    () => connectPipe(path, { proactor }),
    Deno.errors.PermissionDenied,
  );
}
