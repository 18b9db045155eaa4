/**
 * The real functions of Windows, some of them replaced, or watched.
 *
 * @module
 */

/**
 * Replaces some functions.
 *
 * @typeParam T The seam.
 * @param api The real one.
 * @param changes The replacements.
 * @returns The API for a proactor.
 */
export function withChanges<T extends object>(api: T, changes: Partial<T>): T {
  return new Proxy(api, {
    get(target, name) {
      const changed: unknown = Reflect.get(changes, name);
      if (changed !== undefined) return changed;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/**
 * Writes down the names of the calls that are made.
 *
 * @typeParam T The seam.
 * @param api The real one.
 * @param calls The list, which grows.
 * @returns The API for a proactor.
 */
export function withSpy<T extends object>(api: T, calls: string[]): T {
  return new Proxy(api, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        calls.push(String(name));
        return member.apply(target, args);
      };
    },
  });
}
