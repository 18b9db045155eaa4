/**
 * Children in protocol style.
 *
 * @module
 */

import { portOf } from "../proactor/default_port.ts";
import type { IocpProactor } from "../proactor/iocp_proactor.ts";
import { ChildTransport } from "./child_transport.ts";
import { discard, launchProcess } from "./launch.ts";
import type { Launch } from "./subprocess_options.ts";
import type {
  SubprocessProtocol,
  SubprocessProtocolFactory,
  SubprocessTransport,
} from "./subprocess_protocol.ts";

/** Where and for how long a child is started. */
export interface OpenSubprocessOptions {
  /** The proactor. */
  proactor: IocpProactor;
  /** Kills the child. */
  signal?: AbortSignal | undefined;
}

/**
 * Starts a child for a protocol.
 *
 * @typeParam P The protocol.
 * @param protocolFactory Called before the child is made.
 * @param launch What to start.
 * @param options The proactor, and a signal that kills the child.
 * @returns The transport and the protocol, whose `connectionMade` was called.
 * @throws {WindowsError} when Windows refuses.
 */
export async function openSubprocess<P extends SubprocessProtocol>(
  protocolFactory: SubprocessProtocolFactory<P>,
  launch: Launch,
  options: OpenSubprocessOptions,
): Promise<[SubprocessTransport, P]> {
  const { proactor, signal } = options;
  const protocol = protocolFactory();
  const launched = await launchProcess(proactor, launch, signal);
  try {
    const port = portOf(proactor);
    const parts = { ...launched, deadline: launch.deadline };
    const transport = new ChildTransport(port, parts, protocol);
    launched.child.handOver();
    return [transport, protocol];
  } catch (error) { // the proactor was closed in this very moment
    discard(portOf(proactor), launched);
    throw error;
  }
}
