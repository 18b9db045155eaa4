import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  CancelledError,
  InvalidStateError,
  type IocpProactor,
  isWindowsError,
} from "../../mod.ts";
import { test } from "./_setup.ts";
import { decode, encode, pattern } from "./_bytes.ts";
import { closeBehindBack } from "./_handles.ts";
import { createInstance, uniquePipeName } from "./_pipes.ts";
import { soon, until } from "./_turns.ts";
import { pipe, type PipeHandle } from "../../src/pipe/mod.ts";

type PairBody = (
  proactor: IocpProactor,
  a: PipeHandle,
  b: PipeHandle,
) => Promise<void>;

function withPair(body: PairBody, bufferSize = 65536) {
  return async (proactor: IocpProactor) => {
    const [a, b] = pipe({ duplex: true, bufferSize, proactor });
    using _a = a;
    using _b = b;
    await body(proactor, a, b);
  };
}

test.eachMode(
  "recv() is pending on an empty pipe and gets what the other end sends",
  withPair(async (proactor, a, b) => {
    const received = proactor.recv(a, 100);
    assert(received.pending);
    assert(!received.done());
    assertThrows(() => received.result(), InvalidStateError);
    const sent = proactor.send(b, encode("hello"));
    assertEquals(decode(await soon(received)), "hello");
    assertEquals(await soon(sent), 5);
    assert(!received.pending);
    assert(!sent.pending);
    assertEquals(decode(received.result()), "hello");
    assertStrictEquals(received.exception(), null);
  }),
);

test.eachMode(
  "recv() gets at once what was sent before",
  withPair(async (proactor, a, b) => {
    await proactor.send(b, encode("hello"));
    assertEquals(decode(await soon(proactor.recv(a, 3))), "hel");
    assertEquals(decode(await soon(proactor.recv(a, 3))), "lo");
  }),
);

test.eachMode(
  "recv() resolves with no bytes when the other end is closed",
  withPair(async (proactor, a, b) => {
    const pending = proactor.recv(a, 100);
    b.close();
    assertEquals(await soon(pending), new Uint8Array(0));
    assertEquals(await soon(proactor.recv(a, 100)), new Uint8Array(0));
  }),
);

test.eachMode(
  "recv() of size 0 waits until something can be read",
  withPair(async (proactor, a, b) => {
    const readable = proactor.recv(a, 0);
    assert(readable.pending);
    await proactor.send(b, encode("x"));
    assertEquals(await soon(readable), new Uint8Array(0));
    assertEquals(decode(await soon(proactor.recv(a, 10))), "x");
  }),
);

test.eachMode(
  "recv() serves several reads of one handle in the order of the calls",
  withPair(async (proactor, a, b) => {
    const reads = [1, 2, 3].map((size) => proactor.recv(a, size));
    for (const text of ["1", "22", "333"]) {
      await proactor.send(b, encode(text));
    }
    const texts = await soon(
      Promise.all(reads.map(async (r) => decode(await r))),
    );
    assertEquals(texts, ["1", "22", "333"]);
  }),
);

test.eachMode(
  "send() is pending while the pipe is full and ends when it is read",
  withPair(async (proactor, a, b) => {
    const data = pattern(20_000);
    const sent = proactor.send(b, data);
    assert(sent.pending);
    const parts: number[] = [];
    while (parts.length < data.length) {
      parts.push(...await soon(proactor.recv(a, 4096)));
    }
    assertEquals(await soon(sent), data.length);
    assertEquals(Uint8Array.from(parts), data);
  }, 1024),
);

test.eachMode(
  "send() copies the bytes before it returns",
  withPair(async (proactor, a, b) => {
    const data = pattern(20_000);
    const sent = proactor.send(b, data);
    const expected = data.slice(0, 20);
    data.fill(0);
    data.buffer.transfer();
    assertEquals(await soon(proactor.recv(a, 20)), expected);
    sent.cancel();
    await soon(Promise.allSettled([sent]));
  }, 1024),
);

test.proactor(
  "send() fails with BrokenPipe when the other end is closed",
  withPair(async (proactor, a, b) => {
    a.close();
    const error = await assertRejects(
      async () => await proactor.send(b, encode("x")),
      Deno.errors.BrokenPipe,
      "Cannot write: ",
    );
    assert(isWindowsError(error));
    assertEquals(error.syscall, "WriteFile");
  }),
);

test.eachMode(
  "recvInto() fills the array and resolves with the count",
  withPair(async (proactor, a, b) => {
    const target = new Uint8Array(8).fill(0xff);
    const received = proactor.recvInto(a, target.subarray(2, 6));
    await proactor.send(b, Uint8Array.of(1, 2, 3));
    assertEquals(await soon(received), 3);
    assertEquals(target, Uint8Array.of(255, 255, 1, 2, 3, 255, 255, 255));
  }),
);

test.proactor(
  "recvInto() fails with the bytes as cause when the array was transferred",
  withPair(async (proactor, a, b) => {
    const target = new Uint8Array(8);
    const received = proactor.recvInto(a, target);
    target.buffer.transfer();
    await proactor.send(b, encode("kept"));
    const error = await assertRejects(
      async () => await soon(received),
      TypeError,
      "the array was transferred",
    );
    assertInstanceOf(error.cause, Uint8Array);
    assertEquals(decode(error.cause), "kept");
  }),
);

