import {
  assert,
  assertEquals,
  assertFalse,
  assertMatch,
  assertStrictEquals,
} from "@std/assert";
import { ROOT } from "../../src/ffi/async_context.ts";
import type { ExceptionContext } from "../../src/loop/exception_handler.ts";
import {
  Handle,
  type HandleHost,
  TimerHandle,
} from "../../src/loop/handles.ts";

interface RecordingHost extends HandleHost {
  contexts: ExceptionContext[];
}

function makeHost(debug = false): RecordingHost {
  const contexts: ExceptionContext[] = [];
  return {
    contexts,
    getDebug: () => debug,
    callExceptionHandler: (context) => contexts.push(context),
  };
}

function noop() {}

Deno.test("run() calls the callback with the arguments", () => {
  const seen: unknown[] = [];
  const callback = (...args: unknown[]) => seen.push(...args);
  new Handle({ callback, args: [1, "b"], context: ROOT }, makeHost()).run();
  assertEquals(seen, [1, "b"]);
});

Deno.test("cancel() keeps the callback from running", () => {
  const callback = () => {
    throw new Error("The handle was cancelled");
  };
  const host = makeHost();
  const handle = new Handle({ callback, args: [], context: ROOT }, host);
  assertFalse(handle.cancelled());
  handle.cancel();
  assert(handle.cancelled());
  handle.run();
  assertEquals(host.contexts, []);
});

Deno.test("cancel() may be called again", () => {
  const handle = new Handle(
    { callback: noop, args: [], context: ROOT },
    makeHost(),
  );
  handle.cancel();
  handle.cancel();
  assert(handle.cancelled());
});

Deno.test("run() reports what the callback throws, with the handle", () => {
  const host = makeHost();
  const failure = new Error("Out of luck");
  function work() {
    throw failure;
  }
  const handle = new Handle({ callback: work, args: [], context: ROOT }, host);
  handle.run();
  assertEquals(host.contexts.length, 1);
  const [context] = host.contexts;
  assertEquals(context?.message, "Exception in callback work");
  assertStrictEquals(context?.exception, failure);
  assertStrictEquals(context?.handle, handle);
  assertFalse("sourceTraceback" in context);
});

Deno.test("run() reports what an asynchronous callback rejects with", async () => {
  const host = makeHost();
  const failure = new Error("Out of luck");
  const rejection = Promise.reject(failure);
  const callback = () => rejection;
  new Handle({ callback, args: [], context: ROOT }, host).run();
  await rejection.catch(noop);
  assertStrictEquals(host.contexts[0]?.exception, failure);
});

Deno.test("run() reports falsy exceptions too", () => {
  const host = makeHost();
  const callback = () => {
    throw undefined;
  };
  new Handle({ callback, args: [], context: ROOT }, host).run();
  assertEquals(host.contexts.map(({ exception }) => exception), [undefined]);
});

Deno.test("a handle made in debug mode knows where it was made", () => {
  const host = makeHost(true);
  const callback = () => {
    throw new Error("Out of luck");
  };
  new Handle({ callback, args: [], context: ROOT }, host).run();
  const traceback = host.contexts[0]?.sourceTraceback ?? "";
  assertMatch(traceback, /^ +at .*loop_handles_test\.ts/);
});

Deno.test("a handle describes itself", () => {
  const handle = new Handle(
    { callback: noop, args: [], context: ROOT },
    makeHost(),
  );
  assertEquals(`${handle}`, "<Handle noop>");
  handle.cancel();
  assertEquals(`${handle}`, "<Handle cancelled>");
  const callback = [() => {}][0]!;
  const anonymous = new Handle(
    { callback, args: [], context: ROOT },
    makeHost(),
  );
  assertEquals(`${anonymous}`, "<Handle (anonymous)>");
});

function noopTimer(): TimerHandle {
  const call = { callback: noop, args: [], context: ROOT };
  return new TimerHandle(12.5, call, makeHost());
}

Deno.test("a timer describes itself with its time", () => {
  const timer = noopTimer();
  assertEquals(`${timer}`, "<TimerHandle when=12.5 noop>");
  timer.cancel();
  assertEquals(`${timer}`, "<TimerHandle cancelled when=12.5>");
});

Deno.test("when() gives the time of a timer, also after cancel()", () => {
  const timer = noopTimer();
  assertEquals(timer.when(), 12.5);
  timer.cancel();
  assertEquals(timer.when(), 12.5);
});

Deno.test("cancel() of a timer tells its owner once", () => {
  const timer = new TimerHandle(
    1,
    { callback: noop, args: [], context: ROOT },
    makeHost(),
  );
  let told = 0;
  timer.onCancel = () => told++;
  timer.cancel();
  timer.cancel();
  assertEquals(told, 1);
});
