/**
 * Arguments of processes: some that are hard to quote, and many at random.
 *
 * @module
 */

/** Arguments that quoting is known to get wrong. */
export const HARD_ARGUMENTS: readonly string[] = [
  "",
  " ",
  "a b",
  '"',
  '""',
  '"a b"',
  "\\",
  "\\\\",
  "a\\",
  "a b\\",
  "a b\\\\",
  'a\\"b',
  'a\\\\"b',
  "a\\b c\\\\d",
  "a\tb",
  "a\nb",
  "%PATH%",
  "^&|<>()!",
  "--flag=a b",
  "ünïcödé \u4e2d\u6587 \u{1f600}",
  "\ufeffx",
];

const ALPHABET = [...'\\\\\\""  \tabc%^&|<>!()=;,\'`é\u4e2d\u{1f600}'];

/**
 * Random numbers that are the same each time.
 *
 * @param seed Which ones.
 * @returns Gives an integer from 0 to one less than what it is asked for.
 */
export function randomIntegers(seed: number): (limit: number) => number {
  let state = seed >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/**
 * Random arguments, the same each time: mostly of what needs care.
 *
 * @param seed Which ones.
 * @param count How many.
 * @returns The arguments, of up to 12 characters each.
 */
export function randomArguments(seed: number, count: number): string[] {
  const next = randomIntegers(seed);
  return Array.from({ length: count }, () => {
    const length = next(13);
    const characters = Array.from(
      { length },
      () => ALPHABET[next(ALPHABET.length)],
    );
    return characters.join("");
  });
}
