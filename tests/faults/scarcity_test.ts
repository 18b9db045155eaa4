/** What there is not enough of: quota, slots, memory, libraries. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  type IocpProactor,
  isWindowsError,
  type StreamConnection,
} from "../../mod.ts";
import { MEM_COMMIT, MEM_RESERVE } from "../../src/ffi/constants.ts";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import { defaultSockets } from "../../src/ffi/socket/default.ts";
import type { NativeBuffer } from "../../src/ffi/memory.ts";
import { openFile } from "../../src/file/mod.ts";
import { UdpSocket } from "../../src/net/mod.ts";
import { pipe } from "../../src/pipe/mod.ts";
import { portOf } from "../../src/proactor/default_port.ts";
import { OperationTable } from "../../src/proactor/port/operation.ts";
import { PortHandle } from "../../src/proactor/port/port_handle.ts";
import { runScript, test } from "../interop/_script.ts";
import { withChanges } from "../windows/_proxies.ts";
import { pattern, readBytes } from "../windows/_bytes.ts";
import { connectedPair } from "../windows/_pipes.ts";
import { withProactor } from "../windows/_setup.ts";
import { soon, turn } from "../windows/_turns.ts";
import { tcpPair } from "../windows/net/_tcp.ts";
import { faultTest, figure, LOCAL, randomNumbers, scaled } from "./_faults.ts";

const LIMIT = 60;

/** Writes that find no room. */
const WRITES = scaled(10_000, 300);

/** More bytes than Windows has memory for. */
const TOO_MUCH = 2 ** 46;

/** Slots of one port. */
const SLOTS = 2 ** 20;

/** Bytes of a large write. */
const LARGE = scaled(2 ** 30, 2 ** 26);

faultTest(
  `${WRITES} writes that find a pipe full, half of them cancelled, leave a prefix of what was sent`,
  LIMIT,
  async (proactor) => {
    const [a, b] = pipe({ duplex: true, bufferSize: 512, proactor });
    const random = randomNumbers(1);
    const sizes = Array.from({ length: WRITES }, () => 1 + random(2000));
    const all = pattern(sizes.reduce((sum, size) => sum + size, 0));
    let start = 0;
    const writes = sizes.map((size) =>
      proactor.send(b, all.subarray(start, start += size))
    );
    // From the end, so that what is left is a prefix
    for (const write of writes.slice(WRITES / 2).reverse()) write.cancel();
    const ended = Promise.allSettled(writes);
    const kept = sizes.slice(0, WRITES / 2).reduce(
      (sum, size) => sum + size,
      0,
    );
    let received = 0;
    while (received < kept) {
      const part = await soon(proactor.recv(a, 65536));
      const sent = all.subarray(received, received += part.length);
      assertEquals(Buffer.compare(part, sent), 0);
    }
    const results = await soon(ended);
    const done = results.filter(({ status }) => status === "fulfilled");
    figure(`${done.length} of ${WRITES} were sent, ${received} bytes`);
    assert(done.length >= WRITES / 2);
    a.close();
    b.close();
  },
);

Deno.test("the last slot of a port is refused with RangeError, and others are reused", () => {
  const table = new OperationTable(new NativeWin32());
  const owner = new PortHandle(0n, {
    key: 16,
    modes: { skipsOnSuccess: true, queuesWarnings: false },
    control: { closeHandle: () => 0, cancelIoEx: () => 0 },
  });
  const listener = { onCompletion() {} };
  const first = table.acquire(owner, listener);
  for (let i = 1; i < SLOTS; i++) table.acquire(owner, listener);
  assertThrows(
    () => table.acquire(owner, listener),
    RangeError,
    `Cannot start another operation: ${SLOTS} are in use`,
  );
  table.release(first);
  assertEquals(table.acquire(owner, listener), first);
  assertEquals(table.dispose(), 0);
});

/** A Windows that has no memory left while it is told so. */
class Poor {
  failing = false;
  readonly native = new NativeWin32();
  readonly api = withChanges(this.native, {
    virtualAlloc: (address, size, type) =>
      this.failing
        ? this.native.virtualAlloc(0n, TOO_MUCH, MEM_RESERVE | MEM_COMMIT)
        : this.native.virtualAlloc(address, size, type),
  });

