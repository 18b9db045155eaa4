/**
 * Checks and conversions of arguments, before any system call.
 *
 * @module
 */

import { isInstance } from "../ffi/thrown.ts";
import {
  byteLengthOf,
  copyBytes,
  isBytes,
  isDetached,
  isShared,
  setBytes,
} from "../ffi/bytes.ts";
import { INFINITE } from "../ffi/constants.ts";
import { INVALID_HANDLE_VALUE } from "../ffi/win32_api.ts";

/** The largest count that fits a DWORD. */
export const MAX_DWORD = 0xffff_ffff;

/**
 * Copies received bytes into the array of the caller.
 *
 * @param data The bytes.
 * @param target The array.
 * @returns The number of bytes.
 * @throws {TypeError} when the array has shrunk meanwhile; `cause` has the
 * data.
 */
export function place(data: Uint8Array, target: Uint8Array): number {
  if (byteLengthOf(target) < data.byteLength) {
    throw new TypeError(
      `Cannot deliver ${data.byteLength} bytes: the array was transferred`,
      { cause: data },
    );
  }
  setBytes(target, data, 0);
  return data.byteLength;
}

/**
 * Converts a time-out, by asyncio's rules.
 *
 * @param timeout Milliseconds; `undefined` and `Infinity` wait for ever.
 * @returns A DWORD of milliseconds, rounded up.
 * @throws {RangeError} when it is negative, not a number or too big.
 */
export function waitMilliseconds(timeout: number | undefined): number {
  if (timeout === undefined || timeout === Infinity) return INFINITE;
  if (typeof timeout !== "number" || !(timeout >= 0)) {
    const shown = shownValue(timeout);
    throw new RangeError(`Cannot use timeout ${shown}: it is not 0 or more`);
  }
  const milliseconds = Math.ceil(timeout);
  if (milliseconds >= INFINITE) {
    throw new RangeError(`Cannot use timeout ${timeout}: it is too big`);
  }
  return milliseconds;
}

/**
 * Limits a delay to what timers can wait: a longer one would end at once.
 *
 * @param milliseconds Any delay, also INFINITE or `Infinity`.
 * @returns 2147483647 ms (24.8 days) at most.
 */
export function timerDelay(milliseconds: number): number {
  return Math.min(milliseconds, 0x7fff_ffff);
}

/**
 * Refuses a value that is not an integer of a range.
 *
 * @param name The name of the value in the message.
 * @param value The value.
 * @param range The least and the greatest value.
 * @throws {RangeError} when it is outside.
 */
export function assertInteger(
  name: string,
  value: number,
  [least, most]: [number, number],
): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(
    `Cannot use ${name} ${shownValue(value)}: ` +
      `it is not an integer from ${least} to ${most}`,
  );
}

/**
 * What messages show of a value, whatever it is.
 *
 * @param value The value.
 * @returns The text of a number or the like, text in quotation marks, or the
 * type.
 */
export function shownValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

/**
 * Refuses a signal that is none.
 *
 * @param signal What the caller gave.
 * @throws {TypeError} when it is something else.
 */
export function assertSignal(signal: unknown): void {
  if (signal === undefined || isInstance(signal, AbortSignal)) return;
  throw new TypeError(
    `Cannot use signal ${shownValue(signal)}: it is not an AbortSignal`,
  );
}

/** What options of all kinds have in common. */
export type OptionKind = "boolean" | "function" | "signal" | "array" | "object";

const KINDS: Record<OptionKind, [name: string, is: (value: never) => boolean]> =
  {
    boolean: ["a boolean", (value) => typeof value === "boolean"],
    function: ["a function", (value) => typeof value === "function"],
    signal: ["an AbortSignal", (value) => isInstance(value, AbortSignal)],
    array: ["an array", (value) => Array.isArray(value)],
    object: ["an object", (value) => Object(value) === value],
  };

/**
 * Refuses options of a wrong type: nothing is true because it is not empty.
 *
 * @param options The options.
 * @param kinds What those may be that are given.
 * @throws {TypeError} when one is of another type.
 */
export function assertOptions(
  options: object,
  kinds: Readonly<Record<string, OptionKind>>,
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("Cannot use the options: they are not an object");
  }
  for (const [name, kind] of Object.entries(kinds)) {
    const value: unknown = Reflect.get(options, name);
    const [type, is] = KINDS[kind];
    if (value === undefined || is(value as never)) continue;
    throw new TypeError(
      `Cannot use ${name} ${shownValue(value)}: it is not ${type}`,
    );
  }
}

/**
 * Refuses a value that cannot be that of an open handle.
 *
 * @param action The beginning of the message.
 * @param handle The value.
 * @throws {TypeError} when it is not a bigint.
 * @throws {Deno.errors.BadResource} when no handle has this value.
 */
export function assertHandle(action: string, handle: unknown): void {
  if (typeof handle !== "bigint") {
    throw new TypeError(
      `Cannot ${action}: the handle is a ${typeof handle}, not a bigint`,
    );
  }
  if (handle > 0n && handle < INVALID_HANDLE_VALUE) return;
  throw new Deno.errors.BadResource(
    `Cannot ${action}: the handle is closed or invalid`,
  );
}

/**
 * Refuses a value that is not a `Uint8Array`, or is detached.
 *
 * @param action The beginning of the message.
 * @param data The value.
 * @throws {TypeError} when it is something else, or detached.
 */
export function assertArray(action: string, data: Uint8Array): void {
  if (!isBytes(data)) {
    throw new TypeError(`Cannot ${action}: the data are not a Uint8Array`);
  }
  if (!isDetached(data)) return;
  throw new TypeError(`Cannot ${action}: the array is detached`);
}

/**
 * Refuses a value that cannot be written, and copies shared memory, which other
 * threads could change between two reads.
 *
 * @param action The beginning of the message.
 * @param data The value.
 * @returns The array itself, which belongs to the caller; a copy where its
 * memory is shared.
 * @throws {TypeError} when it is not a `Uint8Array`, or detached.
 */
export function stableBytes(
  action: string,
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  assertArray(action, data);
  return isShared(data) ? copyBytes(data) : data as Uint8Array<ArrayBuffer>;
}

/**
 * Refuses arrays without bytes.
 *
 * @param action The beginning of the message.
 * @param data The value.
 * @throws {TypeError} when there is no byte in it.
 */
export function assertBytes(action: string, data: Uint8Array): void {
  assertArray(action, data);
  if (byteLengthOf(data) > 0) return;
  throw new TypeError(`Cannot ${action} array: it is empty`);
}
