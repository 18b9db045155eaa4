/** What pipes may be called. */

import { portOf } from "../../src/proactor/default_port.ts";
import { assertEquals, assertNotEquals, assertStrictEquals } from "@std/assert";
import { delay } from "@std/async";
import { connectPipe, PipeServer } from "../../mod.ts";
import { FILE_FLAG_OVERLAPPED, GENERIC_READ } from "../../src/ffi/constants.ts";
import { INVALID_HANDLE_VALUE } from "../../src/ffi/win32_api.ts";
import { test } from "./_setup.ts";
import { encode, readText } from "./_bytes.ts";
import { soon } from "./_turns.ts";

test.proactor("a pipe has one name, however server and clients spell it", async (proactor) => {
  const id = crypto.randomUUID();
  const path = `\\\\.\\pipe\\${id}\\a\\b`;
  const spellings = [
    path,
    `//./pipe/${id}/a/b`,
    `\\\\?\\pipe\\${id}\\a\\b`,
    `\\\\.\\PIPE/${id}\\a//b`,
    path.toUpperCase(),
  ];
  for (const served of spellings) {
    await using server = PipeServer.listen(served, { proactor });
    assertEquals(server.addr.path.toLowerCase(), path);
    for (const spelled of [...spellings, `${path}. .`]) {
      const client = await connectPipe(spelled, { proactor });
      assertEquals(client.remoteAddr.path.toLowerCase(), path);
      (await soon(server.accept())).abort();
      client.abort();
    }
    // Windows makes the same of what other programs pass.
    const { api } = portOf(proactor);
    for (const name of [path, `//./pipe/${id}/a/b`, `${path}. .`]) {
      const handle = api.createFile({
        name,
        access: GENERIC_READ,
        shareMode: 0,
        flags: FILE_FLAG_OVERLAPPED,
      });
      assertNotEquals(handle, INVALID_HANDLE_VALUE, name);
      (await soon(server.accept())).abort();
      api.closeHandle(handle);
    }
  }
});

test.proactor("a bare name is the name of a pipe", async (proactor) => {
  const name = `bare-${crypto.randomUUID()}`;
  await using server = PipeServer.listen(name, { proactor });
  assertEquals(server.addr.path, `\\\\.\\pipe\\${name}`);
  using client = await connectPipe(name, { proactor });
  (await soon(server.accept())).close();
  assertStrictEquals(await soon(client.read(new Uint8Array(1))), null);
});

test.proactor("a client waits for a free instance of a pipe with a backslash in its name", async (proactor) => {
  const path = `//./pipe/${crypto.randomUUID()}/a\\b`;
  const one = { instances: 1, maxInstances: 1, proactor };
  await using server = PipeServer.listen(path, one);
  const first = await connectPipe(path, { proactor });
  const served = await soon(server.accept());
  const second = connectPipe(path, { proactor });
  await delay(50);
  first.abort();
  served.abort();
  using client = await soon(second);
  await client.write(encode("in"));
  using next = await soon(server.accept());
  assertEquals(await readText(next, 2), "in");
});
