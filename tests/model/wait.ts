/**
 * The model of waits for kernel objects: events are set, time passes, waits are
 * given up, and threads of Windows call back.
 *
 * @module
 */

import type { WaitHandleFuture } from "../../src/proactor/wait/wait_handle_future.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { TOUCHES_ALL } from "./model_win32.ts";
import { isError } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import { WorldPool } from "./world.ts";

/** How much happens to waits. */
export interface WaitBounds {
  /** Waits of the program. */
  waits: number;
  /** How often it gives one up. */
  cancels: number;
  /** How often the event is set. */
  sets: number;
  /** Whether the waits have a time-out. */
  timeouts: number;
}

/**
 * Makes the space of waits for an event that one wait resets.
 *
 * @param bounds How much happens.
 * @returns The space.
 */
export function waitSpace(bounds: WaitBounds): Space {
  const pool = new WorldPool();
  return { name: "wait", start: (pick) => new WaitRun(pool, bounds, pick) };
}

class WaitRun extends PortRun {
  readonly #event: bigint;
  readonly #futures: WaitHandleFuture[] = [];
  readonly #bounds: WaitBounds;
  #waits: number;
  #cancels: number;
  #sets: number;
  #timeouts: number;
  #set = 0;
  #met = 0;
  #closed = false;

  constructor(pool: WorldPool, bounds: WaitBounds, pick: Pick) {
    super(pool, pick);
    this.#bounds = bounds;
    this.#waits = bounds.waits;
    this.#cancels = bounds.cancels;
    this.#sets = bounds.sets;
    this.#timeouts = bounds.timeouts;
    const { waits } = this.world.sim;
    waits.manual = true;
    this.#event = waits.createEvent(false);
    this.touched();
  }

  protected actions(add: (step: Step) => void): void {
    const { sim } = this.world;
    this.#threadSteps(add);
    const { waits } = sim;
    if (waits.registered > 0) add(this.lastStep());
    this.#programSteps(add);
    if (this.#sets > 0 && !sim.waits.isSignalled(this.#event)) {
      add(this.everyStep("event is set", () => {
        this.#sets--;
        this.#set++;
        sim.waits.setEvent(this.#event);
      }));
    }
    if (this.#timeouts > 0 && sim.inner.clock.nextTime < Infinity) {
      add(this.everyStep("time-out", () => {
        this.#timeouts--;
        sim.advance(sim.inner.clock.nextTime - sim.now);
      }));
    }
  }

  #programSteps(add: (step: Step) => void): void {
    if (this.#waits > 0) {
      add(this.everyStep("wait", () => {
        this.#waits--;
        this.#wait();
      }));
    }
    const open = this.#futures.find((each) => !each.done());
    if (this.#cancels > 0 && open !== undefined) {
      add(this.everyStep("cancel", () => {
        this.#cancels--;
        open.cancel();
      }));
    }
  }

  #threadSteps(add: (step: Step) => void): void {
    const { waits } = this.world.sim;
    waits.steps.forEach((step, index) => {
      const name = `thread ${index}: ${step.name}`;
      // A call that begins to end a wait does not end it itself.
      add(this.everyStep(name, () => waits.step(step)));
    });
  }

  #wait(): void {
    const timeout = this.#bounds.timeouts > 0 ? 100 : undefined;
    const { proactor } = this.world;
    const future = proactor.waitForHandle(this.#event, { timeout });
    this.#futures.push(future);
    this.watch("wait", future, ({ value, error }) => {
      if (value === true) this.#met++;
      if (error !== undefined && !isError(error, "CancelledError")) throw error;
    });
  }

  /** It touches more than can be told. */
  private everyStep(name: string, body: () => void): Step {
    return this.step(name, () => {
      this.world.sim.touched |= TOUCHES_ALL;
      body();
    });
  }

  protected checkState(): void {
    if (this.#closed) return;
    const { waits } = this.world.sim;
    const left = +waits.isSignalled(this.#event);
    if (this.#met + left > this.#set) throw new Error("A signal counts twice");
  }

  protected describe(): string {
    const { waits } = this.world.sim;
    const phases = waits.steps.map(({ name }) => name).join();
    return [
      phases,
      waits.registered,
      this.#waits,
      this.#cancels,
      this.#sets,
      this.#timeouts,
      this.#met,
      this.#futures.map((each) => +each.done()).join(""),
      this.#closed,
    ].join();
  }

  protected end(): void {
    this.#runThreads();
    for (const future of this.#futures) future.cancel();
    this.#runThreads();
    if (this.open("wait") > 0) throw new Error("A cancelled wait goes on");
    const { waits } = this.world.sim;
    // A wait that was given up, but had the signal already, has used it.
    this.#closed = true;
    this.world.proactor.closeHandle(this.#event);
    this.#runThreads();
    waits.manual = false;
    waits.settle();
    this.settle();
  }

  #runThreads(): void {
    const { waits } = this.world.sim;
    this.settle();
    for (let i = 0; i < 50; i++) {
      const step = waits.steps.find(({ name }) => name !== "drop");
      if (step === undefined) return;
      waits.step(step);
      this.settle();
    }
    throw new Error("A wait never ends");
  }
}
