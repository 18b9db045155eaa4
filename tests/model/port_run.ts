/**
 * A schedule over a port: the steps of the kernel, of Deno's event loop and of
 * time, to which models add those of the program and of its peers.
 *
 * @module
 */

import { environment } from "./environment.ts";
import type { Pick, Run, Step } from "./explorer.ts";
import { TOUCHES_ALL, TOUCHES_THREAD } from "./model_win32.ts";
import type { World, WorldPool } from "./world.ts";

/** Rounds in which everything must have come to rest. */
const MAX_ROUNDS = 400;

/** A schedule over the port of a world. */
export abstract class PortRun implements Run {
  /** The world. */
  protected readonly world: World;
  /** How many timers may still fire. */
  protected timers = 0;
  /** True when nobody calls any more: what is under way comes to its end. */
  protected quiet = false;
  readonly #pool: WorldPool;
  readonly #promises: Promised[] = [];

  /**
   * @param pool Gives the world.
   * @param pick Decides how calls end.
   */
  constructor(pool: WorldPool, pick: Pick) {
    this.#pool = pool;
    this.world = pool.take();
    this.world.sim.inner.endsAtOnce = () => pick(2) === 1;
  }

  /** What the program and its peers may do now. */
  protected abstract actions(add: (step: Step) => void): void;

  /** Checks what holds in each state of this model. */
  protected abstract checkState(): void;

  /**
   * A timer is about to fire.
   *
   * @param _node True for those of the port.
   */
  protected onTimer(_node: boolean): void {}

  /** Checks what is left at the end. */
  protected assertNothingLeft(): void {
    this.world.assertClean();
  }

  /** What is known of the state of this model. */
  protected abstract describe(): string;

  /** Brings the model to its end, and checks it. */
  protected abstract end(): void;

  steps(): Step[] {
    const steps: Step[] = [];
    this.#kernelSteps(steps);
    if (this.world.turnPays) steps.push(this.step("turn", turn));
    if (!this.quiet) this.actions((step) => steps.push(step));
    if (this.timers > 0 && environment.timers.length > 0) {
      steps.push(this.step("timer", () => this.#fire()));
    }
    return steps;
  }

  touched(): number {
    const { sim } = this.world;
    const { touched } = sim;
    sim.touched = 0;
    return touched;
  }

  check(): void {
    this.world.assertLawful();
    this.checkState();
  }

  fingerprint(): string {
    const { sim, turns, port, slotsInUse, bufferBytes } = this.world;
    const { outstanding } = port;
    let text =
      `${this.describe()};${outstanding},${slotsInUse},${bufferBytes},` +
      `${turns.deferred},${environment.timers.length},${this.timers};`;
    for (const operation of sim.inner.operations) {
      text += sim.nameOf(operation) + (operation.cancelRequested ? "x," : ",");
    }
    for (const { packets } of sim.inner.ports) {
      for (const { operation, status, bytes } of packets) {
        const name = operation === null ? "post" : sim.nameOf(operation);
        text += `${name}=${status}:${bytes},`;
      }
    }
    return text;
  }

  finish(): void {
    this.world.sim.inner.endsAtOnce = null;
    this.end();
    this.settle();
    this.check();
    for (const { name, settled } of this.#promises) {
      if (settled !== 1) throw new Error(`${name} has ended ${settled} times`);
    }
    this.assertNothingLeft();
    this.world.runTurns();
  }

  discard(): void {
    this.#pool.drop();
  }

  /**
   * A step on the thread with JavaScript.
   *
   * @param name Its name.
   * @param body What happens.
   * @returns The step.
   */
  protected step(name: string, body: () => void): Step {
    const run = (): void => {
      this.world.sim.touched |= TOUCHES_THREAD;
      body();
      environment.drain();
      this.settlePeers();
    };
    return { name, run };
  }

  /** A step after which nobody calls: every state is the last one once. */
  protected lastStep(): Step {
    return this.step("nothing more", () => {
      this.world.sim.touched |= TOUCHES_ALL;
      this.quiet = true;
    });
  }

  /**
   * A step of somebody else.
   *
   * @param name Its name.
   * @param body What happens.
   * @returns The step.
   */
  protected peerStep(name: string, body: () => void): Step {
    const run = (): void => {
      body();
      this.settlePeers();
    };
    return { name, run };
  }

  /**
   * Watches a promise, which must end once, with what the model allows.
   *
   * @param name What it is called.
   * @param promise The promise.
   * @param ended Told how; throws when that is wrong.
   */
  protected watch<T>(
    name: string,
    promise: PromiseLike<T>,
    ended: (outcome: Ended<T>) => void,
  ): void {
    const promised: Promised = { name, settled: 0 };
    this.#promises.push(promised);
    const tell = (outcome: Ended<T>): void => {
      promised.settled++;
      try {
        ended(outcome);
      } catch (error) {
        this.world.reports.push(`${name}: ${(error as Error).message}`);
      }
    };
    promise.then((value) => tell({ value }), (error) => tell({ error }));
  }

  /** How many of the promises whose names begin so are open. */
  protected open(prefix: string): number {
    let count = 0;
    for (const { name, settled } of this.#promises) {
      if (settled === 0 && name.startsWith(prefix)) count++;
    }
    return count;
  }

  /** What peers wait for ends as soon as it can. */
  protected settlePeers(): void {
    const { sim } = this.world;
    for (let again = true; again;) {
      again = false;
      for (const operation of sim.inner.operations) {
        const { file, onEnded } = operation.request;
        if (onEnded === undefined) continue;
        const end = operation.forced !== null
          ? "forced"
          : file.canComplete(operation)
          ? "completed"
          : undefined;
        if (end === undefined) continue;
        sim.finish({ operation, end });
        again = true;
      }
    }
  }

  /**
   * Lets everything happen that can, in a fixed order.
   *
   * @param timers How many timers may fire.
   */
  protected settle(timers = 0): void {
    let left = timers;
    environment.drain();
    this.settlePeers();
    for (let rounds = 0; rounds < MAX_ROUNDS; rounds++) {
      const steps: Step[] = [];
      this.#kernelSteps(steps);
      if (steps.length > 0) steps[0]!.run();
      else if (this.world.turnPays) this.step("turn", turn).run();
      else if (left-- > 0 && environment.timers.length > 0) environment.fire();
      else return;
      this.check();
    }
    throw new Error("It never comes to rest");
  }

  #kernelSteps(steps: Step[]): void {
    const { sim } = this.world;
    for (const ready of sim.inner.ready()) {
      const { operation, end } = ready;
      if (operation.request.onEnded !== undefined) continue;
      const name = `${sim.nameOf(operation)} is ${end}`;
      steps.push(this.peerStep(name, () => sim.finish(ready)));
    }
    const threads = sim.threads.steps();
    threads.forEach((body, index) => {
      steps.push(this.step(`thread ${index}`, body));
    });
  }

  #fire(): void {
    this.timers--;
    this.onTimer(environment.timers[0]!.node);
    environment.fire();
  }
}

/** How a promise has ended. */
export interface Ended<T> {
  /** Its value. */
  value?: T;
  /** Or why it was rejected. */
  error?: unknown;
}

interface Promised {
  readonly name: string;
  settled: number;
}

function turn(): void {
  environment.turn();
}
