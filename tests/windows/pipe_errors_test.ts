import { assertEquals, assertMatch } from "@std/assert";
import { assertInstanceOf, assertRejects } from "@std/assert";
import {
  connectPipe,
  type ConnectPipeOptions,
  type PipeConnection,
  PipeServer,
  type PipeServerOptions,
} from "../../mod.ts";
import { withProactor } from "./_setup.ts";
import { assertKeepsHandles } from "./_handles.ts";
import { connectedPair, uniquePipeName } from "./_pipes.ts";
import { soon } from "./_turns.ts";

import { openPipeTransport, servePipe } from "../../src/pipe/pipe_protocol.ts";
import {
  assertRefused,
  BAD_ARRAYS,
  type ErrorClass,
  refusal,
  spiedTest,
} from "./_refusals.ts";

const BAD_NAMES: [unknown, ErrorClass][] = [
  [undefined, TypeError],
  [null, TypeError],
  [5, TypeError],
  [{}, TypeError],
  ["", TypeError],
  ["name\0", TypeError],
  ["pipe\\name", TypeError],
  ["/tmp/name", TypeError],
  ["\\\\.\\pipe\\", TypeError],
  ["\\\\.\\pipe", TypeError],
  ["\\\\.\\mailslot\\x", TypeError],
  ["\\\\.\\pipe\\..\\x", TypeError],
  ["//./pipe/a/../b", TypeError],
  ["\\\\.\\pipe\\a\0b", TypeError],
  ["\\\\.\\pipe\\" + "x".repeat(300), RangeError],
  ["x".repeat(300), RangeError],
];

const BAD_SERVER_OPTIONS: [unknown, ErrorClass][] = [
  [{ type: "stream" }, TypeError],
  [{ type: null }, TypeError],
  [{ direction: "both" }, TypeError],
  [{ direction: "toString" }, TypeError],
  [{ instances: 0 }, RangeError],
  [{ instances: 255 }, RangeError],
  [{ instances: 1.5 }, RangeError],
  [{ instances: "8" }, RangeError],
  [{ instances: 3, maxInstances: 2 }, RangeError],
  [{ maxInstances: 0 }, RangeError],
  [{ maxInstances: 255 }, RangeError],
  [{ maxInstances: NaN }, RangeError],
  [{ inBufferSize: -1 }, RangeError],
  [{ outBufferSize: 2 ** 31 }, RangeError],
  [{ outBufferSize: "big" }, RangeError],
  [{ backlog: 0 }, RangeError],
  [{ backlog: -1 }, RangeError],
];

const BAD_CONNECT_OPTIONS: [unknown, ErrorClass][] = [
  [{ direction: "both" }, TypeError],
  [{ readMode: "line" }, TypeError],
  [{ impersonation: "delegation" }, TypeError],
  [{ impersonation: "toString" }, TypeError],
  [{ timeout: -1 }, RangeError],
  [{ timeout: NaN }, RangeError],
  [{ timeout: 2 ** 31 }, RangeError],
  [{ timeout: "5" }, RangeError],
];

spiedTest("bad names are refused before any call", async (proactor, calls) => {
  for (const [name, errorClass] of BAD_NAMES) {
    const path = name as string;
    const what = JSON.stringify(name) ?? "undefined";
    const expected = { calls, errorClass };
    const made = () => ({});
    for (
      const call of [
        () => PipeServer.listen(path, { proactor }),
        () => servePipe(made, path, { proactor }),
        () => connectPipe(path, { proactor }),
        () => openPipeTransport(made, path, { proactor }),
        () => proactor.connectPipe(path),
      ]
    ) await assertRefused(what, call, expected);
  }
});

spiedTest(
  "listen() serves no name of another computer",
  async (proactor, calls) => {
    const path = "\\\\server\\pipe\\name";
    const call = () => PipeServer.listen(path, { proactor });
    await assertRefused(path, call, { calls, errorClass: TypeError });
  },
);

spiedTest(
  "bad server options are refused before any call",
  async (proactor, calls) => {
    for (const [bad, errorClass] of BAD_SERVER_OPTIONS) {
      const options = { ...bad as PipeServerOptions, proactor };
      const call = () => PipeServer.listen(uniquePipeName(), options);
      await assertRefused(JSON.stringify(bad), call, { calls, errorClass });
    }
  },
);

spiedTest(
  "bad client options are refused before any call",
  async (proactor, calls) => {
    for (const [bad, errorClass] of BAD_CONNECT_OPTIONS) {
      const options = { ...bad as ConnectPipeOptions, proactor };
      const call = () => connectPipe(uniquePipeName(), options);
      await assertRefused(JSON.stringify(bad), call, { calls, errorClass });
    }
  },
);

spiedTest(
  "a factory that is no function is refused",
  async (proactor, calls) => {
    for (const bad of [undefined, null, {}, "factory"]) {
      const factory = bad as never;
      const path = uniquePipeName();
      const expected = { calls, errorClass: TypeError };
      const serve = () => servePipe(factory, path, { proactor });
      await assertRefused("servePipe", serve, expected);
      const open = () => openPipeTransport(factory, path, { proactor });
      await assertRefused("openPipeTransport", open, expected);
    }
  },
);

