/**
 * The model of datagrams: a program receives and gives up, while datagrams
 * come and the socket is closed.
 *
 * @module
 */

import { AF_INET, SOCK_DGRAM } from "../../src/ffi/socket/constants.ts";
import {
  encodeSocketAddress,
  type SocketAddress,
} from "../../src/ffi/socket/sockaddr.ts";
import type { Handle } from "../../src/ffi/win32_api.ts";
import type { Future } from "../../src/proactor/future/future.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { TOUCHES_ALL } from "./model_win32.ts";
import { assertCounts, isError } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import { WorldPool } from "./world.ts";

/** How much happens to a socket. */
export interface DatagramBounds {
  /** Immediate successes queue no packet. */
  skip: boolean;
  /** Receives of the program. */
  receives: number;
  /** Receives that are given up. */
  cancels: number;
  /** Datagrams that are sent. */
  sends: number;
}

const LOCAL: SocketAddress = {
  family: "IPv4",
  hostname: "127.0.0.1",
  port: 0,
};

/**
 * Makes the space of a datagram socket.
 *
 * @param bounds How much happens.
 * @returns The space.
 */
export function datagramSpace(bounds: DatagramBounds): Space {
  const pool = new WorldPool({ skip: bounds.skip });
  const name = `datagrams-${bounds.skip ? "skip" : "packets"}`;
  return { name, start: (pick) => new DatagramRun(pool, bounds, pick) };
}

class DatagramRun extends PortRun {
  readonly #sender: Handle;
  readonly #receiver: Handle;
  readonly #address: SocketAddress;
  readonly #futures: Future<unknown>[] = [];
  readonly #received: number[] = [];
  #receives: number;
  #cancels: number;
  #sends: number;
  #sent = 0;
  #cancelled: Future<unknown> | null = null;
  #closed = false;

  constructor(pool: WorldPool, bounds: DatagramBounds, pick: Pick) {
    super(pool, pick);
    this.#receives = bounds.receives;
    this.#cancels = bounds.cancels;
    this.#sends = bounds.sends;
    this.#sender = this.#socket();
    this.#receiver = this.#socket();
    this.#address = this.world.sim.sockets.at(this.#receiver).local!;
    this.touched();
  }

  #socket(): Handle {
    const { sockets } = this.world.sim;
    const settings = { family: AF_INET, type: SOCK_DGRAM, protocol: 0 };
    const handle = sockets.createSocket(settings);
    sockets.bind(handle, encodeSocketAddress(LOCAL));
    return handle;
  }

  protected actions(add: (step: Step) => void): void {
    const step = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.world.sim.touched |= TOUCHES_ALL;
        body();
      }));
    if (this.#sends > 0) step("send", () => this.#send());
    if (this.#closed) return;
    add(this.lastStep());
    if (this.#receives > 0) step("receive", () => this.#receive());
    this.#futures.forEach((future, index) => {
      if (this.#cancels === 0 || future.done()) return;
      step(`cancel receive ${index}`, () => {
        this.#cancels--;
        this.#cancelled = future;
        future.cancel();
      });
    });
    step("close", () => this.#close());
  }

  #send(): void {
    this.#sends--;
    const data = Uint8Array.of(++this.#sent);
    const { proactor } = this.world;
    const future = proactor.sendTo(this.#sender, data, this.#address);
    data.fill(0xee); // the array is ours again
    this.watch("send", future, ({ error }) => {
      if (error !== undefined) throw error;
    });
  }

  #receive(): void {
    this.#receives--;
    const future = this.world.proactor.recvFrom(this.#receiver, 8);
    this.#futures.push(future);
    this.watch("receive", future, ({ value, error }) => {
      if (value !== undefined) this.#received.push(...value.data);
      else if (isError(error, "CancelledError")) return;
      else if (!this.#closed) throw error;
    });
  }

  #close(): void {
    this.#closed = true;
    this.world.proactor.closeHandle(this.#receiver);
  }

  protected checkState(): void {
    assertCounts("The program", this.#received, this.#sent);
  }

  protected describe(): string {
    return [
      this.#receives,
      this.#cancels,
      this.#sends,
      this.#sent,
      this.#received.length,
      +this.#closed,
      this.#futures.map((each) => +each.done()).join(""),
    ].join();
  }

  /** What was sent is still there, whatever was given up. */
  protected end(): void {
    this.#sends = 0;
    this.settle();
    if (this.#cancelled?.done() === false) {
      throw new Error("A cancelled receive goes on");
    }
    while (!this.#closed && this.#received.length < this.#sent) {
      const { length } = this.#received;
      this.#receive();
      this.settle();
      if (this.#received.length === length) throw new Error("It is lost");
    }
    if (!this.#closed) this.#close();
    this.world.proactor.closeHandle(this.#sender);
    this.settle();
  }
}
