/** The error of a failed assertion. */
export class AssertionError extends Error {
  /**
   * Creates the error.
   *
   * @param message What was expected and what was found.
   * @param options The cause, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/**
 * Throws an {@linkcode AssertionError}.
 *
 * @param text What was expected and what was found.
 * @param msg The caller's own words, appended after a colon.
 */
export function failWith(text: string, msg?: string): never {
  throw new AssertionError(msg ? `${text}: ${msg}` : text);
}
