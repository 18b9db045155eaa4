import { portOf } from "../../src/proactor/default_port.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertNotEquals,
} from "@std/assert";
import { assertInstanceOf, assertThrows } from "@std/assert";
import { setImmediate } from "node:timers";
import { isWindowsError } from "../../src/ffi/windows_error.ts";
import {
  callSoonThreadsafe,
  postRemoteCall,
} from "../../src/loop/call_soon_threadsafe.ts";
import { PostGate } from "../../src/loop/post_gate.ts";
import type { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import type {
  ExportCallbackOptions,
  RemoteCallback,
  RemoteToken,
} from "../../src/loop/remote_callback.ts";
import { makeLoop, runFor, runOnce, test } from "./_loop.ts";

/** A token of the right shape. */
function sample(): RemoteToken {
  return {
    port: 4n,
    id: 1,
    coalesce: false,
    gate: new SharedArrayBuffer(4),
    state: new SharedArrayBuffer(12),
  };
}

/** Exports a callback that keeps its value and stops the loop. */
function exportStop(
  loop: ProactorEventLoop,
  seen: number[],
  options: ExportCallbackOptions = {},
): RemoteCallback {
  return loop.exportCallback((value) => {
    seen.push(value);
    loop.stop();
  }, options);
}

test.loop("exportCallback() gives a token that postMessage can carry", ({ loop }) => {
  using remote = loop.exportCallback(() => {});
  const { token } = remote;
  assertEquals(structuredClone(token), token);
  assertEquals(token.port, portOf(loop.proactor).handle);
});

test.loop("exportCallback() gives each callback a token of its own", ({ loop }) => {
  using first = loop.exportCallback(() => {});
  using second = loop.exportCallback(() => {});
  assertNotEquals(first.token.id, second.token.id);
});

test.loop("posted calls run in the loop, in order, with their values", async ({ loop, api }) => {
  const seen: unknown[] = [];
  using remote = loop.exportCallback((value) => {
    seen.push(value, loop.isRunning());
    if (value === 0xffff_ffff) loop.stop();
  });
  const run = loop.runForever();
  for (const value of [0, 1, 0xffff_ffff]) {
    postRemoteCall(api, remote.token, value);
  }
  await run;
  assertEquals(seen, [0, true, 1, true, 0xffff_ffff, true]);
});

test.loop("a posted call wakes a loop that waits", async ({ loop, api }) => {
  using remote = loop.exportCallback(() => loop.stop());
  const run = loop.runForever();
  // Long enough for the pump to wait on another thread.
  setTimeout(() => postRemoteCall(api, remote.token, 0), 20);
  await run;
});

test.loop("a call that is posted while the loop does not run waits for it", async ({ loop, api }) => {
  const seen: number[] = [];
  using remote = exportStop(loop, seen);
  postRemoteCall(api, remote.token, 5);
  await loop.runForever();
  assertEquals(seen, [5]);
});

test.loop("what an exported callback throws goes to the exception handler", async ({ loop, api, exceptions }) => {
  const failure = new Error("Out of luck");
  using remote = loop.exportCallback(() => {
    loop.stop();
    throw failure;
  });
  postRemoteCall(api, remote.token, 0);
  await loop.runForever();
  assertEquals(exceptions.splice(0).map((each) => each.exception), [failure]);
});

test.loop("close() drops calls that have not run and refuses those that come", async ({ loop, api }) => {
  const remote = loop.exportCallback(() => {
    throw new Error("The callback is closed");
  });
  assertFalse(remote.closed);
  loop.callSoon(() => remote.close());
  portOf(loop.proactor).onCall?.(remote.token.id, 1);
  await runOnce(loop);
  assert(remote.closed);
  assertThrows(
    () => postRemoteCall(api, remote.token, 2),
    Deno.errors.BadResource,
    "Cannot call back: the callback is closed",
  );
  remote.close();
  await runFor(loop, 5);
});

test.loop("an open callback holds the port, unref() and close() let it go", ({ loop }) => {
  const port = portOf(loop.proactor);
  const remote = loop.exportCallback(() => {});
  assertEquals(port.referenced, 1);
  remote.unref();
  remote.unref();
  assertEquals(port.referenced, 0);
  remote.ref();
  remote.ref();
  assertEquals(port.referenced, 1);
  remote.close();
  assertEquals(port.referenced, 0);
  remote.ref();
  assertEquals(port.referenced, 0);
});

test.loop("a disposed callback is closed", ({ loop }) => {
  const remote = loop.exportCallback(() => {});
  {
    using _remote = remote;
  }
  assert(remote.closed);
});

test.loop("calls of a coalescing callback become one, with the last value", async ({ loop, api }) => {
  const seen: number[] = [];
  using remote = exportStop(loop, seen, { coalesce: true });
  const before = api.calls.postQueuedCompletionStatus ?? 0;
  for (const value of [1, 2, 0xffff_fffe]) {
    postRemoteCall(api, remote.token, value);
  }
  assertEquals(api.calls.postQueuedCompletionStatus, before + 1);
  await loop.runForever();
  assertEquals(seen, [0xffff_fffe]);
});

test.loop("a coalescing callback is called again after it has run", async ({ loop, api }) => {
  const seen: number[] = [];
  using remote = loop.exportCallback((value) => {
    seen.push(value);
    if (value === 3) loop.stop();
    // From within the callback: it must not be lost.
    else postRemoteCall(api, remote.token, value + 1);
  }, { coalesce: true });
  postRemoteCall(api, remote.token, 1);
  await loop.runForever();
  assertEquals(seen, [1, 2, 3]);
});

test.loop("a coalescing token keeps its shared memory through a clone", ({ loop }) => {
  using remote = loop.exportCallback(() => {}, { coalesce: true });
  const clone = structuredClone(remote.token);
  assertInstanceOf(clone.state, SharedArrayBuffer);
  new Int32Array(clone.state)[2] = 77;
  assertEquals(new Int32Array(remote.token.state)[2], 77);
});

test.loop("a failed post throws, and the next one posts again", async ({ loop, api }) => {
  const seen: number[] = [];
  using remote = exportStop(loop, seen, { coalesce: true });
  api.fail("postQueuedCompletionStatus", 1450);
  const error = assertThrows(() => postRemoteCall(api, remote.token, 1));
  assert(isWindowsError(error));
  assertEquals(error.winerror, 1450);
  assertEquals(error.syscall, "PostQueuedCompletionStatus");
  assertEquals(new Int32Array(remote.token.gate)[0], 0);
  postRemoteCall(api, remote.token, 2);
  await loop.runForever();
  assertEquals(seen, [2]);
});

Deno.test("a call to a closed loop throws, and posts nothing", async () => {
  const { api, loop } = makeLoop();
  const { token } = loop.exportCallback(() => {});
  await loop.close();
  const before = api.calls.postQueuedCompletionStatus;
  assertThrows(
    () => postRemoteCall(api, token, 1),
    Deno.errors.BadResource,
    "Cannot call back: the event loop is closed",
  );
  assertEquals(api.calls.postQueuedCompletionStatus, before);
});

Deno.test("a call throws too when only the proactor was closed", async () => {
  const { api, loop } = makeLoop();
  const { token } = loop.exportCallback(() => {});
  await loop.proactor.close();
  assertThrows(
    () => postRemoteCall(api, token, 1),
    Deno.errors.BadResource,
    "Cannot call back: the event loop is closed",
  );
  assertThrows(
    () => loop.exportCallback(() => {}),
    Deno.errors.BadResource,
    "Cannot export callback: the proactor is closed",
  );
  await loop.close();
});

Deno.test("close() of a loop waits for a post that is in progress", async () => {
  const { api, loop } = makeLoop();
  const { token } = loop.exportCallback(() => {});
  const gate = new PostGate(token.gate);
  assert(gate.enter());
  const closed = loop.close();
  const handle = token.port;
  for (let turns = 0; turns < 100; turns++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assertEquals(api.openHandles, 1);
  assertEquals(api.postQueuedCompletionStatus(handle, 0, 2, 1n), 0);
  gate.leave();
  await closed;
  assertEquals(api.openHandles, 0);
  api.assertClean();
});

Deno.test("close() of a loop does not wait for ever for a thread that has died", async () => {
  const { api, loop } = makeLoop();
  const { token } = loop.exportCallback(() => {});
  assert(new PostGate(token.gate).enter());
  await loop.close();
  api.assertClean();
});

Deno.test("a closed gate lets nobody in", async () => {
  const gate = new PostGate();
  const elsewhere = new PostGate(gate.buffer);
  assert(elsewhere.enter());
  elsewhere.leave();
  await gate.close();
  const words = new Int32Array(gate.buffer.slice(0));
  assertFalse(elsewhere.enter());
  assertFalse(gate.enter());
  assertEquals(new Int32Array(gate.buffer.slice(0)), words);
});

Deno.test("close() of a loop closes its exported callbacks", async () => {
  const { loop } = makeLoop();
  const remote = loop.exportCallback(() => {});
  await loop.close();
  assert(remote.closed);
});

Deno.test("callSoonThreadsafe() refuses what is not a token", () => {
  const tokens = [
    undefined,
    null,
    5,
    {},
    { ...sample(), port: 4 },
    { ...sample(), port: 0n },
    { ...sample(), port: -4n },
    { ...sample(), port: 2n ** 64n },
    { ...sample(), id: -1 },
    { ...sample(), id: 1.5 },
    { ...sample(), id: 2 ** 32 },
    { ...sample(), id: "1" },
    { ...sample(), coalesce: undefined },
    { ...sample(), gate: null },
    { ...sample(), gate: new ArrayBuffer(4) },
    { ...sample(), state: new SharedArrayBuffer(4) },
  ];
  for (const token of tokens) {
    assertThrows(
      () => callSoonThreadsafe(token as unknown as RemoteToken),
      TypeError,
      "Cannot call back: the token is malformed",
    );
  }
});

Deno.test("callSoonThreadsafe() refuses values that are not u32", () => {
  const token = sample();
  for (const value of [-1, 2 ** 32, 1.5, NaN, Infinity]) {
    assertThrows(() => callSoonThreadsafe(token, value), RangeError);
  }
  for (const value of ["1", null, 1n, {}]) {
    const other = value as unknown as number;
    assertThrows(() => callSoonThreadsafe(token, other), TypeError);
  }
});

Deno.test({
  name: "callSoonThreadsafe() needs Windows",
  ignore: Deno.build.os === "windows",
  fn() {
    const token = sample();
    assertThrows(() => callSoonThreadsafe(token), Deno.errors.NotSupported);
  },
});

test.loop("a posted call counts as a packet", async ({ loop, api }) => {
  const seen: number[] = [];
  using remote = exportStop(loop, seen);
  const { packets } = loop.proactor.metrics();
  postRemoteCall(api, remote.token, 7);
  await loop.runForever();
  assertEquals(seen, [7]);
  assertEquals(loop.proactor.metrics().packets, packets + 1);
});
