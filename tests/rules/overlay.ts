/**
 * Puts rules between the tests and the real API: methods of a seam's class are
 * replaced by ones that call the original, and then do what Windows does
 * besides. So every user of the class meets them, and `src/` knows of none.
 *
 * @module
 */

/** A method with a rule: `next` is what it replaces. */
type Rule<T, F> = F extends (...args: infer A) => infer R
  ? (this: T, next: (...args: A) => R, ...args: A) => R
  : never;

/** Rules for methods of a class. */
export type Rules<T> = { [K in keyof T]?: Rule<T, T[K]> };

type Method = (...args: unknown[]) => unknown;

/**
 * Replaces methods. Several overlays of one method are around each other, the
 * last one outermost.
 *
 * @param Class The class of a seam, such as `NativeWin32`.
 * @param rules What replaces its methods.
 */
export function overlay<T extends object>(
  Class: { prototype: T },
  rules: Rules<T>,
): void {
  const methods = Class.prototype as Record<string, Method>;
  for (const [name, rule] of Object.entries(rules)) {
    const original = methods[name]!;
    methods[name] = function (this: unknown, ...args: unknown[]) {
      const next = (...given: unknown[]) => original.apply(this, given);
      return (rule as Method).call(this, next, ...args);
    };
  }
}
