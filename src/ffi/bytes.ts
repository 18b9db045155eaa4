/**
 * The arrays of callers, touched by intrinsic operations only.
 *
 * A subclass of `Uint8Array` can override everything that is looked up on it:
 * `slice` and `subarray` (of `Buffer`, `slice` is a view), `set`, `byteLength`,
 * `Symbol.species`. What is captured here sees the array itself.
 *
 * @module
 */

const { call } = Function.prototype;
const TypedArray = Object.getPrototypeOf(Uint8Array).prototype;

function getter<T>(name: string | symbol): (array: Uint8Array) => T {
  const { get } = Object.getOwnPropertyDescriptor(TypedArray, name)!;
  return call.bind(get!);
}

const tagOf = getter<string | undefined>(Symbol.toStringTag);
const bufferOf = getter<ArrayBufferLike>("buffer");
const byteOffsetOf = getter<number>("byteOffset");

/**
 * The number of bytes, whatever the array says of itself.
 *
 * @param array The array.
 * @returns Bytes; 0 when it has lost them.
 */
export const byteLengthOf: (array: Uint8Array) => number = getter("byteLength");

/**
 * `%TypedArray%.prototype.set`.
 *
 * @param target Where the bytes go.
 * @param source The bytes, all of them.
 * @param offset Where in the target.
 * @throws {RangeError} when there is no room for them.
 */
export const setBytes: (
  target: Uint8Array,
  source: Uint8Array,
  offset: number,
) => void = call.bind(TypedArray.set);

/**
 * Tells a `Uint8Array`, subclasses and other realms included, from what only
 * looks like one.
 *
 * @param value Any value.
 * @returns True when it has bytes of its own.
 */
export function isBytes(value: unknown): value is Uint8Array {
  return tagOf(value as Uint8Array) === "Uint8Array";
}

/**
 * Whether the bytes were transferred to somebody else.
 *
 * @param array The array.
 * @returns True when it is detached; one that is only empty is not.
 */
export function isDetached(array: Uint8Array): boolean {
  if (byteLengthOf(array) > 0) return false;
  const buffer = bufferOf(array);
  return buffer instanceof ArrayBuffer && buffer.detached;
}

/**
 * Whether other threads can change the bytes, and their number, at any time.
 *
 * @param array The array.
 * @returns True when its memory is shared.
 */
export function isShared(array: Uint8Array): boolean {
  return !(bufferOf(array) instanceof ArrayBuffer);
}

/**
 * Makes a plain array over some bytes of another one.
 *
 * @param array The array.
 * @param start Where they begin.
 * @param end Where they end.
 * @returns The view.
 */
export function viewOf(
  array: Uint8Array,
  start = 0,
  end: number = byteLengthOf(array),
): Uint8Array<ArrayBuffer> {
  const buffer = bufferOf(array) as ArrayBuffer;
  return new Uint8Array(buffer, byteOffsetOf(array) + start, end - start);
}

/**
 * Makes a private copy of some bytes.
 *
 * @param array The array.
 * @param start Where they begin.
 * @param end Where they end.
 * @returns The copy.
 */
export function copyBytes(
  array: Uint8Array,
  start = 0,
  end: number = byteLengthOf(array),
): Uint8Array<ArrayBuffer> {
  const whole = start === 0 && end === byteLengthOf(array);
  return new Uint8Array(whole ? array : viewOf(array, start, end));
}
