/** Signal handlers of loops, on signals that the tests raise. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvalidStateError } from "../../src/proactor/future/future.ts";
import { wrong } from "./_helpers.ts";
import {
  type LoopFixture,
  makeLoop,
  runOnce,
  runUntilWaiting,
  test,
} from "./_loop.ts";
import { FakeSignals } from "./_signals.ts";

/** A test of a loop on such signals, none of which may be left at the end. */
function signalTest(
  name: string,
  body: (signals: FakeSignals, fixture: LoopFixture) => Promise<void>,
): void {
  test.loop(name, async (fixture) => {
    using signals = new FakeSignals();
    await body(signals, fixture);
    await fixture.loop.close();
    assertEquals(signals.count, 0);
  });
}

signalTest(
  "addSignalHandler() calls the handler in the loop",
  async (signals, { loop }) => {
    const calls: unknown[] = [];
    loop.addSignalHandler(
      "SIGINT",
      (...args) => {
        calls.push([loop.isRunning(), ...args]);
      },
      "a",
      2,
    );
    signals.raise("SIGINT");
    signals.raise("SIGINT");
    signals.raise("SIGBREAK");
    assertEquals(calls, []);
    await runOnce(loop);
    assertEquals(calls, [[true, "a", 2], [true, "a", 2]]);
  },
);

signalTest("a signal wakes a loop that waits", async (signals, { loop }) => {
  loop.addSignalHandler("SIGINT", () => loop.stop());
  await runUntilWaiting(loop);
  const run = loop.runForever();
  setTimeout(() => signals.raise("SIGINT"), 5);
  await run;
});

signalTest(
  "addSignalHandler() replaces the handler before",
  async (signals, { loop }) => {
    const calls: string[] = [];
    loop.addSignalHandler("SIGINT", () => calls.push("first"));
    signals.raise("SIGINT");
    loop.addSignalHandler("SIGINT", () => calls.push("second"));
    signals.raise("SIGINT");
    assertEquals(signals.count, 1);
    await runOnce(loop);
    assertEquals(calls, ["second"]);
  },
);

signalTest(
  "removeSignalHandler() tells whether there was one, which is not called again",
  async (signals, { loop }) => {
    const calls: string[] = [];
    assertEquals(loop.removeSignalHandler("SIGINT"), false);
    loop.addSignalHandler("SIGINT", () => calls.push("call"));
    signals.raise("SIGINT");
    assertEquals(loop.removeSignalHandler("SIGINT"), true);
    assertEquals([signals.count, loop.removeSignalHandler("SIGINT")], [
      0,
      false,
    ]);
    await runOnce(loop);
    assertEquals(calls, []);
  },
);

signalTest(
  "the close of a loop removes its handlers",
  async (signals, { loop }) => {
    loop.addSignalHandler("SIGINT", () => {});
    loop.addSignalHandler("SIGBREAK", () => {});
    assertEquals(signals.count, 2);
    await loop.close();
    assertEquals(signals.count, 0);
    assertEquals(loop.removeSignalHandler("SIGINT"), false);
  },
);

signalTest(
  "several loops handle one signal, and one may close",
  async (signals, { loop }) => {
    const other = makeLoop();
    const calls: string[] = [];
    loop.addSignalHandler("SIGINT", () => calls.push("one"));
    other.loop.addSignalHandler("SIGINT", () => calls.push("other"));
    signals.raise("SIGINT");
    await runOnce(loop);
    await runOnce(other.loop);
    assertEquals(calls, ["one", "other"]);
    await other.loop.close();
    signals.raise("SIGINT");
    await runOnce(loop);
    assertEquals(calls, ["one", "other", "one"]);
  },
);

signalTest(
  "what a signal handler throws goes to the exception handler",
  async (signals, { loop, exceptions }) => {
    const error = new Error("no");
    loop.addSignalHandler("SIGINT", function onInterrupt() {
      throw error;
    });
    signals.raise("SIGINT");
    signals.raise("SIGINT");
    await runOnce(loop);
    const messages = exceptions.splice(0).map(({ message, exception }) => {
      assertEquals(exception, error);
      return message;
    });
    assertEquals(messages, Array(2).fill("Exception in callback onInterrupt"));
  },
);

signalTest(
  "addSignalHandler() refuses what is no signal and no function",
  async (signals, { loop }) => {
    const callback = () => {};
    const error = assertThrows(
      () => loop.addSignalHandler("SIGUSR1", callback),
      TypeError,
      'Cannot add signal handler: this system has no signal "SIGUSR1" to handle',
    );
    assert(error.cause instanceof TypeError);
    assertThrows(
      () => loop.addSignalHandler(wrong<Deno.Signal>(2), callback),
      TypeError,
      "Cannot add signal handler: the signal is a number, not a string",
    );
    assertThrows(
      () => loop.addSignalHandler("SIGINT", wrong<() => void>("x")),
      TypeError,
      "Cannot add signal handler: a string is not a function",
    );
    assertThrows(
      () => loop.removeSignalHandler(wrong<Deno.Signal>(2)),
      TypeError,
    );
    assertEquals(signals.count, 0);
    await loop.close();
    assertThrows(
      () => loop.addSignalHandler("SIGINT", callback),
      InvalidStateError,
      "Cannot add signal handler: the event loop is closed",
    );
  },
);

signalTest(
  "a handler that is refused leaves the one before in place",
  async (signals, { loop }) => {
    const calls: string[] = [];
    loop.addSignalHandler("SIGINT", () => calls.push("kept"));
    assertThrows(() => loop.addSignalHandler("SIGKILL", () => {}), TypeError);
    signals.raise("SIGINT");
    await runOnce(loop);
    assertEquals(calls, ["kept"]);
  },
);