  /** Takes all pooled buffers and slots, so that the next ones need memory. */
  exhaust(proactor: IocpProactor): Disposable {
    this.failing = true;
    const { buffers } = portOf(proactor);
    const taken: NativeBuffer[] = [];
    for (let size = 65536; size >= 4096; size /= 2) {
      for (let next; (next = buffers.tryAcquire(size)) !== null;) {
        taken.push(next);
      }
    }
    return {
      [Symbol.dispose]: () => {
        this.failing = false;
        for (const buffer of taken) buffers.release(buffer);
      },
    };
  }
}

function poorTest(
  name: string,
  body: (proactor: IocpProactor, poor: Poor) => Promise<void>,
): void {
  const poor = new Poor();
  Deno.test(
    name,
    () =>
      withProactor((proactor) => body(proactor, poor), {
        api: poor.api,
        sockets: defaultSockets(),
      }),
  );
}

/** Demands the error of Windows that says so. */
async function assertNoMemory(attempt: () => PromiseLike<unknown>) {
  const error = await assertRejects(async () => await soon(attempt()));
  assert(isWindowsError(error), String(error));
  assert([8, 14, 1450, 1455].includes(error.winerror), String(error));
}

const PAIRS: Record<
  string,
  (
    proactor: IocpProactor,
  ) => Promise<
    AsyncDisposable & { client: StreamConnection; served: StreamConnection }
  >
> = {
  "a byte pipe": (proactor) => connectedPair(proactor),
  "a message pipe": (proactor) => connectedPair(proactor, { type: "message" }),
  TCP: (proactor) => tcpPair(proactor),
};

for (const [name, open] of Object.entries(PAIRS)) {
  poorTest(
    `${name} without memory: reads and writes fail, and nothing is left`,
    async (proactor, poor) => {
      await using pair = await open(proactor);
      const { client, served } = pair;
      await client.write(pattern(100));
      assertEquals(await readBytes(served, 100), pattern(100));
      const target = new Uint8Array(1000);
      const reading = served.read(target);
      reading.catch(() => {});
      await turn();
      {
        using _poverty = poor.exhaust(proactor);
        await assertNoMemory(() => client.write(pattern(1000)));
        await assertNoMemory(() => served.write(pattern(1_000_000)));
      }
      client.abort();
      await soon(reading.then(() => {}, () => {}));
    },
  );

  poorTest(
    `${name} without memory for a read loses no byte that it was not given`,
    async (proactor, poor) => {
      await using pair = await open(proactor);
      const { client, served } = pair;
      await client.write(pattern(1000));
      {
        using _poverty = poor.exhaust(proactor);
        await soon(served.read(new Uint8Array(10)).then(() => {}, () => {}));
      }
      served.abort();
    },
  );
}

poorTest(
  "operations without memory for a buffer fail, and go on with it",
  async (proactor, poor) => {
    const [a, b] = pipe({ duplex: true, proactor });
    await soon(proactor.send(b, pattern(10)));
    {
      using _poverty = poor.exhaust(proactor);
      await assertNoMemory(async () => await proactor.recv(a, 100));
      await assertNoMemory(async () => await proactor.recv(a, 1_000_000));
      await assertNoMemory(async () => await proactor.send(b, pattern(100)));
    }
    assertEquals(await soon(proactor.recv(a, 100)), pattern(10));
    await soon(proactor.send(b, pattern(100)));
    assertEquals(await soon(proactor.recv(a, 100)), pattern(100));
    a.close();
    b.close();
  },
);

poorTest(
  "slots without memory are refused, and there are more with it",
  async (proactor, poor) => {
    const [a, b] = pipe({ duplex: true, proactor });
    const reads = [proactor.recv(a, 0)];
    poor.failing = true;
    while (
      portOf(proactor).operations.inUse < portOf(proactor).operations.capacity
    ) {
      reads.push(proactor.recv(a, 0));
    }
    await assertNoMemory(async () => await proactor.recv(a, 0));
    poor.failing = false;
    reads.push(proactor.recv(a, 0));
    for (const read of reads) read.cancel();
    await soon(Promise.allSettled(reads));
    figure(`${reads.length} reads pending`);
    a.close();
    b.close();
  },
);

poorTest(
  "datagrams without memory are refused, and come later",
  async (proactor, poor) => {
    const receiver = UdpSocket.listen({ ...LOCAL, proactor });
    const sender = await UdpSocket.connect({ ...receiver.addr, proactor });
    await sender.send(pattern(10));
    const target = new Uint8Array(100);
    {
      using _poverty = poor.exhaust(proactor);
      await assertNoMemory(() => receiver.receiveInto(target));
      await assertNoMemory(() => sender.send(pattern(1000)));
    }
    const received = await soon(receiver.receiveInto(target));
    assertEquals(received.byteLength, 10);
    receiver.close();
    sender.close();
  },
);

