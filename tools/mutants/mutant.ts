/** What a mutant is. */
export interface Mutant {
  /** What is wrong with it. */
  name: string;
  /** The file, relative to `src/`. */
  file: string;
  /** Source text that stands exactly once in the file. */
  find: string;
  /** What stands there instead. */
  replace: string;
  /** Test files in `tests/unit/` without `_test.ts` that run first. */
  tests: readonly string[];
  /** Test files for Windows or Wine, where no unit test can tell. */
  windows?: readonly string[];
}

/**
 * Makes the source of a mutant.
 *
 * @param mutant The mutant.
 * @param source The source of its file.
 * @returns The changed source.
 * @throws {Error} when the text does not stand exactly once in the source.
 */
export function mutate({ name, find, replace }: Mutant, source: string) {
  const parts = source.split(find);
  if (parts.length === 2) return parts.join(replace);
  throw new Error(
    `Cannot make "${name}": its text stands ${parts.length - 1} times`,
  );
}
