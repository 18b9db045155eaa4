/**
 * The subprocesses of a loop, in protocol style.
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
import type { LoopHost } from "./host.ts";
import type { LoopOptions } from "./loop_options.ts";

/**
 * Starts processes for protocols, unless the loop is closed. The methods are
 * documented on the page of {@linkcode ProactorEventLoop}, which loads this file
 * when one of them is first called.
 */
export class Subprocesses {
  readonly #host: LoopHost;

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  async subprocessExec<P extends SubprocessProtocol>(
    protocolFactory: SubprocessProtocolFactory<P>,
    command: string | URL,
    options: LoopOptions<SubprocessExecOptions>,
  ): Promise<[SubprocessTransport, P]> {
    const launch = resolveExec(command, piped(options));
    return await this.#start(protocolFactory, launch, options.signal);
  }

  async subprocessShell<P extends SubprocessProtocol>(
    protocolFactory: SubprocessProtocolFactory<P>,
    commandLine: string,
    options: LoopOptions<SubprocessOptions>,
  ): Promise<[SubprocessTransport, P]> {
    const launch = resolveShell(commandLine, piped(options));
    return await this.#start(protocolFactory, launch, options.signal);
  }

  async #start<P extends SubprocessProtocol>(
    protocolFactory: SubprocessProtocolFactory<P>,
    launch: Launch,
    signal: AbortSignal | undefined,
  ): Promise<[SubprocessTransport, P]> {
    this.#host.assertOpen("start process");
    assertFunction("start process", protocolFactory);
    const { proactor } = this.#host;
    return await openSubprocess(protocolFactory, launch, { proactor, signal });
  }
}

/** All streams are pipes by default, as in asyncio. */
function piped<T extends SubprocessOptions>(options: T): T {
  const { stdin = "piped", stdout = "piped", stderr = "piped" } = options;
  return { ...options, stdin, stdout, stderr };
}
