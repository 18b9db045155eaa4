import { assert, assertFalse, assertStrictEquals } from "@std/assert";
import { assertInstanceOf, assertThrows } from "@std/assert";
import {
  EventLoopPolicy,
  getEventLoop,
  getEventLoopPolicy,
  getRunningLoop,
  newEventLoop,
  setEventLoop,
  setEventLoopPolicy,
} from "../../src/loop/policy.ts";
import type { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { InvalidStateError } from "../../src/proactor/future/future.ts";
import { usePolicy } from "./_policy.ts";

Deno.test("getRunningLoop() throws when no loop runs", () => {
  assertThrows(
    getRunningLoop,
    InvalidStateError,
    "Cannot get the running event loop: none is running",
  );
});

Deno.test("getRunningLoop() and getEventLoop() give the loop that runs", async () => {
  using _policy = usePolicy();
  await using current = newEventLoop();
  await using loop = newEventLoop();
  setEventLoop(current);
  await loop.runUntilComplete(loop.createTask(() => {
    assertStrictEquals(getRunningLoop(), loop);
    assertStrictEquals(getEventLoop(), loop);
  }));
  assertThrows(getRunningLoop, InvalidStateError);
  assertStrictEquals(getEventLoop(), current);
});

Deno.test("setEventLoop() sets the current loop", async () => {
  using _policy = usePolicy();
  await using loop = newEventLoop();
  setEventLoop(loop);
  assertStrictEquals(getEventLoop(), loop);
  assertStrictEquals(getEventLoopPolicy().getEventLoop(), loop);
});

Deno.test("setEventLoop() refuses what is not a loop", () => {
  const other = {} as unknown as ProactorEventLoop;
  assertThrows(() => setEventLoop(other), TypeError, "an object is no");
});

Deno.test("newEventLoop() makes another loop each time", async () => {
  using policy = usePolicy();
  await using first = newEventLoop();
  await using second = policy.newEventLoop();
  assert(first !== second);
  assertFalse(first.isRunning());
});

Deno.test("setEventLoopPolicy() replaces the policy, null the default", () => {
  const policy = new EventLoopPolicy();
  setEventLoopPolicy(policy);
  assertStrictEquals(getEventLoopPolicy(), policy);
  setEventLoopPolicy(null);
  assertInstanceOf(getEventLoopPolicy(), EventLoopPolicy);
  assert(getEventLoopPolicy() !== policy);
});

Deno.test("setEventLoopPolicy() refuses what is not a policy", () => {
  const other = {} as unknown as EventLoopPolicy;
  assertThrows(() => setEventLoopPolicy(other), TypeError, "an object is no");
});

Deno.test("getEventLoop() throws when there is no current loop", () => {
  using _policy = usePolicy();
  assertThrows(getEventLoop, InvalidStateError, "has no current one");
});

Deno.test("getEventLoop() gives a current loop that is closed", async () => {
  using _policy = usePolicy();
  const loop = newEventLoop();
  setEventLoop(loop);
  await loop.close();
  assertStrictEquals(getEventLoop(), loop);
});

Deno.test({
  name: "newEventLoop() needs Windows",
  ignore: Deno.build.os === "windows",
  fn() {
    assertThrows(newEventLoop, Deno.errors.NotSupported);
  },
});
