/**
 * What the tests of processes share.
 *
 * The libraries are loaded here, outside of any test, so that no test is
 * blamed for keeping them open.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { IocpProactor } from "../../../mod.ts";
import {
  type Subprocess,
  subprocessExec,
  type SubprocessExecOptions,
  type SubprocessOutput,
  subprocessShell,
} from "../../../src/process/mod.ts";
import { defaultProcesses } from "../../../src/ffi/process/default.ts";
import { defaultThreadIo } from "../../../src/ffi/thread_io/default.ts";
import { loadWaitSymbols } from "../../../src/ffi/wait/native.ts";
import { NativeWin32 } from "../../../src/ffi/native_win32.ts";
import { decode } from "../_bytes.ts";
import { libraryPath } from "../_library.ts";
import { PATIENCE, soon } from "../_turns.ts";

defaultProcesses();
defaultThreadIo();
loadWaitSymbols();

/** All three standard streams are pipes. */
export const PIPED = {
  stdin: "piped",
  stdout: "piped",
  stderr: "piped",
} as const;

/** Waits for a key that never comes, as long as its standard input is open. */
export const WAITS = "pause";

/**
 * Runs a command line of the shell to its end.
 *
 * @param proactor The proactor.
 * @param commandLine What `cmd.exe` runs; its standard input is empty.
 * @param options What differs from piped outputs.
 * @returns What it has left behind.
 */
export async function runShell(
  proactor: IocpProactor,
  commandLine: string,
  options: SubprocessExecOptions = {},
): Promise<SubprocessOutput> {
  const child = await subprocessShell(commandLine, {
    ...PIPED,
    stdin: "null",
    ...options,
    proactor,
  });
  return await finish(child);
}

/**
 * Starts a command of the shell that runs until it is killed.
 *
 * @param proactor The proactor.
 * @param options What differs from piped streams.
 * @returns The shell.
 */
export async function startWaiting(
  proactor: IocpProactor,
  options: SubprocessExecOptions = {},
): Promise<Subprocess> {
  const child = await subprocessExec("cmd.exe", {
    ...PIPED,
    args: ["/d", "/c", WAITS],
    ...options,
    proactor,
  });
  return child;
}

/**
 * Waits for the end of a child and of its outputs.
 *
 * @param child The child.
 * @returns What it has left behind.
 */
export async function finish(child: Subprocess): Promise<SubprocessOutput> {
  const output = await soon(child.output());
  for (const pipe of Object.values(child.pipes)) await pipe?.finished;
  return output;
}

/**
 * What a child wrote, line by line.
 *
 * @param data The bytes.
 * @returns The lines, without their ends.
 */
export function linesOf(data: Uint8Array): string[] {
  return decode(data).trimEnd().split("\r\n").map((line) => line.trimEnd());
}

const SYNCHRONIZE = 0x0010_0000;

const kernel32 = Deno.dlopen(libraryPath("kernel32.dll"), {
  OpenProcess: { parameters: ["u32", "i32", "u32"], result: "usize" },
}).symbols;

/**
 * Blocks this thread until a process has ended, so that no packet about it is
 * dispatched meanwhile.
 *
 * @param child The process.
 */
export function waitBlocking(child: Subprocess): void {
  const process = kernel32.OpenProcess(SYNCHRONIZE, 0, child.pid);
  assert(process !== 0n);
  const end = performance.now() + PATIENCE;
  while (!defaultProcesses().hasExited(process)) {
    assert(performance.now() < end, "The process did not end");
  }
  assertEquals(new NativeWin32().closeHandle(process), 0);
}
