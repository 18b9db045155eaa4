/**
 * What models allow.
 *
 * @module
 */

/**
 * Tells whether an error is of one of some classes.
 *
 * @param error The error.
 * @param names The names of the classes.
 * @returns True when it is.
 */
export function isError(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.constructor.name);
}

/**
 * Checks bytes that count on from one: none may be lost, doubled or out of
 * order.
 *
 * @param who Who has got them.
 * @param received The bytes.
 * @param sent How many were sent.
 * @throws {Error} when they do not count on.
 */
export function assertCounts(
  who: string,
  received: readonly number[],
  sent: number,
): void {
  for (let i = 0; i < received.length; i++) {
    if (received[i] === ((i + 1) & 0xff)) continue;
    throw new Error(`${who} got ${received[i]} as byte ${i + 1}`);
  }
  if (received.length > sent) throw new Error(`${who} got too much`);
}