poorTest(
  "a file without memory fails to be read and written, and goes on",
  async (proactor, poor) => {
    const path = await Deno.makeTempFile();
    {
      await using file = await openFile(path, {
        read: true,
        write: true,
        proactor,
      });
      await file.write(pattern(1000), { at: 0 });
      const target = new Uint8Array(1000);
      {
        using _poverty = poor.exhaust(proactor);
        await assertNoMemory(() => file.read(target, { at: 0 }));
        await assertNoMemory(() => file.write(pattern(10), { at: 0 }));
      }
      assertEquals(await file.read(target, { at: 0 }), 1000);
      assertEquals(target, pattern(1000));
    }
    await Deno.remove(path);
  },
);

/** Libraries, and what cannot be had without each. */
const MISSING: Record<string, [attempt: string, rest: string]> = {
  "kernel32.dll": ["lib.pipe()", "null"],
  "ntdll.dll": ["lib.pipe()", "null"],
  "advapi32.dll": ["lib.pipe()", "null"],
  "ws2_32.dll": [
    "lib.createSocket()",
    "lib.pipe().forEach((end) => end.close())",
  ],
};

for (const [library, [attempt, rest]] of Object.entries(MISSING)) {
  test.process(`without ${library} a program is told so, and works as soon as it is there`, async () => {
    const { stdout, code } = await runScript(
      `
      const dlopen = Deno.dlopen;
      Deno.dlopen = (path, symbols) =>
        dlopen(path.replace("${library}", "missing-${library}"), symbols);
      for (let i = 0; i < 2; i++) {
        try {
          ${attempt};
          console.log("no error");
        } catch (error) {
          const missing = error instanceof Deno.errors.NotSupported;
          console.log(missing && error.message.includes("${library}"));
        }
      }
      ${rest};
      Deno.dlopen = dlopen;
      [${attempt}].flat().forEach((each) => each.close());
      console.log("works");
      `,
    );
    assertEquals(stdout.split(/\r?\n/), ["true", "true", "works"]);
    assertEquals(code, 0);
  });
}

for (const [name, open] of Object.entries(PAIRS)) {
  if (name === "a message pipe") continue;
  faultTest(
    `a write of ${LARGE / 2 ** 20} MiB over ${name} arrives whole`,
    LIMIT,
    async (proactor) => {
      await using pair = await open(proactor);
      const data = pattern(LARGE);
      const start = performance.now();
      const written = pair.client.write(data);
      const target = new Uint8Array(2 ** 20);
      for (let at = 0; at < LARGE;) {
        const count = await soon(pair.served.read(target)) ?? 0;
        assert(count > 0);
        const sent = data.subarray(at, at += count);
        assertEquals(Buffer.compare(target.subarray(0, count), sent), 0);
      }
      assertEquals(await soon(written), LARGE);
      rate(start);
    },
  );
}

faultTest(
  `a message of ${LARGE / 2 ** 20} MiB arrives whole`,
  LIMIT,
  async (proactor) => {
    await using pair = await connectedPair(proactor, { type: "message" }, {
      readMode: "message",
    });
    const data = pattern(LARGE);
    const start = performance.now();
    const written = pair.served.write(data);
    const message = await pair.client.readMessage({ maxLength: LARGE });
    assertEquals(Buffer.compare(message!.data, data), 0);
    await soon(written);
    rate(start);
  },
);

faultTest(
  `a write of ${LARGE / 2 ** 20} MiB to a file is read back`,
  LIMIT,
  async (proactor) => {
    const path = await Deno.makeTempFile();
    {
      await using file = await openFile(path, {
        read: true,
        write: true,
        proactor,
      });
      const data = pattern(LARGE);
      const start = performance.now();
      assertEquals(await file.write(data, { at: 0 }), LARGE);
      const target = new Uint8Array(2 ** 20);
      for (let at = 0; at < LARGE;) {
        const count = await soon(file.read(target, { at })) ?? 0;
        const sent = data.subarray(at, at += count);
        assertEquals(Buffer.compare(target.subarray(0, count), sent), 0);
      }
      rate(start);
    }
    await Deno.remove(path);
  },
);

function rate(start: number): void {
  const seconds = (performance.now() - start) / 1000;
  figure(`${Math.round(LARGE / 2 ** 20 / seconds)} MiB/s`);
}
