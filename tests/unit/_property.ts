/**
 * Properties: what holds for all values, tried with many.
 *
 * Each run takes other values. What breaks a property is made as small as
 * possible and printed with its seed; `-- --seed=N` behind `deno test` repeats
 * the run.
 *
 * @module
 */

import { fc } from "../../tools/dependencies/fast_check.ts";

export { fc };

/** Milliseconds after which a property that has held so far is left alone. */
const TIME_LIMIT = 2500;

/** Values, and what holds for each. */
export interface PropertyOptions {
  /** How many values are tried at most. */
  runs?: number;
}

/** The seed of this run. */
export const SEED: number = seedOf(Deno.args) ??
  crypto.getRandomValues(new Int32Array(1))[0]!;

function seedOf(args: readonly string[]): number | undefined {
  const prefix = "--seed=";
  const given = args.find((arg) => arg.startsWith(prefix));
  return given === undefined ? undefined : Number(given.slice(prefix.length));
}

/** Registers tests of properties. */
export const test = {
  /**
   * Registers a test that tries a property with many values.
   *
   * @typeParam T The values.
   * @param title What holds.
   * @param values The values.
   * @param holds Throws where it does not hold.
   * @param options How many values.
   */
  property<T>(
    title: string,
    values: fc.Arbitrary<T>,
    holds: (value: T) => unknown,
    { runs = 500 }: PropertyOptions = {},
  ): void {
    Deno.test(title, () => assertProperty(values, holds, { runs }));
  },
};

/**
 * Tries a property with many values.
 *
 * @typeParam T The values.
 * @param values The values.
 * @param holds Throws where it does not hold.
 * @param options How many values.
 */
export async function assertProperty<T>(
  values: fc.Arbitrary<T>,
  holds: (value: T) => unknown,
  { runs = 500 }: PropertyOptions = {},
): Promise<void> {
  const bounded = new Bounded(holds);
  await fc.assert(
    fc.asyncProperty(values, (value) => bounded.check(value)),
    { seed: SEED, numRuns: runs, reporter: report },
  );
}

/**
 * Leaves out what comes after the time. (A limit of fast-check's would leave a
 * value alone while it is tried, with its timers.)
 */
class Bounded<T> {
  readonly #holds: (value: T) => unknown;
  #end = performance.now() + TIME_LIMIT;
  #broken = false;

  constructor(holds: (value: T) => unknown) {
    this.#holds = holds;
  }

  async check(value: T): Promise<void> {
    if (performance.now() > this.#end) return;
    try {
      await this.#holds(value);
    } catch (error) {
      // As long again to make the value smaller.
      if (!this.#broken) this.#end = performance.now() + TIME_LIMIT;
      this.#broken = true;
      throw error;
    }
  }
}

/** The error says all that repeats it. */
function report<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const text = fc.defaultReportMessage(details);
  const cause = details.errorInstance;
  const head = `Property broken (repeat: deno test FILE -- --seed=${SEED})`;
  throw new Error(`${head}\n${text}\n${cause}`, { cause });
}

/** Bytes in the middle of others, which nobody may look at. */
export interface Fenced {
  /** The bytes. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Whether what stands around them is as it was. */
  intact(): boolean;
}

/**
 * Puts bytes between others.
 *
 * @param bytes The bytes.
 * @param other What stands on each side.
 * @returns A view of them.
 */
export function fence(bytes: Uint8Array, other: number): Fenced {
  const margin = 64;
  const all = new Uint8Array(bytes.length + 2 * margin).fill(other);
  all.set(bytes, margin);
  const before = all.slice();
  return {
    bytes: all.subarray(margin, margin + bytes.length),
    intact: () => all.every((byte, i) => byte === before[i]),
  };
}

/** Numbers on which decoders stumble. */
const WORDS = [
  0,
  1,
  2,
  15,
  16,
  255,
  0x7fff,
  0xffff,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_fffe,
  0xffff_ffff,
];

/**
 * Bytes that a decoder may be given by a peer that means harm: any, and good
 * ones in which some numbers are others, or that are cut short.
 *
 * @param good Makes good ones.
 * @param lengths How many there may be, where they are any.
 * @returns The bytes.
 */
export function hostileBytes(
  good: fc.Arbitrary<Uint8Array>,
  lengths: { minLength?: number; maxLength?: number } = { maxLength: 160 },
): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(
    fc.record({
      at: fc.nat({ max: 1000 }),
      word: fc.oneof(fc.constantFrom(...WORDS), fc.nat({ max: 200 })),
    }),
    { maxLength: 4 },
  );
  const { minLength = 0 } = lengths;
  const cut = fc.option(fc.nat({ max: 64 }), { freq: 3 });
  const changed = fc.tuple(good, changes, cut).map(([bytes, list, cut]) => {
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    for (const { at, word } of list) {
      if (copy.length >= 4) view.setUint32(at % (copy.length - 3), word, true);
    }
    return copy.slice(0, Math.max(minLength, copy.length - (cut ?? 0)));
  });
  return fc.oneof(changed, fc.uint8Array(lengths));
}
