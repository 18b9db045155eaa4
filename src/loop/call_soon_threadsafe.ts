/**
 * How other threads call the callbacks of a loop: the side of the threads.
 *
 * @module
 */

import { windowsError } from "../ffi/errors.ts";
import { NativeWin32 } from "../ffi/native_win32.ts";
import type { Win32Api } from "../ffi/win32_api.ts";
import { assertInteger, MAX_DWORD } from "../proactor/arguments.ts";
import { postCall } from "../proactor/port/packet_queue.ts";
import { kindOf } from "./arguments.ts";
import { PostGate } from "./post_gate.ts";
import {
  CALLBACK_CLOSED,
  LATEST_VALUE,
  type RemoteToken,
  STATE_SIZE,
  WAKE_PENDING,
} from "./remote_callback.ts";

let native: NativeWin32 | undefined;

/**
 * Calls an exported callback from any thread of the process; it runs in the
 * next turn of its loop. The counterpart of
 * `asyncio.loop.call_soon_threadsafe` for threads other than the loop's own.
 *
 * @example Usage in a worker
 * ```ts
 * import { callSoonThreadsafe, type RemoteToken } from "@iocp/proactor/loop";
 *
 * self.addEventListener("message", (event) => {
 *   const token: RemoteToken = (event as MessageEvent).data;
 *   callSoonThreadsafe(token, 100);
 * });
 * ```
 *
 * @param token The `token` of a {@linkcode RemoteCallback}, usually from
 * `postMessage`.
 * @param value What the callback is given: an integer from 0 to 2^32 - 1.
 * @throws {TypeError} when `token` is not a token, or `value` not a number.
 * @throws {RangeError} when `value` is not an integer in the range.
 * @throws {Deno.errors.BadResource} when the callback or the loop is closed.
 * @throws {WindowsError} when Windows cannot post the packet.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export function callSoonThreadsafe(token: RemoteToken, value = 0): void {
  assertToken(token);
  assertValue(value);
  native ??= new NativeWin32();
  postRemoteCall(native, token, value);
}

/**
 * Posts a call to the port of a token. A coalescing callback whose packet has
 * not been dispatched yet needs no second one.
 *
 * @param api The seam of the calling thread.
 * @param token The callback.
 * @param value A u32 that goes with it.
 * @throws {Deno.errors.BadResource} when the callback or the loop is closed.
 * @throws {WindowsError} when Windows cannot post the packet.
 */
export function postRemoteCall(
  api: Win32Api,
  token: RemoteToken,
  value: number,
): void {
  const gate = new PostGate(token.gate);
  if (!gate.enter()) throw closedError("event loop");
  try {
    postInside(api, token, value);
  } finally {
    gate.leave();
  }
}

function postInside(api: Win32Api, token: RemoteToken, value: number): void {
  const state = new Int32Array(token.state);
  if (Atomics.load(state, CALLBACK_CLOSED) !== 0) throw closedError("callback");
  if (token.coalesce && !claimWake(state, value)) return;
  const code = postCall(api, token, value);
  if (code === 0) return;
  Atomics.store(state, WAKE_PENDING, 0);
  throw windowsError(api, code, {
    syscall: "PostQueuedCompletionStatus",
    action: "Cannot call back",
  });
}

/** Stores the value; false when a posted packet is going to read it. */
function claimWake(state: Int32Array, value: number): boolean {
  Atomics.store(state, LATEST_VALUE, value | 0);
  return Atomics.exchange(state, WAKE_PENDING, 1) === 0;
}

function closedError(what: string): Error {
  return new Deno.errors.BadResource(
    `Cannot call back: the ${what} is closed`,
  );
}

function assertToken(token: RemoteToken): void {
  const valid = typeof token?.port === "bigint" &&
    token.port > 0n && token.port < 2n ** 64n &&
    Number.isInteger(token.id) && token.id >= 0 && token.id <= MAX_DWORD &&
    typeof token.coalesce === "boolean" &&
    isShared(token.gate, 4) && isShared(token.state, STATE_SIZE);
  if (valid) return;
  throw new TypeError("Cannot call back: the token is malformed");
}

function isShared(value: unknown, size: number): boolean {
  return value instanceof SharedArrayBuffer && value.byteLength === size;
}

function assertValue(value: number): void {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot call back: the value is ${kindOf(value)}, not a number`,
    );
  }
  assertInteger("value", value, [0, MAX_DWORD]);
}