spiedTest(
  "an aborted signal stops listen() and connectPipe() before any call",
  async (proactor, calls) => {
    const signal = AbortSignal.abort();
    for (
      const call of [
        () => PipeServer.listen(uniquePipeName(), { signal, proactor }),
        () => connectPipe(uniquePipeName(), { signal, proactor }),
      ]
    ) {
      const { error, made } = await refusal(call, calls);
      assertInstanceOf(error, DOMException);
      assertEquals([error.name, made], ["AbortError", []]);
    }
  },
);

spiedTest(
  "bad arrays, lengths and deadlines of a connection are refused before any call",
  async (proactor, calls) => {
    await using pair = await connectedPair(proactor, { type: "message" }, {
      readMode: "message",
    });
    const { client, server } = pair;
    const type = { calls, errorClass: TypeError };
    for (const bad of BAD_ARRAYS) {
      const data = bad as Uint8Array;
      await assertRefused("read", () => client.read(data), type);
      await assertRefused("write", () => client.write(data), type);
    }
    const range = { calls, errorClass: RangeError };
    for (const bad of [0, -1, 1.5, NaN, 2 ** 32, "5"]) {
      const maxLength = bad as number;
      const read = () => client.readMessage({ maxLength });
      await assertRefused(`maxLength ${bad}`, read, range);
    }
    for (const bad of [-1, NaN, 2 ** 31, "5", -Infinity]) {
      const deadline = bad as number;
      const shutdown = () => client.shutdown({ deadline });
      await assertRefused(`deadline ${bad}`, shutdown, range);
    }
    for (const bad of [-1, NaN]) {
      const shutdown = () => server.shutdown({ deadline: bad });
      await assertRefused(`server deadline ${bad}`, shutdown, range);
    }
    assertEquals(await client.write(new Uint8Array(1)), 1);
  },
);

/** Every operation of a connection, each with harmless arguments. */
function operationsOf(connection: PipeConnection) {
  return {
    read: () => connection.read(new Uint8Array(1)),
    readMessage: () => connection.readMessage(),
    write: () => connection.write(new Uint8Array(1)),
    closeWrite: () => connection.closeWrite(),
    readable: () => connection.readable.getReader().read(),
    writable: () => connection.writable.getWriter().write(new Uint8Array(1)),
  };
}

for (const end of ["close", "abort", "shutdown"] as const) {
  spiedTest(
    `after ${end}() a connection refuses every operation before any call, and closing again is harmless`,
    async (proactor, calls) => {
      await using pair = await connectedPair(proactor, { type: "message" }, {
        readMode: "message",
      });
      for (const connection of [pair.client, pair.served]) {
        await connection[end]();
        await soon(connection.finished);
        const expected = { calls, errorClass: Deno.errors.BadResource };
        for (const [name, call] of Object.entries(operationsOf(connection))) {
          await assertRefused(name, call, expected);
        }
        connection.close();
        connection.abort();
        await connection.shutdown();
        connection.ref();
        connection.unref();
        assertEquals(connection.remoteProcessId, 0);
        assertEquals(connection.bufferedAmount, 0);
        assertMatch(connection.localAddr.path, /^\\\\\.\\pipe\\/);
      }
    },
  );
}

spiedTest(
  "after close() a server refuses accept(), and the rest is harmless",
  async (proactor, calls) => {
    const server = PipeServer.listen(uniquePipeName(), { proactor });
    server.close();
    await soon(server.finished);
    const expected = { calls, errorClass: Deno.errors.BadResource };
    await assertRefused("accept", () => server.accept(), expected);
    calls.length = 0;
    for await (const _ of server) {
      throw new Error(
        "A closed server has clients",
      );
    }
    server.close();
    server.ref();
    server.unref();
    await server.shutdown();
    await server.shutdown({ deadline: 0 });
    assertEquals(calls, []);
  },
);

Deno.test("refused calls leave no handle, slot or buffer", async () => {
  await withProactor(async (proactor) => {
    const path = uniquePipeName();
    await using _server = PipeServer.listen(path, { proactor });
    async function failAll() {
      const calls = [
        () => PipeServer.listen(path, { proactor }),
        () => PipeServer.listen("a/bad", { proactor }),
        () => connectPipe(uniquePipeName(), { proactor }),
        () => connectPipe("a/bad", { proactor }),
        () => proactor.recv(0x7ff1234n, 10),
        () => proactor.send(0x7ff1234n, new Uint8Array(10)),
      ];
      for (const call of calls) {
        await assertRejects(async () => await call(), Error);
      }
    }
    const slots = proactor.metrics().slotsInUse;
    await assertKeepsHandles(failAll, 20);
    assertEquals(proactor.metrics().slotsInUse, slots);
    assertEquals(proactor.metrics().bufferBytes, 0);
  });
});
