/**
 * What objects say of themselves in messages, as asyncio's `repr` does: their
 * state, never the data that they carry.
 *
 * @module
 */

const INSPECT = [
  Symbol.for("Deno.customInspect"),
  Symbol.for("nodejs.util.inspect.custom"),
];

/**
 * Makes `Deno.inspect` and `node:util` say what `toString` says.
 *
 * @param Class A class whose objects have a `toString` of their own.
 */
export function inspectAsText(Class: { prototype: object }): void {
  for (const symbol of INSPECT) {
    Object.defineProperty(Class.prototype, symbol, {
      value: inspect,
      writable: true,
      configurable: true,
    });
  }
}

function inspect(this: object): string {
  try {
    return `${this}`;
  } catch {
    return `<${classOf(this)}>`; // the prototype has no state
  }
}

/**
 * Says what a value is, without its contents: results may be secrets.
 *
 * @param value Any value.
 * @returns A number or truth value itself; of others the class, and the length.
 */
export function textOfValue(value: unknown): string {
  if (typeof value === "string") return `String(${value.length})`;
  if (typeof value === "function") return `function ${nameOf(value)}`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  try {
    if (value instanceof Error) return textOfError(value);
    const { length } = value as { length?: unknown };
    const size = typeof length === "number" ? `(${length})` : "";
    return `${classOf(value)}${size}`;
  } catch {
    return "object"; // a proxy that was revoked, a getter that throws
  }
}

function textOfError({ name, message }: Error): string {
  return `${name}(${JSON.stringify(message)})`;
}

function classOf(value: object): string {
  const { constructor } = value as { constructor?: { name?: unknown } };
  const name = constructor?.name;
  return typeof name === "string" && name !== "" ? name : "Object";
}

/**
 * The name of a function for messages.
 *
 * @param subject The function, or an object that describes itself.
 * @returns Its name; `(anonymous)` for one without.
 */
export function nameOf(subject: unknown): string {
  if (typeof subject !== "function") return `${subject}`;
  return subject.name === "" ? "(anonymous)" : subject.name;
}

/**
 * The callbacks of a future, the first and the last of many.
 *
 * @param callbacks The functions.
 * @returns `cb=[a, <3 more>, z]`, or nothing when there are none.
 */
export function textOfCallbacks(callbacks: readonly unknown[]): string {
  const { length } = callbacks;
  if (length === 0) return "";
  const first = nameOf(callbacks[0]);
  const last = length > 1 ? `, ${nameOf(callbacks.at(-1))}` : "";
  const between = length > 2 ? `, <${length - 2} more>` : "";
  return `cb=[${first}${between}${last}]`;
}

/**
 * Joins what is known of an object.
 *
 * @param Class The name of its class.
 * @param parts What is known; empty ones are left out.
 * @returns `<Class part part>`.
 */
export function describe(Class: string, parts: readonly string[]): string {
  return `<${[Class, ...parts].filter((part) => part !== "").join(" ")}>`;
}
