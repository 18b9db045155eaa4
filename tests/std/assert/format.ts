const CONTEXT_LINES = 3;

/**
 * Shows a value in full, one member a line, keys sorted.
 *
 * @param value The value to show.
 * @returns The text.
 */
export function format(value: unknown): string {
  return Deno.inspect(value, {
    depth: Infinity,
    sorted: true,
    trailingComma: true,
    compact: false,
    iterableLimit: 10_000,
    strAbbreviateSize: 10_000,
    getters: true,
  });
}

/**
 * Says how two values differ.
 *
 * @param actual The value found.
 * @param expected The value wanted.
 * @returns Some lines: the first differing element of byte arrays, else the
 * differing lines, marked `-` for actual and `+` for expected.
 */
export function describeDifference(
  actual: unknown,
  expected: unknown,
): string {
  return describeBytes(bytesOf(actual), bytesOf(expected)) ??
    describeLines(format(actual), format(expected));
}

/**
 * Views the bytes of a buffer.
 *
 * @param value Any value.
 * @returns The bytes of an `ArrayBuffer`, `SharedArrayBuffer` or a view of
 * one, else `undefined`.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  const isBuffer = value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer;
  return isBuffer ? new Uint8Array(value) : undefined;
}

function describeBytes(
  actual: Uint8Array | undefined,
  expected: Uint8Array | undefined,
): string | undefined {
  if (actual === undefined || expected === undefined) return undefined;
  const index = actual.findIndex((byte, i) => byte !== expected[i]);
  if (index < 0 && actual.length === expected.length) return undefined;
  const first = index < 0 ? actual.length : index;
  return [
    `lengths ${actual.length} and ${expected.length} bytes`,
    `first difference at byte ${first}`,
    `- ${showBytes(actual, first)}`,
    `+ ${showBytes(expected, first)}`,
  ].join("\n");
}

function showBytes(bytes: Uint8Array, from: number): string {
  const start = Math.max(0, from - 8);
  const shown = bytes.subarray(start, from + 24);
  return `[${start}..] ${shown.join(" ")}`;
}

function describeLines(actual: string, expected: string): string {
  const a = actual.split("\n");
  const b = expected.split("\n");
  const head = commonLength(a, b);
  const tail = commonLength(
    a.slice(head).reverse(),
    b.slice(head).reverse(),
  );
  return [
    ...mark(" ", a.slice(Math.max(0, head - CONTEXT_LINES), head)),
    ...mark("-", a.slice(head, a.length - tail)),
    ...mark("+", b.slice(head, b.length - tail)),
    ...mark(" ", a.slice(a.length - tail).slice(0, CONTEXT_LINES)),
  ].join("\n");
}

function commonLength(a: string[], b: string[]): number {
  const index = a.findIndex((line, i) => line !== b[i]);
  return index < 0 ? a.length : index;
}

function mark(sign: string, lines: string[]): string[] {
  return lines.map((line) => `${sign} ${line}`);
}
