/**
 * What its owner has forgotten to close. Slots hold what is pending, and the
 * port holds them; so what is behind a connection, a server or a file never
 * refers to the object that its user has, but from promises that the user
 * waits for. When that object has been collected, nobody can close it any more.
 *
 * @module
 */

import { logError } from "../../ffi/thrown.ts";
import type { ErrorReporter } from "./port_options.ts";

/** What is behind the object that a user has. */
export interface ForgottenPart {
  /** True when it is closed, or closing. */
  readonly closing: boolean;
  /** Closes it now. */
  destroy(): void;
}

/** Who is told, where there is somebody. */
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
 * Closes something when its owner was collected without a close, and reports
 * it, as Python's `ResourceWarning` does.
 *
 * @param owner The object that the user has.
 * @param forgotten What is closed, its port, and what messages call it.
 */
export function closeWhenForgotten(owner: object, forgotten: Forgotten): void {
  registry.register(owner, forgotten);
}

/**
 * The error that is reported.
 *
 * @param name What messages call it.
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
