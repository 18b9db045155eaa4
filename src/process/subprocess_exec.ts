/**
 * `subprocessExec` and `subprocessShell`: start a child.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import { defaultProactor } from "../proactor/default_proactor.ts";
import { discard, launchProcess } from "./launch.ts";
import { Subprocess } from "./subprocess.ts";
import {
  type Launch,
  resolveExec,
  resolveShell,
  type SubprocessExecOptions,
  type SubprocessOptions,
} from "./subprocess_options.ts";

/**
 * Starts a program. `CreateProcessW` runs on another thread, so nothing blocks
 * meanwhile.
 *
 * The child gets each argument as it is, when it takes its command line apart
 * as programs of the C run-time of Microsoft do. Arguments of a batch file
 * (`.bat`, `.cmd`) cannot run commands; a line break in one is refused.
 *
 * The child inherits its standard streams and `inheritHandles`, and no other
 * handle. While it is being made, those are inheritable: a child that other
 * code makes in this moment, without a list of its handles as `Deno.Command`
 * does, may get them too, and keep a pipe open until it ends.
 *
 * @example Usage
 * ```ts
 * import { subprocessExec } from "@iocp/proactor/process";
 *
 * await using child = await subprocessExec("whoami.exe", { stdout: "piped" });
 * const { code, stdout } = await child.output();
 * console.log(code, new TextDecoder().decode(stdout));
 * ```
 *
 * @param command A path, relative to the current directory of this process; or
 * a name, which is looked for in this order: `PATH` of `env`, the directory of
 * the running program, the system's directories, `PATH` of this process. The
 * current directory is not searched. `.exe` is appended to a name without a
 * period.
 * @param options Arguments, streams, environment, and what Windows offers.
 * @returns The child, which runs.
 * @throws {TypeError} when something is malformed.
 * @throws {RangeError} when the command line, an environment variable or the
 * directory is too long.
 * @throws {Deno.errors.NotFound} when there is no such program.
 * @throws {Deno.errors.NotADirectory} when there is no such directory.
 * @throws {Deno.errors.PermissionDenied} when it may not be run.
 * @throws {Deno.errors.BadResource} when the proactor or a handle is closed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function subprocessExec(
  command: string | URL,
  options: SubprocessExecOptions = {},
): Promise<Subprocess> {
  return await start(resolveExec(command, options), options);
}

/**
 * Starts a command line with the system's shell, `cmd.exe /d /s /c`. Whoever
 * writes a part of the command line can run what he likes.
 *
 * @example Usage
 * ```ts
 * import { subprocessShell } from "@iocp/proactor/process";
 *
 * await using child = await subprocessShell("dir | find /c /v \"\"");
 * console.log(await child.status);
 * ```
 *
 * @param commandLine What `cmd.exe` runs.
 * @param options Streams, environment, and what Windows offers.
 * @returns The shell, which runs.
 * @throws {TypeError} when something is malformed.
 * @throws {RangeError} when the command line, an environment variable or the
 * directory is too long.
 * @throws {Deno.errors.NotADirectory} when there is no such directory.
 * @throws {Deno.errors.BadResource} when the proactor or a handle is closed.
 * @throws {Deno.errors.NotSupported} when the system is not Windows.
 * @throws {Deno.errors.NotCapable} when `--allow-ffi` was not granted.
 */
export async function subprocessShell(
  commandLine: string,
  options: SubprocessOptions = {},
): Promise<Subprocess> {
  return await start(resolveShell(commandLine, options), options);
}

async function start(
  launch: Launch,
  options: SubprocessOptions,
): Promise<Subprocess> {
  const { proactor = defaultProactor(), signal } = options;
  const port = portOf(proactor);
  const launched = await launchProcess(proactor, launch, signal);
  try {
    const subprocess = new Subprocess(port, launched, launch);
    launched.child.handOver();
    return subprocess;
  } catch (error) { // the proactor was closed in this very moment
    discard(port, launched);
    throw error;
  }
}
