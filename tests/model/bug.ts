/**
 * How a wrong change of the library is planted.
 *
 * @module
 */

/** A wrong change. */
export interface Bug {
  /** What is wrong. */
  readonly name: string;
  /** Which models must find it. */
  readonly models: readonly string[];
  /**
   * Makes the change.
   *
   * @returns Takes it back.
   */
  plant(): () => void;
}

/** A method that takes the place of another, which it is given. */
// deno-lint-ignore no-explicit-any -- methods of any class
type Replacement = (original: any) => (this: any, ...args: any[]) => unknown;

/** What is changed, and who must find it. */
export interface BugOptions {
  /** Which models must find it. */
  models: readonly string[];
  /** The class. */
  // deno-lint-ignore no-explicit-any -- any class
  of: { prototype: any };
  /** Its method. */
  method: string | symbol;
  /** What takes its place. */
  by: Replacement;
}

/**
 * Makes a bug of a method that is replaced.
 *
 * @param name What is wrong.
 * @param options What is changed, and who must find it.
 * @returns The bug.
 */
export function bug(name: string, options: BugOptions): Bug {
  const { models, of: { prototype }, method, by } = options;
  const plant = () => {
    const original = prototype[method];
    prototype[method] = by(original);
    return () => void (prototype[method] = original);
  };
  return { name, models, plant };
}
