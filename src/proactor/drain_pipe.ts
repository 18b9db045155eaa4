/**
 * Waiting for the reader of a pipe. What that takes is loaded when the first
 * one is waited for.
 *
 * @module
 */

import type { Handle } from "../ffi/win32_api.ts";
import type { CompletionPort } from "./port/completion_port.ts";
import { type Drain, drainsOfPorts } from "./wait/drains.ts";

/**
 * Waits until the other end of a pipe has read everything, or is gone.
 *
 * @param port The port of the pipe.
 * @param pipe The pipe.
 * @param signal Ends the wait.
 */
export async function drainPipe(
  port: CompletionPort,
  pipe: Handle,
  signal: AbortSignal,
): Promise<void> {
  try {
    const drain = drainsOfPorts.get(port) ?? await loadDrain(port);
    if (!signal.aborted) await drain(pipe, signal);
  } catch {
    // Without waits, or memory for one, the reader must be quick.
  }
}

async function loadDrain(port: CompletionPort): Promise<Drain> {
  const { partsOf } = await import("./proactor_parts.ts");
  const { waits } = partsOf(port);
  return (pipe, signal) => waits.drain(pipe, signal);
}
