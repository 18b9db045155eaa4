import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { connectPipe, IocpProactor, PipeServer } from "../../mod.ts";
import { pipe, type PipeHandle } from "../../src/pipe/mod.ts";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import {
  type Handle,
  INVALID_HANDLE_VALUE,
  type Win32Api,
} from "../../src/ffi/win32_api.ts";

import { withChanges } from "./_proxies.ts";
import { assertNoLeak } from "./_setup.ts";
import { isPipe } from "./_handles.ts";
import { uniquePipeName } from "./_pipes.ts";
import {
  assertRefused,
  BAD_ARRAYS,
  type ErrorClass,
  spiedApi,
  spiedTest,
} from "./_refusals.ts";

const BAD_HANDLES: [unknown, ErrorClass][] = [
  [undefined, TypeError],
  [null, TypeError],
  [5, TypeError],
  ["5", TypeError],
  [{}, TypeError],
  [{ handle: 5 }, TypeError],
  [{ handle: null }, Deno.errors.BadResource],
  [0n, Deno.errors.BadResource],
  [-1n, Deno.errors.BadResource],
  [-4n, Deno.errors.BadResource],
  [2n ** 64n + 4n, Deno.errors.BadResource],
  [INVALID_HANDLE_VALUE, Deno.errors.BadResource],
];

/** The calls that take a handle. */
function operationsOf(proactor: IocpProactor, handle: Handle | PipeHandle) {
  return {
    register: () => proactor.register(handle),
    stopServing: () => proactor.stopServing(handle),
    recv: () => proactor.recv(handle, 10),
    recvInto: () => proactor.recvInto(handle, new Uint8Array(1)),
    send: () => proactor.send(handle, new Uint8Array(1)),
    acceptPipe: () => proactor.acceptPipe(handle),
  };
}

spiedTest(
  "bad handles are refused before any call",
  async (proactor, calls) => {
    for (const [bad, errorClass] of BAD_HANDLES) {
      const handle = bad as bigint;
      const expected = { calls, errorClass };
      const operations = operationsOf(proactor, handle);
      for (const [name, call] of Object.entries(operations)) {
        await assertRefused(`${name}(${bad})`, call, expected);
      }
      if (typeof bad === "object") continue;
      const close = () => proactor.closeHandle(handle);
      await assertRefused(`closeHandle(${bad})`, close, expected);
    }
  },
);

spiedTest(
  "bad sizes, arrays and time-outs of operations are refused before any call",
  async (proactor, calls) => {
    const [a, b] = pipe({ duplex: true, proactor });
    using _a = a;
    using _b = b;
    proactor.register(a);
    const range = { calls, errorClass: RangeError };
    for (const bad of [-1, 1.5, NaN, Infinity, 2 ** 32, "5"]) {
      await assertRefused(
        `recv ${bad}`,
        () => proactor.recv(a, bad as number),
        range,
      );
    }
    for (const bad of [-1, NaN, 2 ** 32, "5"]) {
      const timeout = bad as number;
      await assertRefused(
        `select ${bad}`,
        () => proactor.select(timeout),
        range,
      );
      await assertRefused(`poll ${bad}`, () => proactor.poll(timeout), range);
      const close = () => proactor.close({ deadline: timeout });
      await assertRefused(`close ${bad}`, close, range);
    }
    const type = { calls, errorClass: TypeError };
    for (const bad of BAD_ARRAYS) {
      const data = bad as Uint8Array;
      await assertRefused("send", () => proactor.send(a, data), type);
      await assertRefused("recvInto", () => proactor.recvInto(a, data), type);
    }
    const empty = () => proactor.recvInto(a, new Uint8Array(0));
    await assertRefused("recvInto empty", empty, type);
  },
);

Deno.test("after close() a proactor refuses every operation before any call", async () => {
  const { api, calls } = spiedApi();
  const proactor = new IocpProactor({ api });
  const [a, b] = pipe({ duplex: true, proactor });
  proactor.register(a);
  await proactor.close();
  const expected = { calls, errorClass: Deno.errors.BadResource };
  const operations = {
    ...operationsOf(proactor, a),
    register: () => proactor.register(b),
    connectPipe: () => proactor.connectPipe(uniquePipeName()),
    select: () => proactor.select(),
    poll: () => proactor.poll(),
    listen: () => PipeServer.listen(uniquePipeName(), { proactor }),
    connect: () => connectPipe(uniquePipeName(), { proactor }),
  };
  for (const [name, call] of Object.entries(operations)) {
    await assertRefused(name, call, expected);
  }
  a.close();
  b.close();
});

Deno.test("IocpProactor refuses a concurrency that is not a DWORD before any call", async () => {
  const { api, calls } = spiedApi();
  for (const concurrency of [-1, 1.5, NaN, 2 ** 32]) {
    const call = () => new IocpProactor({ concurrency, api });
    await assertRefused(`${concurrency}`, call, {
      calls,
      errorClass: RangeError,
    });
  }
});

Deno.test("listen() that fails half-way closes what it has created", async () => {
  const native = new NativeWin32();
  const created: bigint[] = [];
  let associations = 0;
  const changes: Partial<Win32Api> = {
    createNamedPipe(parameters) {
      created.push(native.createNamedPipe(parameters));
      return created.at(-1)!;
    },
    createIoCompletionPort(file, port, key, concurrency) {
      if (port !== 0n && ++associations === 3) return 0n;
      return native.createIoCompletionPort(file, port, key, concurrency);
    },
  };
  const api = withChanges(native, changes);
  await using proactor = new IocpProactor({ api });
  const options = { type: "byte", proactor } as const;
  await assertRejects(
    async () => await PipeServer.listen(uniquePipeName(), options),
    Error,
    "Cannot register handle",
  );
  assertFalse(created.some((handle) => isPipe(native, handle)));
  assertEquals(created.length, 4, "the one that keeps the name, and three");
  await assertNoLeak(proactor);
});
