/**
 * `ProcessEventLoop`: the part of an event loop that starts processes.
 *
 * @module
 */

import { openSubprocess } from "../process/open_subprocess.ts";
import {
  type Launch,
  resolveExec,
  resolveShell,
  type SubprocessExecOptions,
  type SubprocessOptions,
} from "../process/subprocess_options.ts";
import type {
  SubprocessProtocol,
  SubprocessProtocolFactory,
  SubprocessTransport,
} from "../process/subprocess_protocol.ts";
import { assertFunction } from "./arguments.ts";
import { HandleEventLoop } from "./handle_event_loop.ts";
import type { LoopOptions } from "./stream_event_loop.ts";

/**
 * Children in protocol style; see {@linkcode ProactorEventLoop} for the loop to
 * use.
 *
 * @example Usage
 * ```ts
 * import { ProactorEventLoop } from "@iocp/proactor";
 *
 * await using loop = new ProactorEventLoop();
 * const [transport] = await loop.subprocessExec(
 *   () => ({ pipeDataReceived: (fd, data) => console.log(fd, data.length) }),
 *   "whoami.exe",
 * );
 * console.log(await transport.wait()); // 0
 * ```
 */
export abstract class ProcessEventLoop extends HandleEventLoop {
  /**
   * Starts a program for a protocol.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called before the program is started.
   * @param command A path or a name, as for the function `subprocessExec`.
   * @param options As for that function, but all streams are piped by default.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or something is
   * malformed.
   * @throws {RangeError} when the command line is too long.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.NotFound} when there is no such program.
   * @throws {Deno.errors.NotADirectory} when there is no such directory.
   * @throws {Deno.errors.PermissionDenied} when it may not be run.
   */
  async subprocessExec<P extends SubprocessProtocol>(
    protocolFactory: SubprocessProtocolFactory<P>,
    command: string | URL,
    options: LoopOptions<SubprocessExecOptions> = {},
  ): Promise<[SubprocessTransport, P]> {
    const launch = resolveExec(command, piped(options));
    return await this.#start(protocolFactory, launch, options.signal);
  }

  /**
   * Starts a command line with the system's shell for a protocol.
   *
   * @typeParam P The protocol.
   * @param protocolFactory Called before the shell is started.
   * @param commandLine What `cmd.exe` runs.
   * @param options As for the function `subprocessShell`, but all streams are
   * piped by default.
   * @returns The transport and the protocol, whose `connectionMade` was called.
   * @throws {TypeError} when the factory is not a function, or something is
   * malformed.
   * @throws {RangeError} when the command line is too long.
   * @throws {InvalidStateError} when the loop is closed.
   * @throws {Deno.errors.NotADirectory} when there is no such directory.
   */
  async subprocessShell<P extends SubprocessProtocol>(
    protocolFactory: SubprocessProtocolFactory<P>,
    commandLine: string,
    options: LoopOptions<SubprocessOptions> = {},
  ): Promise<[SubprocessTransport, P]> {
    const launch = resolveShell(commandLine, piped(options));
    return await this.#start(protocolFactory, launch, options.signal);
  }

  async #start<P extends SubprocessProtocol>(
    protocolFactory: SubprocessProtocolFactory<P>,
    launch: Launch,
    signal: AbortSignal | undefined,
  ): Promise<[SubprocessTransport, P]> {
    this.assertOpen("start process");
    assertFunction("start process", protocolFactory);
    const { proactor } = this;
    return await openSubprocess(protocolFactory, launch, { proactor, signal });
  }
}

/** What asyncio pipes when it is not told otherwise. */
function piped<T extends SubprocessOptions>(options: T): T {
  const { stdin = "piped", stdout = "piped", stderr = "piped" } = options;
  return { ...options, stdin, stdout, stderr };
}
