/** Streams over handles that somebody else has opened. */

import { portOf } from "../../../src/proactor/default_port.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertRejects } from "@std/assert";
import type { IocpProactor, WindowsHandle } from "../../../mod.ts";
import {
  adoptHandle,
  type AdoptHandleOptions,
} from "../../../src/process/mod.ts";
import {
  FILE_FLAG_OVERLAPPED,
  FILE_SHARE_READ,
  FILE_SHARE_WRITE,
  GENERIC_READ,
  GENERIC_WRITE,
} from "../../../src/ffi/constants.ts";
import { createPipePair } from "../../../src/pipe/anonymous_pipe.ts";
import { test, withProactor } from "../_setup.ts";
import { encode, pattern, readBytes, readText, sha256 } from "../_bytes.ts";
import { isPipe } from "../_handles.ts";
import { libraryPath } from "../_library.ts";
import { soon, turn, until } from "../_turns.ts";
import "./_process.ts";

const { Sleep } = Deno.dlopen(libraryPath("kernel32.dll"), {
  Sleep: { parameters: ["u32"], result: "void", nonblocking: true },
}).symbols;

/** More than Deno's pool has threads: four for each processor. */
const MANY_READS = 4 * navigator.hardwareConcurrency + 8;

const WIN_INI = "C:\\windows\\win.ini";

function openFile(
  proactor: IocpProactor,
  name: string,
  flags = 0,
): WindowsHandle {
  const writable = name === "\\\\.\\NUL" ? GENERIC_WRITE : 0;
  return portOf(proactor).api.createFile({
    name,
    access: (GENERIC_READ | writable) >>> 0,
    shareMode: FILE_SHARE_READ | FILE_SHARE_WRITE,
    flags,
  });
}

/** The end that reads is ours, the other one goes to the test. */
function pipePair(
  proactor: IocpProactor,
  overlapped: readonly [boolean, boolean],
) {
  const { api } = portOf(proactor);
  const { server, client } = createPipePair(api, { overlapped });
  return { reader: server, writer: client };
}

test.proactor("adoptHandle() lets the port drive an overlapped pipe", async (proactor) => {
  const { reader, writer } = pipePair(proactor, [true, true]);
  await using input = await adoptHandle(reader, {
    direction: "in",
    proactor,
  });
  await using output = await adoptHandle(writer, {
    direction: "out",
    proactor,
  });
  assertEquals([input.kind, input.driver], ["pipe", "port"]);
  assertEquals([output.kind, output.driver], ["pipe", "port"]);
  await output.write(encode("hello"));
  assertEquals(await readText(input, 5), "hello");
});

test.proactor("adoptHandle() lets threads drive a pipe that is not overlapped", async (proactor) => {
  const { reader, writer } = pipePair(proactor, [false, false]);
  await using input = await adoptHandle(reader, {
    direction: "in",
    proactor,
  });
  const output = await adoptHandle(writer, { direction: "out", proactor });
  assertEquals([input.kind, input.driver], ["pipe", "thread"]);
  const reading = readBytes(input);
  const data = pattern(300_000);
  await soon(output.write(data));
  await output.shutdown();
  const received = await reading; // until the end
  assertEquals(await sha256(received), await sha256(data));
  assertEquals(isPipe(portOf(proactor).api, writer), false);
});

test.proactor("a thread's read waits without blocking, and is a web stream", async (proactor) => {
  const { reader, writer } = pipePair(proactor, [false, true]);
  const input = await adoptHandle(reader, { direction: "in", proactor });
  const text = new Response(input.readable).text();
  for (let i = 0; i < 10; i++) await turn();
  await proactor.send(writer, encode("one "));
  await proactor.send(writer, encode("two"));
  proactor.closeHandle(writer);
  assertEquals(await soon(text), "one two");
  await soon(input.finished);
  assertEquals(isPipe(portOf(proactor).api, reader), false);
});

test.proactor("a thread's write fails when nobody reads any more", async (proactor) => {
  const { reader, writer } = pipePair(proactor, [true, false]);
  await using output = await adoptHandle(writer, {
    direction: "out",
    proactor,
  });
  proactor.closeHandle(reader);
  await assertRejects(
    () => soon(output.write(encode("x"))),
    Deno.errors.BrokenPipe,
    `Cannot write to handle ${writer}`,
  );
});

test.proactor("a file is read from its position to its end", async (proactor) => {
  const handle = openFile(proactor, WIN_INI);
  await using input = await adoptHandle(handle, {
    direction: "in",
    proactor,
  });
  assertEquals([input.kind, input.driver], ["file", "thread"]);
  assertStringIncludes(await readText(input), "[");
  assertEquals(await soon(input.read(new Uint8Array(1))), null);
});

test.proactor("the null device is empty and takes everything", async (proactor) => {
  for (const direction of ["in", "out"] as const) {
    const handle = openFile(proactor, "\\\\.\\NUL");
    await using stream = await adoptHandle(handle, { direction, proactor });
    assertEquals([stream.kind, stream.driver], ["device", "thread"]);
    if (direction === "out") {
      assertEquals(
        await stream.write(pattern(99)),
        99,
      );
    } else assertEquals(await stream.read(new Uint8Array(9)), null);
  }
});

