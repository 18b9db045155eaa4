/**
 * Processes whose pipes and ends come from the completion port, and streams on
 * handles that other programs gave.
 *
 * @example Read what a program prints
 * ```ts
 * import { subprocessExec } from "@iocp/proactor/process";
 *
 * await using child = await subprocessExec(Deno.execPath(), {
 *   args: ["--version"],
 *   stdout: "piped",
 * });
 * const { success } = await child.output();
 * console.log(success); // true
 * ```
 *
 * @module
 */

export type { SubprocessSignal, SubprocessStatus } from "./child_process.ts";
export {
  Subprocess,
  type SubprocessOutput,
  type SubprocessOutputOptions,
  type SubprocessPipes,
} from "./subprocess.ts";
export { subprocessExec, subprocessShell } from "./subprocess_exec.ts";
export type {
  SubprocessExecOptions,
  SubprocessOptions,
  SubprocessStdio,
} from "./subprocess_options.ts";
export type {
  SubprocessProtocol,
  SubprocessProtocolFactory,
  SubprocessTransport,
} from "./subprocess_protocol.ts";
export { adoptHandle, type AdoptHandleOptions } from "./adopt_handle.ts";
export { HandleStream } from "./handle_stream.ts";
export type { HandleKind } from "./handle_kind.ts";
export {
  openStderr,
  openStdin,
  openStdout,
  type StandardStreamOptions,
} from "./standard_streams.ts";
export * from "../ffi/windows_error.ts";
