/**
 * The model of a proactor that is closed: with operations that pend, that have
 * ended, that are being cancelled, and a peer that goes on.
 *
 * @module
 */

import type { Handle } from "../../src/ffi/win32_api.ts";
import type { Future } from "../../src/proactor/future/future.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { assertCounts, isError } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import { makePair, RawPeer } from "./raw_peer.ts";
import { WorldPool } from "./world.ts";

/** How much happens before and during the close. */
export interface ClosingBounds {
  /** Immediate successes queue no packet. */
  skip: boolean;
  /** Calls of the program. */
  calls: number;
  /** Calls of the peer. */
  peerCalls: number;
}

const CHUNK = 3;

/**
 * Makes the space of a close.
 *
 * @param bounds How much happens.
 * @returns The space.
 */
export function closingSpace(bounds: ClosingBounds): Space {
  const pool = new WorldPool({ skip: bounds.skip, shared: 1 });
  const name = `close-of-a-proactor-${bounds.skip ? "skip" : "packets"}`;
  return { name, start: (pick) => new ClosingRun(pool, bounds, pick) };
}

class ClosingRun extends PortRun {
  readonly #server: Handle;
  readonly #peer: RawPeer;
  readonly #futures: Future<unknown>[] = [];
  readonly #received: number[] = [];
  #calls: number;
  #peerCalls: number;
  #written = 0;
  #closed = false;

  constructor(pool: WorldPool, bounds: ClosingBounds, pick: Pick) {
    super(pool, pick);
    this.#calls = bounds.calls;
    this.#peerCalls = bounds.peerCalls;
    const { sim } = this.world;
    const pair = makePair(sim, { messages: false, quota: 4 });
    this.#server = pair.server;
    this.#peer = new RawPeer(sim, pair.client, "peer");
    this.touched();
  }

  protected actions(add: (step: Step) => void): void {
    if (!this.#closed) this.#programSteps(add);
    if (this.#peerCalls === 0 || this.#peer.closed) return;
    const call = (name: string, body: () => void): void =>
      add(this.peerStep(`peer: ${name}`, () => {
        this.#peerCalls--;
        body();
      }));
    call("write", () => this.#peer.write(CHUNK));
    call("read", () => this.#peer.read(CHUNK));
    call("close", () => this.#peer.close());
  }

  #programSteps(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.#calls--;
        body();
      }));
    add(this.step("close", () => this.#close()));
    if (this.#calls === 0) return;
    call("receive", () => this.#receive());
    call("send", () => this.#send());
    const open = this.#futures.find((future) => !future.done());
    if (open !== undefined) call("cancel", () => open.cancel());
  }

  #receive(): void {
    const future = this.world.proactor.recv(this.#server, CHUNK);
    this.#futures.push(future);
    this.watch("receive", future, ({ value, error }) => {
      if (value !== undefined) this.#received.push(...value);
      else this.#failed(error);
    });
  }

  #send(): void {
    const data = new Uint8Array(CHUNK);
    for (let i = 0; i < CHUNK; i++) data[i] = ++this.#written & 0xff;
    const future = this.world.proactor.send(this.#server, data);
    data.fill(0xee); // the array is ours again
    this.#futures.push(future);
    this.watch("send", future, ({ error }) => {
      if (error !== undefined) this.#failed(error);
    });
  }

  #failed(error: unknown): void {
    if (isError(error, "CancelledError") || this.#peer.closed) return;
    throw error;
  }

  #close(): void {
    this.#closed = true;
    const closing = this.world.proactor.close();
    this.watch("close", closing, ({ value, error }) => {
      if (error !== undefined) throw error;
      if (value !== 0) throw new Error(`${value} slots in quarantine`);
    });
  }

  protected checkState(): void {
    assertCounts("The program", this.#received, this.#peer.written);
  }

  protected describe(): string {
    return [
      this.#calls,
      this.#peerCalls,
      this.#written,
      this.#received.length,
      this.#peer.received.length,
      this.#peer.reading,
      this.#peer.writing,
      +this.#peer.closed,
      +this.#closed,
      this.#futures.map((each) => +each.done()).join(""),
    ].join();
  }

  protected end(): void {
    this.settle();
    if (!this.#closed) this.#close();
    this.settle();
    // Neither the peer nor a timer is needed.
    if (this.open("close") > 0) throw new Error("The close goes on");
    this.#peer.close();
    this.world.sim.closeHandle(this.#server);
    this.settle();
  }

  protected override assertNothingLeft(): void {
    const { sim } = this.world;
    const left = [
      sim.openHandles,
      sim.pendingOperations,
      sim.undeliveredOperations,
    ];
    if (left.every((count) => count === 0)) return;
    throw new Error(`Left: handles, operations, packets: ${left}`);
  }
}
