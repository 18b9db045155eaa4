/** What README.md says of TCP, as far as no other test needs it. */

import { assertEquals, assertRejects } from "@std/assert";
import { connectTcp, TcpListener, waitReadable } from "../../../src/net/mod.ts";
import { test } from "../_setup.ts";
import { encode } from "../_bytes.ts";
import { soon, until } from "../_turns.ts";
import { LOCAL, socketOf, tcpPair } from "./_tcp.ts";

test.proactor("eight accepts are armed, also after clients came", async (proactor) => {
  await using listener = TcpListener.listen({ ...LOCAL, proactor });
  assertEquals(proactor.metrics().pending, 8);
  for (let round = 0; round < 10; round++) {
    const accepting = listener.accept();
    using _client = await soon(connectTcp({ ...listener.addr, proactor }));
    using _served = await soon(accepting);
    await until(() => proactor.metrics().pending === 8);
  }
});

test.eachMode("close() with data unread in the system resets the peer", async (proactor) => {
  await using pair = await tcpPair(proactor);
  const { client, served } = pair;
  await client.write(encode("unread"));
  await soon(waitReadable(socketOf(served), { proactor }));
  served.close();
  await assertRejects(
    () => soon(client.read(new Uint8Array(1))),
    Deno.errors.ConnectionReset,
  );
});
