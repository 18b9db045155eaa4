/**
 * The model of the dialer: a program dials a pipe and gives up, while the
 * server's process makes instances and closes them.
 *
 * @module
 */

import type { Future } from "../../src/proactor/future/future.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { isError } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import { isHandle, makeInstance, PATH } from "./raw_peer.ts";
import { WorldPool } from "./world.ts";

/** How much happens to a dialer. */
export interface DialerBounds {
  /** Dials. */
  dials: number;
  /** Dials that are given up, and connections that are closed. */
  ends: number;
  /** Calls of the server. */
  serverCalls: number;
  /** Timers that fire. */
  timers: number;
  /** Waits for a server that does not exist yet. */
  waitForServer: boolean;
}

/**
 * Makes the space of a dialer.
 *
 * @param bounds How much happens.
 * @returns The space.
 */
export function dialerSpace(bounds: DialerBounds): Space {
  const pool = new WorldPool();
  const name = bounds.waitForServer ? "dialer-that-waits" : "dialer";
  return { name, start: (pick) => new DialerRun(pool, bounds, pick) };
}

class DialerRun extends PortRun {
  readonly #bounds: DialerBounds;
  readonly #futures: Future<Handle>[] = [];
  readonly #connected: Handle[] = [];
  readonly #order: number[] = [];
  readonly #instances: Handle[] = [];
  #dials: number;
  #ends: number;
  #serverCalls: number;
  #wasAbsent = true;

  constructor(pool: WorldPool, bounds: DialerBounds, pick: Pick) {
    super(pool, pick);
    this.#bounds = bounds;
    this.#dials = bounds.dials;
    this.#ends = bounds.ends;
    this.#serverCalls = bounds.serverCalls;
    this.timers = bounds.timers;
    if (!bounds.waitForServer) this.#makeInstance();
    this.#wasAbsent = bounds.waitForServer;
    this.touched();
  }

  protected actions(add: (step: Step) => void): void {
    if (this.#dials > 0) {
      add(this.step("dial", () => {
        this.#dials--;
        this.#dial();
      }));
    }
    if (this.#ends > 0) this.#endSteps(add);
    if (this.#serverCalls > 0) this.#serverSteps(add);
  }

  #endSteps(add: (step: Step) => void): void {
    const end = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.#ends--;
        body();
      }));
    this.#futures.forEach((future, index) => {
      if (future.done()) return;
      end(`cancel dial ${index}`, () => {
        future.cancel();
        if (!future.done()) throw new Error("A cancelled dial goes on");
      });
    });
    if (this.#connected.length > 0) end("hang up", () => this.#hangUp());
  }

  #serverSteps(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.peerStep(`server: ${name}`, () => {
        this.#serverCalls--;
        body();
      }));
    call("make an instance", () => this.#makeInstance());
    if (this.#instances.length > 0) {
      call("close an instance", () => this.#closeInstance());
    }
  }

  #dial(): void {
    const index = this.#futures.length;
    const { waitForServer } = this.#bounds;
    const { proactor } = this.world;
    const future = proactor.connectPipe(PATH, { waitForServer });
    this.#futures.push(future);
    this.watch(`dial ${index}`, future, ({ value, error }) => {
      if (value !== undefined) {
        this.#order.push(index);
        return void this.#connected.push(value);
      }
      if (isError(error, "CancelledError")) return;
      if (isError(error, "NotFound") && this.#wasAbsent) return;
      throw error;
    });
  }

  #hangUp(): void {
    this.world.proactor.closeHandle(this.#connected.pop()!);
  }

  #makeInstance(): void {
    const handle = makeInstance(this.world.sim, { messages: false, quota: 4 });
    if (!isHandle(handle)) throw new Error("The server got no instance");
    this.#instances.push(handle);
  }

  #closeInstance(): void {
    this.world.sim.closeHandle(this.#instances.shift()!);
    if (this.#instances.length === 0) this.#wasAbsent = true;
  }

  protected checkState(): void {
    const order = this.#order;
    const sorted = order.every((each, i) => i === 0 || order[i - 1]! < each);
    if (!sorted) throw new Error(`The order of the dials is ${order}`);
    const pending = this.world.port.outstanding;
    const most = this.#futures.length; // those of cancelled waits come yet
    if (pending > most) throw new Error(`${pending} waits for ${most} dials`);
  }

  protected describe(): string {
    return [
      this.#dials,
      this.#ends,
      this.#serverCalls,
      this.#instances.length,
      this.#connected.length,
      this.#futures.map((each) => +each.done()).join(""),
      +this.#wasAbsent,
    ].join();
  }

  /** Who still waits, is served when there are instances. */
  protected end(): void {
    this.settle();
    for (let i = this.open("dial"); i > 0; i--) this.#makeInstance();
    this.settle(30);
    if (this.open("dial") > 0) throw new Error("A dial waits for ever");
    while (this.#connected.length > 0) this.#hangUp();
    while (this.#instances.length > 0) this.#closeInstance();
    this.settle(5);
  }
}
