/**
 * What the collector would report, if it ran now.
 *
 * @module
 */

import type { ForgottenPart } from "../../src/proactor/port/forgotten.ts";

/** What is registered for an object that has to be closed. */
interface Registered {
  port: object;
  part: ForgottenPart;
  name: string;
}

const registered = new WeakMap<object, Registered[]>();

const { register } = FinalizationRegistry.prototype;

FinalizationRegistry.prototype.register = function (target, held, token) {
  if (isForgettable(held)) {
    const list = registered.getOrInsertComputed(held.port, () => []);
    list.push(held);
  }
  register.call(this, target, held, token);
};

function isForgettable(held: unknown): held is Registered {
  const { port, part } = Object(held);
  return port !== undefined && part !== undefined;
}

/**
 * Tells what nobody has closed, whether or not somebody can still do it.
 *
 * @param port The completion port.
 * @returns Names, as in messages.
 */
export function notClosed(port: object): string[] {
  const all = registered.get(port) ?? [];
  return all.filter(({ part }) => !part.closing).map(({ name }) => name);
}
