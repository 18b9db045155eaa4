/**
 * Counts echoes, and says what they cost: against a loop of plain JavaScript
 * that runs between them, so that it does not matter how fast the machine is.
 *
 * @module
 */

import { quantile } from "./_statistics.ts";

/** What an echo costs. */
export interface EchoCost {
  /** Against a round of the reference loop. */
  ratio: number;
  /** Nanoseconds. */
  nanoseconds: number;
  /** Bytes of the JavaScript heap. */
  bytes: number;
}

/** How long is measured. */
export interface MeterOptions {
  /** Echoes before the first sample: the engine compiles. */
  warmUp: number;
  /** How many samples. */
  samples: number;
}

/** Echoes of a sample: short, so that most of them are not interrupted. */
const ECHOES = 256;

/** Rounds of the reference loop behind each sample. */
const ROUNDS = 1024;

/**
 * Other programs make samples longer, never shorter: the time is that of the
 * fastest tenth. Garbage collections are not in it, and take bytes away, never
 * give any: those are of the largest tenth.
 */
const FASTEST = 0.1;

const SOURCE = new Uint8Array(64).fill(1);
const TARGET = new Uint8Array(64);

/** Told of each echo, wherever it is made. */
export class EchoMeter {
  readonly #done = Promise.withResolvers<EchoCost>();
  readonly #onDone: () => void;
  readonly #samples: number;
  readonly #times: number[] = [];
  readonly #references: number[] = [];
  readonly #growths: number[] = [];
  #left: number;
  #heap = NaN;
  #since = NaN;

  /**
   * @param options How long.
   * @param onDone Called with the last echo: no more are wanted.
   */
  constructor({ warmUp, samples }: MeterOptions, onDone: () => void) {
    this.#left = warmUp;
    this.#samples = samples;
    this.#onDone = onDone;
  }

  /** Resolves with the last echo. */
  get cost(): Promise<EchoCost> {
    return this.#done.promise;
  }

  /** An echo was made. */
  count(): void {
    if (--this.#left === 0) this.#look();
  }

  #look(): void {
    const time = (performance.now() - this.#since) / ECHOES;
    const growth = (heapUsed() - this.#heap) / ECHOES;
    const reference = runReference() / ROUNDS;
    if (!Number.isNaN(time)) {
      this.#times.push(time);
      this.#references.push(reference);
      this.#growths.push(growth);
    }
    if (this.#times.length >= this.#samples) return this.#finish();
    this.#left = ECHOES;
    this.#heap = heapUsed();
    this.#since = performance.now();
  }

  #finish(): void {
    this.#onDone();
    const time = quantile(this.#times, FASTEST);
    this.#done.resolve({
      ratio: time / quantile(this.#references, FASTEST),
      nanoseconds: time * 1e6,
      bytes: quantile(this.#growths, 1 - FASTEST),
    });
  }
}

function heapUsed(): number {
  return Deno.memoryUsage().heapUsed;
}

/** Milliseconds of the loop: copies of a message, and calls. */
function runReference(): number {
  const since = performance.now();
  for (let i = 0; i < ROUNDS; i++) {
    TARGET.set(SOURCE);
    SOURCE[i & 63] = TARGET[(i + 1) & 63]! ^ i;
  }
  return performance.now() - since;
}
