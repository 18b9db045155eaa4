/**
 * The environment of a child: the parent's, and what the caller changes.
 *
 * @module
 */

/** Characters of `NAME=value` with its zero, as Windows limits them. */
const MAX_VARIABLE = 32_767;

/** What becomes of the parent's environment. */
export interface EnvironmentChanges {
  /** Variables that are set. */
  env: Readonly<Record<string, string>>;
  /** True begins with an empty environment. */
  clearEnv: boolean;
}

/**
 * Makes the environment of a child. Names are the same when they differ only
 * in case; the caller's spelling goes before the parent's. The entries that
 * remember the current directory of each drive (`=C:=C:\directory`) stay.
 *
 * @param parent `NAME=value` strings of the parent.
 * @param changes What the caller changes; checked by `assertEnvironment`.
 * @returns `NAME=value` strings, sorted as Windows wants them.
 */
export function mergeEnvironment(
  parent: readonly string[],
  changes: EnvironmentChanges,
): string[] {
  const byKey = new Map<string, string>();
  for (const string of changes.clearEnv ? [] : parent) {
    byKey.set(upperCase(nameOf(string)), string);
  }
  for (const [name, value] of Object.entries(changes.env)) {
    byKey.set(upperCase(name), `${name}=${value}`);
  }
  const sorted = [...byKey].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  return sorted.map(([, string]) => string);
}

/**
 * Looks a variable up.
 *
 * @param strings `NAME=value` strings.
 * @param name The name, in any case.
 * @returns Its value, or `undefined`.
 */
export function variable(
  strings: readonly string[],
  name: string,
): string | undefined {
  const key = upperCase(name);
  const found = strings.find((one) => upperCase(nameOf(one)) === key);
  return found?.slice(nameOf(found).length + 1);
}

/**
 * Refuses what cannot stand in an environment.
 *
 * @param env Variables.
 * @throws {TypeError} when a name is empty or holds `=`, a name or a value
 * holds a NUL, or a value is no string.
 * @throws {RangeError} when name and value have more than 32,765 characters:
 * programs would see a part of them, or nothing.
 */
export function assertEnvironment(env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    const fault = faultOf(name, value);
    if (fault !== "") throw new TypeError(messageOf(name, fault));
    const length = name.length + value.length + 2;
    if (length <= MAX_VARIABLE) continue;
    const size = `it takes ${length} characters, more than ${MAX_VARIABLE}`;
    throw new RangeError(messageOf(name.slice(0, 100), size));
  }
}

function messageOf(name: string, fault: string): string {
  return `Cannot set environment variable ${JSON.stringify(name)}: ${fault}`;
}

function faultOf(name: string, value: unknown): string {
  if (name === "") return "the name is empty";
  if (/[=\0]/.test(name)) return "the name holds an equals sign or NUL";
  if (typeof value !== "string") return "the value is not a string";
  return value.includes("\0") ? "the value holds a NUL" : "";
}

/** The first character is part of the name, also when it is an equals sign. */
function nameOf(string: string): string {
  const end = string.indexOf("=", 1);
  return end < 0 ? string : string.slice(0, end);
}

/** Windows maps each code unit by itself, and only where there is a way back. */
function upperCase(name: string): string {
  return name.replace(/[^\0-`{-\x7f]/g, (unit) => {
    const upper = unit.toUpperCase();
    return upper.length === 1 && upper.toLowerCase() === unit ? upper : unit;
  });
}
