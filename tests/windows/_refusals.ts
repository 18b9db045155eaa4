/**
 * Calls that must be refused before they reach Windows.
 *
 * @module
 */

import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import type { IocpProactor } from "../../mod.ts";
import { NativeWin32 } from "../../src/ffi/native_win32.ts";
import type { Win32Api } from "../../src/ffi/win32_api.ts";
import { withSpy } from "./_proxies.ts";
import { withProactor } from "./_setup.ts";
import { soon } from "./_turns.ts";

/** The class that an error must have. */
export type ErrorClass = new (...args: never[]) => Error;

/**
 * The real Windows, and the names of the calls that are made.
 *
 * @returns The API and the list, which grows.
 */
export function spiedApi(): { api: Win32Api; calls: string[] } {
  const calls: string[] = [];
  return { api: withSpy<Win32Api>(new NativeWin32(), calls), calls };
}

/**
 * Calls something that should be refused.
 *
 * @param call What to call.
 * @param calls The list of {@linkcode spiedApi}.
 * @returns What it threw, and the calls it made before.
 */
export async function refusal(
  call: () => unknown,
  calls: string[],
): Promise<{ error: unknown; made: string[] }> {
  calls.length = 0;
  let error: unknown;
  try {
    await soon((async () => await call())());
  } catch (thrown) {
    error = thrown;
  }
  return { error, made: [...calls] };
}

/**
 * Demands that something is refused before any call of Windows.
 *
 * @param what What it is called when it fails.
 * @param call What to call.
 * @param expected The list of {@linkcode spiedApi}, and the error's class.
 */
export async function assertRefused(
  what: string,
  call: () => unknown,
  expected: { calls: string[]; errorClass: ErrorClass },
): Promise<void> {
  const { error, made } = await refusal(call, expected.calls);
  assertInstanceOf(error, expected.errorClass, `${what}: ${error}`);
  assertMatch(error.message, /^Cannot [^]*[^.]$/, what);
  assertEquals(made, [], what);
}

function detached(): Uint8Array {
  const data = new Uint8Array(4);
  data.buffer.transfer();
  return data;
}

/** What is not an array of bytes, or not any more. */
export const BAD_ARRAYS: unknown[] = [
  undefined,
  null,
  "text",
  5,
  [1, 2],
  new ArrayBuffer(4),
  new DataView(new ArrayBuffer(4)),
  new Uint16Array(4),
  detached(),
];

/**
 * Registers a test with a spied proactor, which must get everything back.
 *
 * @param name The name of the test.
 * @param body The test, with the list of {@linkcode spiedApi}.
 */
export function spiedTest(
  name: string,
  body: (proactor: IocpProactor, calls: string[]) => Promise<void>,
): void {
  const { api, calls } = spiedApi();
  Deno.test(
    name,
    () => withProactor((proactor) => body(proactor, calls), { api }),
  );
}
