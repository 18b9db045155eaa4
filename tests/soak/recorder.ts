/**
 * What a soak counts and times: operations by kind, latencies, violations.
 *
 * @module
 */

/** Latencies that are kept of each kind until they are taken. */
const KEPT = 2000;

/** What a kind of work did since it was asked last. */
export interface KindSample {
  /** Operations that have ended. */
  count: number;
  /** Milliseconds that half of them took at most. */
  median: number;
  /** Milliseconds that 99 % of them took at most. */
  p99: number;
}

/** One line of the record: what a soak did in an interval, and what it holds. */
export interface Sample {
  /** Milliseconds since the epoch. */
  time: number;
  /** Seconds that it covers. */
  seconds: number;
  /** The work by kind. */
  kinds: Record<string, KindSample>;
  /** Open handles of the process. */
  handles: number;
  /** Bytes of memory of the process. */
  rss: number;
  /** Bytes of JavaScript's heap in use. */
  heap: number;
  /** Counters of the proactor. */
  pending: number;
  /** Slots in use. */
  slots: number;
  /** Bytes of native buffers in use. */
  buffers: number;
  /** Packets that belonged to nothing. */
  unknown: number;
  /** Violations since the start of this process. */
  violations: number;
}

/** Takes what the loads report. */
export class Recorder {
  readonly #kinds = new Map<string, { count: number; times: number[] }>();
  /** What must never happen, as it was reported. */
  readonly violations: string[] = [];

  /**
   * Times an operation. What it throws is a violation.
   *
   * @param kind The kind of work.
   * @param work The operation, which checks its own result.
   */
  async time(kind: string, work: () => Promise<unknown>): Promise<void> {
    const start = performance.now();
    try {
      await work();
    } catch (error) {
      this.violate(`${kind}: ${error instanceof Error ? error.stack : error}`);
    }
    const entry = this.#entry(kind);
    const elapsed = performance.now() - start;
    // A sample of all, whatever their number
    if (entry.times.length < KEPT) entry.times.push(elapsed);
    else entry.times[entry.count % KEPT] = elapsed;
    entry.count++;
  }

  /**
   * Writes down what must never happen.
   *
   * @param text What has happened.
   */
  violate(text: string): void {
    this.violations.push(text);
  }

  /**
   * Takes what was counted since the last time.
   *
   * @returns The work by kind.
   */
  take(): Record<string, KindSample> {
    const taken = [...this.#kinds].map(([kind, { count, times }]) => {
      times.sort((a, b) => a - b);
      const at = (part: number) => times[Math.floor(times.length * part)] ?? 0;
      return [kind, { count, median: at(0.5), p99: at(0.99) }] as const;
    });
    for (const entry of this.#kinds.values()) {
      entry.count = 0;
      entry.times = [];
    }
    return Object.fromEntries(taken);
  }

  #entry(kind: string) {
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    const entry = { count: 0, times: [] as number[] };
    this.#kinds.set(kind, entry);
    return entry;
  }
}
