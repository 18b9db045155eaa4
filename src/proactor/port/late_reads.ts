/**
 * Reads that wait until the batch has been dispatched.
 *
 * @module
 */

import type { CallBudget } from "./call_budget.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { ErrorReporter } from "./port_options.ts";
import type { Pump } from "./pump.ts";

/** Who has answered its peer, and will read what that says next. */
export interface LateReader {
  /**
   * The batch has been dispatched.
   *
   * @returns True when there was something to read.
   */
  readLate(): boolean;
}

/** Whose reads they are. */
export interface LateHost {
  /** Takes what readers throw. */
  readonly report: ErrorReporter;
  /** From packets to listeners. */
  readonly dispatcher: Pick<Dispatcher, "active">;
  /** What may still end at once in this turn. */
  readonly calls: CallBudget;
}

/**
 * A read that finds its data ends at once, and needs no packet. So those who
 * have answered read again when all others of the batch were served, in one
 * round: a reader that waits again has its next turn behind the packets of
 * other connections.
 */
export class LateReads {
  readonly #host: LateHost;
  readonly #pump: Pick<Pump, "hurry">;
  readonly #readers: LateReader[] = [];
  readonly #soon = (): void => this.#runNow();
  #scheduled = false;
  #running = false;

  /**
   * @param host Whose reads they are.
   * @param pump Makes another turn when reads have found something.
   */
  constructor(host: LateHost, pump: Pick<Pump, "hurry">) {
    this.#host = host;
    this.#pump = pump;
  }

  /** True while readers are being called. */
  get running(): boolean {
    return this.#running;
  }

  /** True when somebody waits for a turn. */
  get waiting(): boolean {
    return this.#readers.length > 0 && !this.#scheduled;
  }

  /** @param reader Called once, behind all that is running now. */
  add(reader: LateReader): void {
    this.#readers.push(reader);
    const follows = this.#running || this.#host.dispatcher.active;
    if (this.#scheduled || follows) return;
    this.#scheduled = true;
    queueMicrotask(this.#soon);
  }

  /** Calls those who wait now. Comes behind the packets of each turn. */
  run(): void {
    if (this.#readers.length === 0) return;
    this.#running = true;
    const count = this.#readers.length;
    let next = 0;
    while (next < count && !this.#host.calls.spent) {
      if (this.#call(this.#readers[next++]!)) this.#host.calls.spend();
    }
    this.#readers.splice(0, next);
    this.#running = false;
    if (this.#readers.length > 0) this.#pump.hurry();
  }

  #runNow(): void {
    this.#scheduled = false;
    this.run();
  }

  #call(reader: LateReader): boolean {
    try {
      return reader.readLate();
    } catch (error) {
      this.#host.report(error, "Exception in a completion callback");
      return false;
    }
  }
}
