/** Packets, while threads that have waited for some compute for others. */

import { portOf } from "../../src/proactor/default_port.ts";
import { assertEquals } from "@std/assert";
import {
  INFINITE,
  MEM_COMMIT,
  MEM_RELEASE,
  MEM_RESERVE,
} from "../../src/ffi/constants.ts";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { createPipePair } from "../../src/pipe/anonymous_pipe.ts";
import { withProactor } from "../windows/_setup.ts";
import { encode } from "../windows/_bytes.ts";
import { soon, until } from "../windows/_turns.ts";
import { isWine } from "../windows/_wine.ts";

Deno.test("a proactor whose threads compute for others has its results", async () => {
  await withProactor(async (proactor) => {
    const { api } = portOf(proactor);
    const { server, client } = createPipePair(api, {
      duplex: true,
      overlapped: [true, true],
    });
    for (const text of ["one", "two", "three"]) {
      const { waits } = proactor.metrics();
      const read = proactor.recv(server, 9);
      await until(() => proactor.metrics().waits > waits);
      await proactor.send(client, encode(text));
      assertEquals(await soon(read), encode(text));
    }
    for (const end of [server, client]) proactor.closeHandle(end);
  });
});

Deno.test({
  name:
    "a port of one gives nothing after a wait (where the rules are put over the system)",
  ignore: !isWine,
  async fn() {
    const api = new NativeWin32();
    const type = MEM_RESERVE | MEM_COMMIT;
    const entries = api.virtualAlloc(0n, 4096, type);
    const polled: number[] = [];
    for (const concurrency of [1, 0xffff_ffff]) {
      const none = INVALID_HANDLE_VALUE;
      const port = api.createIoCompletionPort(none, 0n, 0, concurrency);
      api.postQueuedCompletionStatus(port, 0, 1, 0n);
      const wait = { port, entries, capacity: 4, timeout: INFINITE };
      assertEquals(await api.waitForCompletions(wait), 1);
      api.postQueuedCompletionStatus(port, 0, 1, 0n);
      const packets = new Uint8Array(64);
      polled.push(api.getQueuedCompletionStatusEx(port, packets, 0));
      api.closeHandle(port);
    }
    assertEquals(polled, [0, 1]);
    api.virtualFree(entries, 0, MEM_RELEASE);
  },
});