test.proactor("reads of many handles leave Deno's threads to others", async (proactor) => {
  const pairs = Array.from(
    { length: MANY_READS },
    () => pipePair(proactor, [false, true]),
  );
  const adopted = pairs.map(({ reader }) =>
    adoptHandle(reader, { direction: "in", proactor })
  );
  const inputs = await Promise.all(adopted);
  const reads = inputs.map((input) => input.read(new Uint8Array(9)));
  await soon(Sleep(1)); // on a thread of Deno's pool
  for (const { writer } of pairs) await proactor.send(writer, encode("x"));
  assertEquals(new Set(await soon(Promise.all(reads))), new Set([1]));
  for (const { writer } of pairs) proactor.closeHandle(writer);
  for (const input of inputs) input.close();
});

test.proactor("a read that is closed in the turn of its start leaves nothing", async (proactor) => {
  for (let i = 0; i < 50; i++) {
    const { reader, writer } = pipePair(proactor, [false, true]);
    const input = await adoptHandle(reader, { direction: "in", proactor });
    const read = input.read(new Uint8Array(1));
    input.close();
    await assertRejects(() => read, Deno.errors.Interrupted);
    await soon(input.finished);
    await until(() => !isPipe(portOf(proactor).api, reader));
    proactor.closeHandle(writer);
  }
  assertEquals(proactor.metrics().pending, 0);
});

test.proactor("closing a stream with a thread's read pending does not block", async (proactor) => {
  const { reader, writer } = pipePair(proactor, [false, true]);
  const input = await adoptHandle(reader, { direction: "in", proactor });
  const read = input.read(new Uint8Array(1));
  await turn();
  const start = performance.now();
  input.close();
  assert(performance.now() - start < 1000);
  await assertRejects(() => read, Deno.errors.Interrupted);
  // Where Windows does not cancel the read, it ends with the pipe.
  proactor.closeHandle(writer);
  await soon(input.finished);
  await until(() => !isPipe(portOf(proactor).api, reader));
});

Deno.test("closing the proactor with a thread's read pending is bounded", async () => {
  await withProactor(async (proactor) => {
    const { api } = portOf(proactor);
    const { reader, writer } = pipePair(proactor, [false, true]);
    const input = await adoptHandle(reader, { direction: "in", proactor });
    const read = input.read(new Uint8Array(1));
    const [quarantined] = await Promise.all([
      soon(proactor.close({ deadline: 50 })),
      assertRejects(() => read, Deno.errors.Interrupted),
    ]);
    assert(quarantined <= 1); // none where Windows cancels the read
    assertEquals(api.closeHandle(writer), 0);
    await until(() => !isPipe(portOf(proactor).api, reader));
  });
});

test.proactor("adoptHandle() refuses what nothing can drive", async (proactor) => {
  const { reader, writer } = pipePair(proactor, [false, false]);
  const file = openFile(proactor, WIN_INI, FILE_FLAG_OVERLAPPED);
  await assertRejects(
    () => adoptHandle(reader, { direction: "duplex", proactor }),
    Deno.errors.NotSupported,
    "it was not opened for overlapped I/O, so a read would block writes",
  );
  await assertRejects(
    () => adoptHandle(file, { direction: "in", proactor }),
    Deno.errors.NotSupported,
    "it is a file opened for overlapped I/O, which has no position",
  );
  for (const handle of [reader, writer, file]) {
    assertEquals(portOf(proactor).api.closeHandle(handle), 0); // still ours
  }
});

test.proactor("adoptHandle() refuses what is no handle", async (proactor) => {
  const { reader, writer } = pipePair(proactor, [false, false]);
  for (const handle of [reader, writer]) {
    portOf(proactor).api.closeHandle(handle);
  }
  const options: AdoptHandleOptions = { direction: "in", proactor };
  await assertRejects(
    () => adoptHandle(reader, options),
    Deno.errors.BadResource,
    `Cannot adopt handle ${reader}`,
  );
  await assertRejects(() => adoptHandle(0n, options), Deno.errors.BadResource);
  await assertRejects(
    () => adoptHandle(3 as unknown as bigint, options),
    TypeError,
  );
  await assertRejects(
    () => adoptHandle(reader, { ...options, direction: "up" as "in" }),
    TypeError,
    'Cannot use direction "up"',
  );
});

Deno.test("adoptHandle() refuses a closed proactor", async () => {
  await withProactor(async (proactor) => {
    const { reader, writer } = pipePair(proactor, [true, true]);
    const { api } = portOf(proactor);
    await proactor.close();
    await assertRejects(
      () => adoptHandle(reader, { direction: "in", proactor }),
      Deno.errors.BadResource,
    );
    for (const handle of [reader, writer]) api.closeHandle(handle);
  });
});
