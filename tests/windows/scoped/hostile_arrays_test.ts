// These tests run twice: with --allow-ffi, and with a grant that names the
// libraries by absolute paths, where bytes are copied by a call of Windows.
import { assertEquals } from "@std/assert";
import { test } from "../_setup.ts";
import { pattern } from "../_bytes.ts";
import { connectedPair } from "../_pipes.ts";
import { soon } from "../_turns.ts";
import { copyBytes } from "../../../src/ffi/bytes.ts";
import { HOSTILE } from "../../unit/_hostile.ts";
import { each, hostileTest, readAll } from "../_hostile.ts";
import { tcpPair } from "../net/_tcp.ts";

hostileTest("scoped: PipeConnection.write()", {
  run: async (arrays, proactor) => {
    await using pair = await connectedPair(proactor, { type: "byte" });
    const sent = each(arrays, (data) => pair.client.write(data));
    const parts = await readAll(pair.served);
    await soon(Promise.all(sent));
    return parts;
  },
});

hostileTest("scoped: TcpConnection.write()", {
  run: async (arrays, proactor) => {
    await using pair = await tcpPair(proactor);
    const sent = each(arrays, (data) => pair.client.write(data));
    const parts = await readAll(pair.served);
    await soon(Promise.all(sent));
    return parts;
  },
});

test.proactor("scoped: read() fills arrays that lie", async (proactor) => {
  await using pair = await connectedPair(proactor, { type: "byte" });
  for (const [kind, make] of Object.entries(HOSTILE)) {
    const bytes = pattern(5000);
    const { data } = make(new Uint8Array(6000));
    await soon(pair.served.write(bytes));
    for (let at = 0; at < bytes.length;) {
      const count = await soon(pair.client.read(data)) ?? NaN;
      const expected = bytes.slice(at, at + count);
      assertEquals(copyBytes(data, 0, count), expected, kind);
      at += count;
    }
  }
});