test.proactor(
  "recvInto() fails with the bytes as cause when the buffer has shrunk",
  withPair(async (proactor, a, b) => {
    const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
    const received = proactor.recvInto(a, new Uint8Array(buffer));
    buffer.resize(2);
    await proactor.send(b, encode("kept"));
    await assertRejects(async () => await soon(received), TypeError);
  }),
);

test.eachMode(
  "cancel() ends a pending read with CancelledError, and twice is harmless",
  withPair(async (proactor, a, b) => {
    const received = proactor.recv(a, 100);
    assert(received.cancel());
    assert(received.cancel());
    await assertRejects(async () => await soon(received), CancelledError);
    assert(received.cancelled());
    assert(!received.cancel());
    await proactor.send(b, encode("later"));
    assertEquals(decode(await soon(proactor.recv(a, 100))), "later");
  }),
);

test.proactor(
  "cancel() of a finished future returns false and keeps the result",
  withPair(async (proactor, a, b) => {
    await proactor.send(b, encode("x"));
    const received = proactor.recv(a, 100);
    await soon(received);
    assert(!received.cancel());
    assertEquals(decode(received.result()), "x");
  }),
);

test.eachMode(
  "cancel() loses no data that came first",
  withPair(async (proactor, a, b) => {
    const received = proactor.recv(a, 100);
    await proactor.send(b, encode("first"));
    received.cancel();
    assertEquals(decode(await soon(received)), "first");
    assert(!received.cancelled());
  }),
);

test.proactor(
  "cancel() ends a pending write",
  withPair(async (proactor, _a, b) => {
    const sent = proactor.send(b, pattern(100_000));
    assert(sent.pending);
    sent.cancel();
    await assertRejects(async () => await soon(sent), CancelledError);
  }, 1024),
);

test.proactor(
  "recv() throws the reason of its signal",
  withPair(async (proactor, a) => {
    const controller = new AbortController();
    const received = proactor.recv(a, 100, { signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    const thrown = await assertRejects(async () => await soon(received));
    assertStrictEquals(thrown, reason);
  }),
);

test.proactor(
  "recv() ends with TimeoutError by AbortSignal.timeout()",
  withPair(async (proactor, a) => {
    const received = proactor.recv(a, 100, { signal: AbortSignal.timeout(20) });
    const error = await assertRejects(async () => await soon(received));
    assertInstanceOf(error, DOMException);
    assertEquals(error.name, "TimeoutError");
  }),
);

test.proactor(
  "recv() starts nothing when its signal was aborted before",
  withPair(async (proactor, a, b) => {
    const signal = AbortSignal.abort();
    const received = proactor.recv(a, 100, { signal });
    assert(received.cancelled());
    assertEquals(proactor.metrics().slotsInUse, 0);
    await proactor.send(b, encode("x"));
    assertEquals(decode(await soon(proactor.recv(a, 100))), "x");
  }),
);

test.proactor("recv() on a bogus handle fails and leaks nothing", (proactor) => {
  for (let i = 0; i < 100; i++) {
    assertThrows(
      () => proactor.recv(0x7ff1234n, 4096),
      Deno.errors.BadResource,
      "Cannot register handle",
    );
  }
  assertEquals(proactor.metrics().bufferBytes, 0);
});

for (const kind of ["recv", "recvInto", "send", "acceptPipe"] as const) {
  test.proactor(`${kind}() on a handle closed behind its back fails and leaks nothing`, async (proactor) => {
    const handle = createInstance(proactor, uniquePipeName());
    proactor.register(handle);
    closeBehindBack(handle);
    const start = {
      recv: () => proactor.recv(handle, 4096),
      recvInto: () => proactor.recvInto(handle, new Uint8Array(4096)),
      send: () => proactor.send(handle, new Uint8Array(100_000)),
      acceptPipe: () => proactor.acceptPipe(handle),
    };
    await assertRejects(
      async () => await soon<unknown>(start[kind]()),
      Deno.errors.BadResource,
      "the handle is invalid",
    );
    assertEquals(proactor.metrics().slotsInUse, 0);
    assertEquals(proactor.metrics().bufferBytes, 0);
  });
}

test.proactor(
  "addDoneCallback() is called once, and a callback that throws stops nobody",
  withPair(async (proactor, a, b) => {
    const reported: unknown[] = [];
    proactor.setLoop({
      schedule: queueMicrotask,
      report: (error) => reported.push(error),
    });
    const received = proactor.recv(a, 100);
    const called: string[] = [];
    const bad = new Error("a callback's own");
    received.addDoneCallback(() => {
      called.push("first");
      throw bad;
    });
    received.addDoneCallback((future) => called.push(decode(future.result())));
    await proactor.send(b, encode("x"));
    await until(() => called.length === 2);
    assertEquals(called, ["first", "x"]);
    assertStrictEquals(reported[0], bad);
  }),
);

test.proactor(
  "await on a future that failed and was not awaited before still throws",
  withPair(async (proactor, a, b) => {
    a.close();
    const sent = proactor.send(b, encode("x"));
    await until(() => sent.done());
    assertInstanceOf(sent.exception(), Deno.errors.BrokenPipe);
    await assertRejects(async () => await sent, Deno.errors.BrokenPipe);
  }),
);
