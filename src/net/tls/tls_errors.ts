/**
 * What can go wrong with TLS.
 *
 * @module
 */

/** The code when the server's certificate or key could not be used. */
const UNUSABLE_KEY = "ERR_SSL_UNSUPPORTED_PROTOCOL";

/**
 * Makes the error for what `node:tls` says.
 *
 * @param error What it says.
 * @param action What was tried: `Cannot start TLS with TCP peer 127.0.0.1:80`.
 * @returns A `Deno.errors.InvalidData` with the `code` of Node, and the other
 * as its `cause`.
 */
export function tlsError(error: Error, action: string): Error {
  const { code } = error as { code?: unknown };
  const state = code === UNUSABLE_KEY
    ? "the certificate or the key cannot be used"
    : error.message.replace(/^[A-Z](?=[a-z])|\.$/g, (c) => c.toLowerCase());
  const made = new Deno.errors.InvalidData(`${action}: ${state}`, {
    cause: error,
  });
  return typeof code === "string" ? Object.assign(made, { code }) : made;
}

/**
 * Makes the error of what a close has ended.
 *
 * @param action What was tried: `read`.
 * @returns A `Deno.errors.Interrupted`.
 */
export function interrupted(action: string): Error {
  return new Deno.errors.Interrupted(`Cannot ${action}: operation canceled`);
}
