import { portOf } from "../../src/proactor/default_port.ts";
import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { type Stub, stub } from "@std/testing/mock";
import type { ExceptionContext } from "../../src/loop/exception_handler.ts";
import {
  type ExceptionHandler,
  ProactorEventLoop,
} from "../../src/loop/proactor_event_loop.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import { SimulatedWin32 } from "../sim/simulated_win32.ts";
import { runOnce, test } from "./_loop.ts";

type ConsoleStub = Stub<typeof console, unknown[], void>;

/** Catches what is written to `console.error`. */
function silence(): ConsoleStub {
  return stub(console, "error", () => {}) as ConsoleStub;
}

function textOf(call: { args: unknown[] } | undefined): string {
  return String(call?.args[0]);
}

const failure = new Error("Out of luck");

function fail(): never {
  throw failure;
}

test.loop("the handler is told of a callback that throws", async ({ loop, exceptions }) => {
  const handle = loop.callSoon(fail);
  await runOnce(loop);
  const context = exceptions.pop();
  assertEquals(context?.message, "Exception in callback fail");
  assertStrictEquals(context?.exception, failure);
  assertStrictEquals(context?.handle, handle);
});

test.loop("the handler is told of a timer that throws", async ({ loop, exceptions }) => {
  const timer = loop.callLater(-1, fail);
  await runOnce(loop);
  assertStrictEquals(exceptions.pop()?.handle, timer);
});

test.loop("the handler is told of an asynchronous callback that rejects", async ({ loop }) => {
  let seen: ExceptionContext | undefined;
  loop.setExceptionHandler((_loop, context) => {
    seen = context;
    loop.stop();
  });
  loop.callSoon(async () => {
    await Promise.resolve();
    throw failure;
  });
  await loop.runForever();
  assertStrictEquals(seen?.exception, failure);
});

test.loop("the handler is told of a done callback that throws", async ({ loop, exceptions }) => {
  const future = loop.createFuture<void>();
  future.addDoneCallback(fail);
  future.setResult();
  await runOnce(loop);
  const context = exceptions.pop();
  assertEquals(context?.message, "Exception in a done callback");
  assertStrictEquals(context?.exception, failure);
});

test.loop("the handler is told of errors of the proactor", ({ loop, exceptions }) => {
  portOf(loop.proactor).report(failure, "Unknown completion packet");
  assertEquals(exceptions.pop(), {
    message: "Unknown completion packet",
    exception: failure,
  });
});

test.loop("setExceptionHandler() sets what getExceptionHandler() gives", ({ loop }) => {
  const handler = () => {};
  loop.setExceptionHandler(handler);
  assertStrictEquals(loop.getExceptionHandler(), handler);
  loop.setExceptionHandler(null);
  assertEquals(loop.getExceptionHandler(), null);
});

test.loop("setExceptionHandler() refuses what is not a function", ({ loop }) => {
  for (const value of ["spam", 5, {}, undefined]) {
    const handler = value as unknown as ExceptionHandler;
    assertThrows(() => loop.setExceptionHandler(handler), TypeError);
  }
});

test.loop("a custom handler gets the loop and the context", ({ loop }) => {
  const seen: unknown[] = [];
  loop.setExceptionHandler((...args) => seen.push(...args));
  const context = { message: "Spam", answer: 42 };
  loop.callExceptionHandler(context);
  assertStrictEquals(seen[0], loop);
  assertStrictEquals(seen[1], context);
});

test.loop("the default handler writes the message, the fields and the exception", ({ loop }) => {
  using error = silence();
  loop.setExceptionHandler(null);
  const exception = new Error("Spam");
  const task = loop.createTask<unknown>(() => 1, { name: "reader" });
  const context = { message: "Trouble", task, exception, answer: [42] };
  loop.callExceptionHandler(context);
  assertEquals(error.calls.length, 1);
  assertEquals(error.calls[0]?.args, [
    'Trouble\n  answer: [ 42 ]\n  task: <Task pending name="reader">',
    exception,
  ]);
});

test.loop("the default handler writes a context without an exception", ({ loop }) => {
  using error = silence();
  loop.defaultExceptionHandler({ message: "Trouble" });
  assertEquals(error.calls[0]?.args, ["Trouble"]);
});

test.loop("the default handler has a message for a context without one", ({ loop }) => {
  using error = silence();
  loop.defaultExceptionHandler({} as ExceptionContext);
  assertEquals(error.calls[0]?.args, ["Unhandled exception in event loop"]);
});

test.loop("the default handler is used when no other is set", async ({ loop }) => {
  using error = silence();
  loop.setExceptionHandler(null);
  loop.callSoon(fail);
  await runOnce(loop);
  const text = textOf(error.calls[0]);
  assertEquals(
    text,
    "Exception in callback fail\n  handle: <Handle fail>",
  );
  assertStrictEquals(error.calls[0]?.args[1], failure);
});

test.loop("the default handler takes over when the custom one throws", async ({ loop }) => {
  using error = silence();
  const broken = new Error("The handler is broken");
  loop.setExceptionHandler(() => {
    throw broken;
  });
  loop.callSoon(fail);
  await runOnce(loop);
  assertEquals(error.calls.length, 1);
  const text = textOf(error.calls[0]);
  assertStringIncludes(text, "Unhandled error in exception handler");
  assertStringIncludes(text, "Out of luck");
  assertStrictEquals(error.calls[0]?.args[1], broken);
});

test.loop("the default handler takes over when the custom one rejects", async ({ loop }) => {
  using error = stub(console, "error", () => loop.stop());
  loop.setExceptionHandler(async () => {
    await Promise.resolve();
    throw new Error("The handler is broken");
  });
  loop.callSoon(fail);
  await loop.runForever();
  assertEquals(error.calls.length, 1);
  assertStringIncludes(
    textOf(error.calls[0]),
    "Unhandled error in exception handler",
  );
});

Deno.test("nothing escapes when the default handler throws too", async () => {
  const proactor = new IocpProactor({ api: new SimulatedWin32() });
  await using loop = new ProactorEventLoop({ proactor });
  loop.defaultExceptionHandler = () => {
    throw new Error("The default handler is broken");
  };
  using error = silence();
  loop.callSoon(fail);
  await runOnce(loop);
  loop.setExceptionHandler(fail);
  loop.callSoon(fail);
  await runOnce(loop);
  const texts = error.calls.map(textOf);
  const expected = "Exception in default exception handler";
  assertEquals(texts, [expected, expected]);
  assert(!loop.isRunning());
});
