/**
 * Who waits for the readers of pipes, by port.
 *
 * @module
 */

import type { Handle } from "../../ffi/win32_api.ts";
import type { CompletionPort } from "../port/completion_port.ts";

/** Waits until the other end of a pipe has read everything, or is gone. */
export type Drain = (pipe: Handle, signal: AbortSignal) => Promise<void>;

/** The waits of the ports that have some. */
export const drainsOfPorts: WeakMap<CompletionPort, Drain> = new WeakMap();
