/**
 * Checks of the arguments of the loop's methods.
 *
 * @module
 */

/**
 * Tells whether a value can be awaited.
 *
 * @param value Anything.
 * @returns True for promises, futures and other objects with `then`.
 */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value &&
    typeof value.then === "function";
}

/**
 * Refuses what is not a function.
 *
 * @param action The beginning of the message.
 * @param value The value.
 * @throws {TypeError} when it is something else.
 */
export function assertFunction(action: string, value: unknown): void {
  if (typeof value === "function") return;
  throw new TypeError(`Cannot ${action}: ${kindOf(value)} is not a function`);
}

/**
 * Refuses what is not a time. Negative and infinite numbers are allowed.
 *
 * @param name What the value is called.
 * @param value The value.
 * @throws {TypeError} when it is not a number.
 * @throws {RangeError} when it is `NaN`.
 */
export function assertTime(name: string, value: number): void {
  if (typeof value !== "number") {
    throw new TypeError(
      `Cannot schedule callback: the ${name} is ${kindOf(value)}, not a number`,
    );
  }
  if (!Number.isNaN(value)) return;
  throw new RangeError(`Cannot schedule callback: the ${name} is NaN`);
}

/**
 * Names the type of a value in a message.
 *
 * @param value The value.
 * @returns `null`, `undefined`, or the type with its article.
 */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  const type = typeof value;
  return type === "object" ? "an object" : `a ${type}`;
}

/**
 * Gives a function the name of another one, for messages.
 *
 * @typeParam F The function.
 * @param wrapper The function.
 * @param { name } The other one.
 * @returns The function.
 */
export function named<F extends () => unknown>(
  wrapper: F,
  { name }: { readonly name: string },
): F {
  return Object.defineProperty(wrapper, "name", { value: name });
}

/**
 * Refuses a host beside a socket.
 *
 * @param action The beginning of the message.
 * @param host The host, or nothing.
 * @param port The port; 0 is nothing.
 * @throws {TypeError} when there is one.
 */
export function assertNoHost(
  action: string,
  host: unknown,
  port: unknown,
): void {
  if ((host ?? null) === null && (port ?? 0) === 0) return;
  throw new TypeError(
    `Cannot ${action}: there are both a socket and a host or port`,
  );
}

/**
 * Copies what a caller may change while a call waits: plain objects and arrays,
 * and those in them. What has a class stays what it is.
 *
 * @typeParam T The type of it.
 * @param given What the caller gave: options, or a part of them.
 * @returns A copy; what is no plain object and no array is not copied.
 */
export function copyGiven<T>(given: T): T {
  if (Array.isArray(given)) return given.map(copyGiven) as T;
  if (!isPlain(given)) return given;
  const copy: Record<PropertyKey, unknown> = { ...given };
  for (const name of Object.keys(copy)) copy[name] = copyGiven(copy[name]);
  return copy as T;
}

function isPlain(value: unknown): value is Record<PropertyKey, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
