import { portOf } from "../../src/proactor/default_port.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { test } from "./_setup.ts";
import { decode, encode } from "./_bytes.ts";
import { closeBehindBack, isOpen } from "./_handles.ts";
import { createInstance, uniquePipeName } from "./_pipes.ts";
import { soon } from "./_turns.ts";
import { pipe } from "../../src/pipe/mod.ts";
import { PipeHandle } from "../../src/pipe/pipe_handle.ts";

test.proactor("fileno() and handle are the raw handle", (proactor) => {
  const raw = createInstance(proactor, uniquePipeName());
  using handle = new PipeHandle(portOf(proactor).api, raw);
  assertEquals(handle.fileno(), raw);
  assertEquals(handle.handle, raw);
});

test.proactor("close() closes the handle, once", (proactor) => {
  const raw = createInstance(proactor, uniquePipeName());
  const handle = new PipeHandle(portOf(proactor).api, raw);
  assert(isOpen(raw));
  handle.close();
  assertFalse(isOpen(raw));
  handle.close();
  assertStrictEquals(handle.handle, null);
  assertThrows(
    () => handle.fileno(),
    Deno.errors.BadResource,
    "Cannot use handle: the pipe is closed",
  );
});

test.proactor("close() throws when somebody else has closed the handle, and only once", (proactor) => {
  const raw = createInstance(proactor, uniquePipeName());
  const handle = new PipeHandle(portOf(proactor).api, raw);
  closeBehindBack(raw);
  assertThrows(
    () => handle.close(),
    Deno.errors.BadResource,
    "Cannot close pipe: the handle is invalid",
  );
  assertStrictEquals(handle.handle, null);
  handle.close();
});

test.proactor("close() twice does not close who has the value now", (proactor) => {
  const path = uniquePipeName();
  const handle = new PipeHandle(
    portOf(proactor).api,
    createInstance(proactor, path),
  );
  handle.close();
  const others = Array.from(
    { length: 8 },
    () => createInstance(proactor, path),
  );
  handle.close();
  assert(others.every(isOpen));
  for (const other of others) proactor.closeHandle(other);
});

test.proactor("using closes the handle", (proactor) => {
  const raw = createInstance(proactor, uniquePipeName());
  {
    using handle = new PipeHandle(portOf(proactor).api, raw);
    assert(isOpen(handle.fileno()));
  }
  assertFalse(isOpen(raw));
});

test.proactor("close() with a read pending ends the read and leaks nothing", async (proactor) => {
  const [a, b] = pipe({ duplex: true, proactor });
  using _b = b;
  const received = proactor.recv(a, 100);
  a.close();
  await soon(Promise.allSettled([received]));
  assert(received.done());
});

test.proactor("a handle whose value was used before works with the proactor", async (proactor) => {
  for (let i = 0; i < 20; i++) {
    const [a, b] = pipe({ duplex: true, proactor });
    using _a = a;
    using _b = b;
    const received = proactor.recv(a, 10);
    await proactor.send(b, encode(`${i}`));
    assertEquals(decode(await soon(received)), `${i}`);
  }
});
