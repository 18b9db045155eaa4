/**
 * A proactor on the simulated kernel, used for many schedules.
 *
 * @module
 */

import { warningMode } from "../../src/proactor/port/warning_probe.ts";
import { IocpProactor } from "../../src/proactor/iocp_proactor.ts";
import type { CompletionPort } from "../../src/proactor/port/completion_port.ts";
import { PortTurns } from "../../src/proactor/port/turns.ts";
import { portOf } from "../../src/proactor/default_port.ts";
import type { SimulationOptions } from "../sim/options.ts";
import { environment } from "./environment.ts";
import { ModelWin32 } from "./model_win32.ts";

/** How a world is made. */
export interface WorldOptions extends SimulationOptions {
  /** Skip mode. Default true. */
  skip?: boolean;
}

/** A kernel and a proactor. */
export class World {
  /** The kernel. */
  readonly sim: ModelWin32;
  /** The proactor. */
  readonly proactor: IocpProactor;
  /** Its port. */
  readonly port: CompletionPort;
  /** Its turns. */
  readonly turns: PortTurns;
  /** What was reported, which is a failure unless it is expected. */
  readonly reports: string[] = [];
  /** Told what is reported; false when that was not expected. */
  expects: ((error: unknown) => boolean) | null = null;
  readonly #handles: number;
  readonly #pumpTurn: () => void;

  /** @param options The kernel, and skip mode. */
  constructor(options: WorldOptions = {}) {
    const { skip = true, ...settings } = options;
    environment.reset();
    this.sim = new ModelWin32(settings);
    this.sim.threads.manual = true;
    this.proactor = new IocpProactor({
      api: this.sim,
      waits: this.sim.waits,
      sockets: this.sim.sockets,
      sendFile: this.sim.sendFile,
      skipCompletionPortOnSuccess: skip,
    });
    this.port = portOf(this.proactor);
    this.turns = turnsOf(this.port);
    this.port.report = (error, message) => {
      if (this.expects?.(error)) return;
      this.reports.push(`${message}: ${error}`);
    };
    this.#pumpTurn = this.#findPumpTurn();
    this.#warmUp();
    this.sim.manual = true;
    this.#handles = this.sim.openHandles;
  }

  /** What the pump schedules for the next turn. */
  #findPumpTurn(): () => void {
    this.port.hold();
    const [turn] = environment.immediates;
    this.port.unhold();
    environment.turn();
    return turn?.call ?? (() => {}); // a bug may be planted
  }

  /** What is made once, by the first who needs it. */
  #warmUp(): void {
    warningMode(this.sim);
    const event = this.sim.waits.createEvent(true);
    this.sim.waits.setEvent(event);
    this.proactor.waitForHandle(event).then(() => {});
    this.sim.closeHandle(event);
    environment.drain();
  }

  /** A schedule begins: nothing tells what was before. */
  begin(): void {
    environment.turnTime = 0;
    this.expects = null;
    if (environment.now > 0) this.#calm();
    this.sim.begin();
    this.port.calls.renew();
  }

  /** The pump remembers when it was busy or idle, until it rests. */
  #calm(): void {
    const { port, sim } = this;
    port.hold();
    environment.turn(); // an idle one
    port.queue.wake();
    environment.turn(); // one that finds a packet
    for (let i = 0; i < 3; i++) {
      environment.now += 10;
      environment.turn();
    }
    port.unhold();
    for (let i = 0; i < 2; i++) {
      for (const step of sim.threads.steps()) step(); // takes, and returns
      environment.drain();
    }
    this.runTurns();
    environment.now = 0;
  }

  /** Runs the turns that are due, which are idle ones. */
  runTurns(): void {
    for (let i = 0; environment.immediates.length > 0; i++) {
      if (i > 20) throw new Error("The pump never stops");
      environment.turn();
    }
  }

  /** True when a turn would not only find that nothing has come. */
  get turnPays(): boolean {
    const { immediates, turnTime } = environment;
    if (immediates.length === 0) return false;
    if (turnTime > 0) return true; // it brings the next wait nearer
    if (immediates.some(({ call }) => call !== this.#pumpTurn)) return true;
    return this.turns.deferred || this.hasPackets;
  }

  /** Slots that are in use. */
  get slotsInUse(): number {
    return this.port.operations.inUse;
  }

  /** Bytes of the buffers that are in use. */
  get bufferBytes(): number {
    return this.port.buffers.bytesInUse;
  }

  /** True when packets are queued. */
  get hasPackets(): boolean {
    for (const { packets } of this.sim.inner.ports) {
      if (packets.length > 0) return true;
    }
    return false;
  }

  /**
   * Checks that nothing is left of a schedule.
   *
   * @throws {Error} when something is.
   */
  assertClean(): void {
    const { port, slotsInUse, bufferBytes } = this;
    const left = [
      ["handles", this.sim.openHandles - this.#handles],
      ["operations of the kernel", this.sim.pendingOperations],
      ["packets not dequeued", this.sim.undeliveredOperations],
      ["pending operations", port.outstanding],
      ["slots", slotsInUse],
      ["bytes of buffers", bufferBytes],
      ["registered waits", this.sim.waits.registered],
      ["timers", environment.timers.length],
    ].filter(([, count]) => count !== 0);
    if (left.length === 0) return;
    const text = left.map(([what, count]) => `${count} ${what}`).join(", ");
    throw new Error(`Something is left: ${text}`);
  }

  /**
   * Checks that no rule was broken so far.
   *
   * @throws {Error} when one was.
   */
  assertLawful(): void {
    const [violation] = this.sim.violations;
    if (violation !== undefined) throw new Error(`Violation: ${violation}`);
    const [report] = this.reports;
    if (report !== undefined) throw new Error(`Reported: ${report}`);
    if (this.port.dispatcher.unknown > 0) {
      throw new Error("A packet belongs to nobody");
    }
  }
}

/** A port keeps its turns to itself; its polls go there. */
function turnsOf(port: CompletionPort): PortTurns {
  const { prototype } = PortTurns;
  const { poll } = prototype;
  const found: PortTurns[] = [];
  prototype.poll = function () {
    found.push(this);
    return 0;
  };
  port.poll(0);
  prototype.poll = poll;
  return found[0]!;
}

const SCHEDULES_PER_WORLD = 300;

/** How a world is used. */
export interface PoolOptions extends WorldOptions {
  /** Schedules that share a world. Default 300. */
  shared?: number;
}

/** Gives the same world again, or a fresh one. */
export class WorldPool {
  readonly #options: WorldOptions;
  readonly #shared: number;
  #world: World | undefined;
  #used = 0;

  /** @param options How worlds are made, and when a fresh one is. */
  constructor(options: PoolOptions = {}) {
    const { shared = SCHEDULES_PER_WORLD, ...world } = options;
    this.#options = world;
    this.#shared = shared;
  }

  /** A world in which nothing is under way. */
  take(): World {
    if (this.#used++ % this.#shared === 0) this.#world = undefined;
    const world = this.#world ??= new World(this.#options);
    world.begin();
    return world;
  }

  /** The world is not used again. */
  drop(): void {
    this.#world = undefined;
    this.#used = 0;
  }
}
