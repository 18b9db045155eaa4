/** What waits for a read of a synchronous handle, and what does not. */

import { portOf } from "../../src/proactor/default_port.ts";
import type { IocpProactor } from "../../mod.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import { createPipePair } from "../../src/pipe/anonymous_pipe.ts";
import { adoptHandle, subprocessExec } from "../../src/process/mod.ts";
import "../windows/process/_process.ts";
import { withProactor } from "../windows/_setup.ts";
import { encode } from "../windows/_bytes.ts";
import { libraryPath } from "../windows/_library.ts";
import { soon, turn } from "../windows/_turns.ts";
import { isWine } from "../windows/_wine.ts";
import { lockFile } from "./file_locks.ts";

const STD_INPUT = -10;

const { ReadFile, GetStdHandle, SetStdHandle } = Deno.dlopen(
  libraryPath("kernel32.dll"),
  {
    ReadFile: {
      parameters: ["usize", "buffer", "u32", "buffer", "usize"],
      result: "i32",
      nonblocking: true,
    },
    GetStdHandle: { parameters: ["i32"], result: "usize" },
    SetStdHandle: { parameters: ["i32", "usize"], result: "i32" },
  },
).symbols;

/** Somebody else's read, which holds the lock of the handle until it ends. */
function foreignRead(file: Handle): Promise<void> {
  const lock = lockFile(file);
  const read = ReadFile(file, new Uint8Array(9), 9, new Uint8Array(4), 0n);
  return read.then(() => lock[Symbol.dispose]());
}

/** A pipe whose reads block a thread. */
function blockingReader(proactor: IocpProactor) {
  const { api } = portOf(proactor);
  const pair = createPipePair(api, { overlapped: [false, true] });
  return { api, reader: pair.server, writer: pair.client };
}

Deno.test("adoptHandle() of a handle that somebody reads waits, and blocks nobody", async () => {
  await withProactor(async (proactor) => {
    const { reader, writer } = blockingReader(proactor);
    const read = foreignRead(reader);
    let kind = "unknown";
    const adopted = adoptHandle(reader, { direction: "in", proactor });
    adopted.then((stream) => kind = stream.kind);
    for (let i = 0; i < 20; i++) await turn();
    assertEquals(kind, "unknown");
    await proactor.send(writer, encode("x"));
    await soon(read);
    using stream = await soon(adopted);
    assertEquals([stream.kind, stream.driver], ["pipe", "thread"]);
    proactor.closeHandle(writer);
  });
});

Deno.test("a child starts while somebody reads from our standard input", async () => {
  await withProactor(async (proactor) => {
    const { api, reader, writer } = blockingReader(proactor);
    const ours = GetStdHandle(STD_INPUT);
    SetStdHandle(STD_INPUT, reader);
    try {
      const read = foreignRead(reader);
      const child = await soon(subprocessExec("cmd.exe", {
        args: ["/c", "exit 7"],
        stdin: "inherit",
        stdout: "null",
        stderr: "null",
        proactor,
      }));
      assertEquals((await soon(child.status)).code, 7);
      await proactor.send(writer, encode("x"));
      await soon(read);
    } finally {
      SetStdHandle(STD_INPUT, ours);
      for (const end of [reader, writer]) api.closeHandle(end);
    }
  });
});

Deno.test({
  name:
    "a question that would block fails a test (where the rules are put over the system)",
  ignore: !isWine,
  fn() {
    const api = new NativeWin32();
    const pair = createPipePair(api, { overlapped: [false, true] });
    {
      using _lock = lockFile(pair.server);
      assertThrows(
        () => api.getNamedPipeInfo(pair.server),
        Error,
        "waits for a pending read",
      );
    }
    assertEquals(api.getNamedPipeInfo(pair.server)?.serverEnd, true);
    for (const end of [pair.server, pair.client]) api.closeHandle(end);
  },
});
