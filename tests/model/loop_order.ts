/**
 * Callbacks and timers of a loop, and whether they run as they should.
 *
 * @module
 */

import type { Handle, TimerHandle } from "../../src/loop/handles.ts";
import type { ProactorEventLoop } from "../../src/loop/proactor_event_loop.ts";
import { environment } from "./environment.ts";

/** Milliseconds of timers, in the order of their calls. */
const DELAYS = [20, 10, 20];

/** A callback that waits for its turn. */
interface Soon {
  readonly handle: Handle;
  readonly turn: number;
  cancelled: boolean;
}

/** Schedules callbacks, and notes in which order they run. */
export class CallbackOrder {
  readonly #loop: ProactorEventLoop;
  readonly #report: (text: string) => void;
  readonly #ready: Soon[] = [];
  readonly #timed: TimerHandle[] = [];
  #ran = 0;

  /**
   * @param loop The loop.
   * @param report Told what is wrong.
   */
  constructor(loop: ProactorEventLoop, report: (text: string) => void) {
    this.#loop = loop;
    this.#report = report;
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timed.length;
  }

  /** True when the last callback has not run. */
  get canCancel(): boolean {
    return this.#ready.at(-1)?.cancelled === false;
  }

  /** @param body What the callback does. */
  soon(body: () => void): void {
    const { turns } = this.#loop.metrics();
    const handle = this.#loop.callSoon(() => {
      this.#ran++;
      this.#assertNext(handle);
      body();
    });
    this.#ready.push({ handle, turn: turns, cancelled: false });
  }

  /** Cancels the last callback. */
  cancelLast(): void {
    const last = this.#ready.at(-1)!;
    last.cancelled = true;
    last.handle.cancel();
  }

  /** @param body What the timer does. */
  later(body: () => void = () => {}): void {
    const delay = DELAYS[this.#timed.length % DELAYS.length]!;
    const timer: TimerHandle = this.#loop.callLater(delay, () => {
      this.assertRuns();
      this.#assertDue(timer);
      body();
    });
    this.#timed.push(timer);
  }

  /** Cancels the oldest timer. */
  cancelTimer(): void {
    this.#timed.shift()!.cancel();
  }

  /** Notes it when the loop does not run. */
  assertRuns(): void {
    if (!this.#loop.isRunning()) this.#report("A callback runs behind the end");
  }

  /**
   * Checks that nothing waits any more.
   *
   * @throws {Error} when something does.
   */
  assertAllRan(): void {
    const left = this.#ready.filter(({ cancelled }) => !cancelled).length;
    if (left > 0) throw new Error(`${left} callbacks have not run`);
    if (this.#timed.length > 0) throw new Error("A timer has not run");
  }

  /** What is known of the state. */
  describe(): string {
    const times = this.#timed.map((timer) => timer.when()).join("/");
    return `${this.#ran}:${this.#ready.length}:${times}`;
  }

  /** Callbacks run in their order, in a later turn, while the loop runs. */
  #assertNext(handle: Handle): void {
    const ready = this.#ready;
    while (ready[0]?.cancelled) ready.shift();
    const next = ready.shift();
    const { turns } = this.#loop.metrics();
    this.assertRuns();
    if (next?.handle !== handle) this.#report("A callback is not the next one");
    else if (turns <= next.turn) this.#report("A callback runs too early");
  }

  /** Timers run when they are due, in the order of their times. */
  #assertDue(timer: TimerHandle): void {
    const at = this.#timed.indexOf(timer);
    if (at < 0) return this.#report("A timer runs that is not set");
    if (environment.now < timer.when()) this.#report("A timer is too early");
    const earlier = this.#timed.some((other, index) =>
      other.when() < timer.when() ||
      (other.when() === timer.when() && index < at)
    );
    if (earlier) this.#report("A timer has overtaken another one");
    this.#timed.splice(at, 1);
  }
}
