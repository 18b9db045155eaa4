/**
 * Reads that start only after the batch of packets has been dispatched.
 *
 * @module
 */

import { ROOT, runIn } from "../../ffi/async_context.ts";
import type { CallBudget } from "./call_budget.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { ErrorReporter } from "./port_options.ts";
import type { Pump } from "./pump.ts";

/** A stream that has written an answer, and reads the peer's next message. */
export interface LateReader {
  /**
   * Reads now: the batch has been dispatched.
   *
   * @returns True when the read completed synchronously.
   */
  readLate(): boolean;
}

/** What late reads need of their port. */
export interface LateHost {
  /** Takes what readers throw. */
  readonly report: ErrorReporter;
  /** From packets to listeners. */
  readonly dispatcher: Pick<Dispatcher, "active">;
  /** How many synchronous completions this turn still allows. */
  readonly calls: CallBudget;
}

/**
 * The longer a read is delayed, the more likely its data have come: then it
 * completes synchronously and needs no packet. So streams that have answered
 * read after the whole batch was dispatched, each once in a turn. A stream
 * whose data were there reads again only after the packets of other
 * connections, so it does not starve them.
 */
export class LateReads {
  readonly #host: LateHost;
  readonly #pump: Pick<Pump, "hurry">;
  /** Room that is kept: one turn has as many readers as the next. */
  readonly #readers: (LateReader | undefined)[] = [];
  #next = 0;
  #end = 0;
  readonly #soon = (): void => runIn(ROOT, LateReads.#runNow, this);
  #scheduled = false;
  #running = false;

  /**
   * @param host The port.
   * @param pump Makes another turn when readers are left.
   */
  constructor(host: LateHost, pump: Pick<Pump, "hurry">) {
    this.#host = host;
    this.#pump = pump;
  }

  /** True while readers are being called. */
  get running(): boolean {
    return this.#running;
  }

  /** True when a reader waits for the next turn. */
  get waiting(): boolean {
    return this.#end > this.#next && !this.#scheduled;
  }

  /** @param reader Called once, after all that is running now. */
  add(reader: LateReader): void {
    this.#readers[this.#end++] = reader;
    const follows = this.#running || this.#host.dispatcher.active;
    if (this.#scheduled || follows) return;
    this.#scheduled = true;
    queueMicrotask(this.#soon);
  }

  /** Calls the readers that wait now. Runs after the packets of each turn. */
  run(): void {
    if (this.#end === this.#next) return;
    this.#running = true;
    const end = this.#end; // those who come now are for the next turn
    while (this.#next < end && !this.#host.calls.spent) {
      if (this.#call(this.#take())) this.#host.calls.spend();
    }
    this.#running = false;
    if (this.#next * 2 >= this.#end) this.#moveUp();
    if (this.#end > 0) this.#pump.hurry();
  }

  #take(): LateReader {
    const reader = this.#readers[this.#next]!;
    this.#readers[this.#next++] = undefined;
    return reader;
  }

  /** Those who are left take the room of those who were called. */
  #moveUp(): void {
    const readers = this.#readers;
    let left = 0;
    while (this.#next < this.#end) {
      readers[left++] = readers[this.#next];
      readers[this.#next++] = undefined;
    }
    this.#next = 0;
    this.#end = left;
  }

  static #runNow(late: LateReads): void {
    late.#scheduled = false;
    late.run();
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
