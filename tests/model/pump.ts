/**
 * The model of the pump: packets come while turns, waits on a pool that may
 * have no free thread, and timers take their steps.
 *
 * @module
 */

import { CallBudget } from "../../src/proactor/port/call_budget.ts";
import { Pump, type PumpHost } from "../../src/proactor/port/pump.ts";
import { TurnClock } from "../../src/proactor/port/turn_clock.ts";
import { environment } from "./environment.ts";
import type { Pick, Run, Space, Step } from "./explorer.ts";

/** How much happens to the pump. */
export interface PumpBounds {
  /** Operations that are started. */
  operations: number;
  /** Work that is deferred. */
  works: number;
  /** Timers that fire before the thread is free. */
  timers: number;
  /** Virtual milliseconds of a turn. */
  turnTime: number;
}

/** A wait on a thread of the pool. */
interface ThreadWait {
  readonly rest: boolean;
  readonly resolve: (count: number) => void;
  begun: boolean;
  armed: boolean;
  /** What it has taken, until it returns. */
  taken: number | null;
}

const MAX_TURNS = 60;

/**
 * Makes the space of a pump.
 *
 * @param bounds How much happens.
 * @returns The space.
 */
export function pumpSpace(bounds: PumpBounds): Space {
  const name = `pump-turns-of-${bounds.turnTime}-ms`;
  return { name, start: (pick) => new PumpRun(bounds, pick) };
}

/** The port, as far as a pump sees it. */
class PumpRun implements Run, PumpHost {
  readonly calls = new CallBudget();
  readonly clock = new TurnClock();
  readonly referenced = 1;
  readonly queue = {
    waitStarted: false,
    disarm: () => this.#disarm(),
  };
  readonly #pump: Pump;
  readonly #pick: Pick;
  readonly #bounds: PumpBounds;
  #toStart: number;
  #toDefer: number;
  #timers: number;
  #running = 0;
  #packets = 0;
  #wakes = 0;
  #deferred = 0;
  #dispatched = 0;
  #turns = 0;
  #failures = 1;
  #wait: ThreadWait | null = null;

  constructor(bounds: PumpBounds, pick: Pick) {
    environment.reset();
    this.#bounds = bounds;
    this.#pick = pick;
    this.#toStart = bounds.operations;
    this.#toDefer = bounds.works;
    this.#timers = bounds.timers;
    this.#pump = new Pump(this);
  }

  get outstanding(): number {
    return this.#running + this.#packets;
  }

  get deferred(): boolean {
    return this.#deferred > 0;
  }

  turn(poll: boolean): number {
    this.calls.renew();
    this.#deferred = 0;
    const { outstanding } = this;
    if (!poll || outstanding === 0) return 0;
    const wait = this.#wait;
    if (wait?.begun && wait.armed && wait.taken === null) {
      throw new Error("A poll takes packets from the thread that waits");
    }
    return this.#take();
  }

  wait(rest: boolean): Promise<number> {
    if (this.#wait !== null) throw new Error("A second wait");
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#wait = { rest, resolve, begun: false, armed: true, taken: null };
    this.queue.waitStarted = false;
    return promise;
  }

  starved(): void {}

  collect(arrived: number): void {
    this.calls.renew();
    this.#deferred = 0;
    this.#dispatched += arrived;
  }

  wake(): boolean {
    if (this.#failures > 0 && this.#pick(2) === 1) {
      this.#failures--;
      return false;
    }
    this.#wakes++;
    return true;
  }

  steps(): Step[] {
    const steps: Step[] = [];
    const add = (name: string, body: () => void): void => {
      const run = (): void => {
        body();
        environment.drain();
      };
      steps.push({ name, run });
    };
    if (this.#toStart > 0) add("start operation", () => this.#start());
    if (this.#toDefer > 0) add("defer work", () => this.#defer());
    if (this.#running > 0) add("operation ends", () => this.#end());
    if (environment.immediates.length > 0) add("turn", () => this.#turn());
    this.#threadSteps(add);
    const timed = this.#timers > 0 && environment.timers.length > 0;
    if (timed) {
      add("timer", () => {
        this.#timers--;
        environment.fire();
      });
    }
    return steps;
  }

  #threadSteps(add: (name: string, body: () => void) => void): void {
    const wait = this.#wait;
    if (wait === null) return;
    if (!wait.begun) return add("thread begins", () => this.#begin(wait));
    if (wait.taken !== null) return add("thread returns", () => this.#return());
    const some = this.#packets + this.#wakes > 0;
    if (some || wait.rest) {
      add("thread takes", () => wait.taken = this.#takeAll());
    }
  }

  #start(): void {
    this.#toStart--;
    this.#running++;
    this.#pump.start();
  }

  #defer(): void {
    this.#toDefer--;
    this.#deferred++;
    this.#pump.hurry();
  }

  #end(): void {
    this.#running--;
    this.#packets++;
  }

  #turn(): void {
    environment.now += this.#bounds.turnTime;
    this.#turns++;
    environment.turn();
  }

  #begin(wait: ThreadWait): void {
    wait.begun = true;
    this.queue.waitStarted = true;
    if (!wait.armed) wait.taken = 0; // its port is gone
  }

  #return(): void {
    const { taken, resolve } = this.#wait!;
    this.#wait = null;
    resolve(taken!);
  }

  #disarm(): boolean {
    const wait = this.#wait!;
    this.#wakes++;
    if (wait.begun) return false;
    wait.armed = false;
    return true;
  }

  #takeAll(): number {
    const count = this.#packets;
    const some = count + this.#wakes;
    this.#packets = this.#wakes = 0;
    return some;
  }

  #take(): number {
    const count = this.#takeAll();
    this.#dispatched += count;
    this.#pump.review();
    return count;
  }

  touched(): number {
    return 1; // each step may wake the pump
  }

  check(): void {
    if (this.#turns > MAX_TURNS) throw new Error("Turns never stop");
    if (this.outstanding === 0 && !this.deferred) return;
    if (environment.immediates.length > 0) return;
    const wait = this.#wait;
    if (wait?.begun || environment.timers.length > 0) {
      const ends = wait === null || wait.rest || wait.taken !== null;
      const queued = !wait?.begun; // then the timer makes a turn
      if (!this.deferred || ends || queued || this.#wakes > 0) return;
      // A thread waits for packets, and work is deferred: it must be woken.
      throw new Error("Deferred work is forgotten");
    }
    throw new Error("The pump sleeps, though something is outstanding");
  }

  fingerprint(): string {
    const { immediates, timers } = environment;
    const wait = this.#wait;
    const thread = wait === null
      ? "-"
      : `${+wait.begun}${+wait.armed}${+wait.rest}${wait.taken ?? "w"}`;
    return [
      thread,
      this.#toStart,
      this.#toDefer,
      this.#timers,
      this.#running,
      this.#packets,
      this.#wakes,
      this.#deferred,
      this.#failures,
      immediates.length,
      timers.length,
    ].join();
  }

  /** The pool has a free thread at last, and all operations end. */
  finish(): void {
    this.#toStart = this.#toDefer = this.#failures = 0;
    this.#timers = Infinity;
    for (let i = 0;; i++) {
      if (i > 300) throw new Error("It never comes to rest");
      const step = this.steps()[0];
      if (step === undefined) break;
      step.run();
      this.check();
    }
    if (this.#wait !== null) throw new Error("A wait is left");
    if (this.outstanding > 0) throw new Error("Packets are left");
  }

  discard(): void {}
}
