/**
 * Closes what a user has forgotten to close. The port refers to its slots, and
 * slots to the listeners of pending operations. These never refer to the object
 * that the user has (a connection, a server, a file), except by promises that
 * the user awaits. So that object can be collected, and nobody can close it any
 * more.
 *
 * @module
 */

import { logError } from "../../ffi/thrown.ts";
import type { ErrorReporter } from "./port_options.ts";

/** The inner part of an object that a user has. */
export interface ForgottenPart {
  /** True when it is closed, or closing. */
  readonly closing: boolean;
  /** Closes it now. */
  destroy(): void;
}

/** Where to report: a port, or the console. */
interface Reporter {
  readonly report: ErrorReporter;
}

interface Forgotten {
  port?: Reporter | undefined;
  part: ForgottenPart;
  name: string;
}

const CONSOLE: Reporter = {
  report: (error, message) => logError(message, error),
};

const registry = new FinalizationRegistry<Forgotten>(closeForgotten);

/**
 * Closes the inner part of an object that was collected without a close, and
 * reports it, as Python's `ResourceWarning` does.
 *
 * @param owner The object that the user has.
 * @param forgotten The inner part, its port, and its name in messages.
 */
export function closeWhenForgotten(owner: object, forgotten: Forgotten): void {
  registry.register(owner, forgotten);
}

/**
 * The error that is reported.
 *
 * @param name Its name in messages.
 * @returns A `ResourceWarning`.
 */
export function resourceWarning(name: string): Error {
  const error = new Error(`Closed ${name}: it was collected without a close`);
  error.name = "ResourceWarning";
  return error;
}

function closeForgotten({ port = CONSOLE, part, name }: Forgotten): void {
  if (part.closing) return;
  port.report(resourceWarning(name), "Something was not closed");
  part.destroy();
}
