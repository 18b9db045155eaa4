/**
 * The model of connecting by TCP: a program connects to two addresses of a
 * host, one of which may win, and gives up, while servers come and go.
 *
 * @module
 */

import type { Handle } from "../../src/ffi/win32_api.ts";
import { encodeSocketAddress } from "../../src/ffi/socket/sockaddr.ts";
import { connectedSocket } from "../../src/net/socket/client_socket.ts";
import { TimeLimit } from "../../src/net/socket/time_limit.ts";
import {
  type ConnectEnds,
  ConnectRace,
} from "../../src/net/tcp/connect_race.ts";
import type { IpAddress } from "../../src/net/tcp/tcp_socket.ts";
import type { PortHandle } from "../../src/proactor/port/port_handle.ts";
import {
  SimulatedSocket,
  type SocketRequest,
} from "../sim/simulated_socket.ts";
import { portOf } from "../sim/socket_rules.ts";
import { SimulatedSockets } from "../sim/sockets.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { TOUCHES_ALL } from "./model_win32.ts";
import { isError } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import { STREAM_SOCKET } from "./socket_peer.ts";
import { WorldPool } from "./world.ts";

/** How much happens to who connects. */
export interface ConnectBounds {
  /** Immediate successes queue no packet. */
  skip: boolean;
  /** Connects of the program. */
  connects: number;
  /** Connects that are given up, and connections that are closed. */
  ends: number;
  /** Calls of the servers. */
  serverCalls: number;
  /** Timers that may fire. */
  timers: number;
}

/** Milliseconds until the second address is tried. */
const ATTEMPT_DELAY = 20;

/** Milliseconds until all is given up. */
const TIMEOUT = 50;

const { canComplete } = SimulatedSocket.prototype;

const ANY: IpAddress = { family: "IPv4", hostname: "0.0.0.0", port: 0 };

/**
 * Makes the space of a host with two addresses.
 *
 * @param bounds How much happens.
 * @returns The space.
 */
export function connectSpace(bounds: ConnectBounds): Space {
  const pool = new WorldPool({ skip: bounds.skip });
  const name = `connect-${bounds.skip ? "skip" : "packets"}`;
  return { name, start: (pick) => new ConnectRun(pool, bounds, pick) };
}

class ConnectRun extends PortRun {
  readonly #addresses: IpAddress[] = [];
  readonly #servers: Handle[] = [];
  readonly #listening = [false, false];
  readonly #silent = new Set<number>();
  readonly #connected: PortHandle[] = [];
  readonly #aborters: AbortController[] = [];
  #connects: number;
  #ends: number;
  #serverCalls: number;
  #timedOut = false;

  constructor(pool: WorldPool, bounds: ConnectBounds, pick: Pick) {
    super(pool, pick);
    this.#connects = bounds.connects;
    this.#ends = bounds.ends;
    this.#serverCalls = bounds.serverCalls;
    this.timers = bounds.timers;
    this.#makeServer();
    this.#makeServer();
    this.#keepSilent();
    if (pick(2) === 1) this.#listen(1);
    if (pick(2) === 1) this.#silent.add(this.#addresses[0]!.port);
    this.touched();
  }

  /** From some addresses there comes no answer at all. */
  #keepSilent(): void {
    const { sockets } = this.world.sim;
    const { prototype } = SimulatedSockets;
    sockets.createSocket = (parameters) => {
      const handle = prototype.createSocket.call(sockets, parameters);
      const file = sockets.at(handle);
      file.canComplete = (operation) => {
        const { detail } = operation.request as SocketRequest;
        const waits = detail.call === "connect" &&
          this.#silent.has(portOf(detail.to));
        return !waits && canComplete.call(file, operation);
      };
      return handle;
    };
  }

  /** Bound, so that nobody else has the port; it may listen later. */
  #makeServer(): void {
    const { sockets } = this.world.sim;
    const handle = sockets.createSocket(STREAM_SOCKET);
    const local: IpAddress = { family: "IPv4", hostname: "127.0.0.1", port: 0 };
    sockets.bind(handle, encodeSocketAddress(local));
    this.#servers.push(handle);
    this.#addresses.push(sockets.at(handle).local as IpAddress);
  }

  protected actions(add: (step: Step) => void): void {
    const every = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.world.sim.touched |= TOUCHES_ALL;
        body();
      }));
    if (this.#connects > 0) every("connect", () => this.#connect());
    if (this.#ends > 0) this.#endSteps(every);
    if (this.#serverCalls === 0) return;
    if (this.#silent.size > 0) {
      every("server 0 answers", () => {
        this.#serverCalls--;
        this.#silent.clear();
      });
    }
    this.#listening.forEach((listening, index) => {
      if (listening) return;
      every(`server ${index} listens`, () => {
        this.#serverCalls--;
        this.#listen(index);
      });
    });
  }

  #endSteps(every: (name: string, body: () => void) => void): void {
    this.#aborters.forEach((aborter, index) => {
      if (aborter.signal.aborted || this.open(`connect ${index}`) === 0) return;
      every(`give up connect ${index}`, () => {
        this.#ends--;
        aborter.abort();
      });
    });
    if (this.#connected.length > 0) {
      every("hang up", () => {
        this.#ends--;
        this.#hangUp();
      });
    }
  }

  #listen(index: number): void {
    this.#listening[index] = true;
    this.world.sim.sockets.listen(this.#servers[index]!, 5);
  }

  #connect(): void {
    this.#connects--;
    const aborter = new AbortController();
    const index = this.#aborters.push(aborter) - 1;
    const { signal } = aborter;
    const served = this.#listening.some((each) => each);
    this.watch(`connect ${index}`, this.#race(signal), ({ value, error }) => {
      if (value !== undefined) return void this.#connected.push(value);
      if (signal.aborted && error === signal.reason) return;
      if (this.#timedOut && isError(error, "TimedOut")) return;
      // The servers that listen later may be too late.
      if (served || !isError(error, "ConnectionRefused")) throw error;
    });
  }

  /** As `connectTcp` does when the name has two addresses. */
  async #race(given: AbortSignal): Promise<PortHandle> {
    const { port, sim } = this.world;
    const ends: ConnectEnds[] = this.#addresses.map((remote) => ({
      remote,
      local: ANY,
    }));
    const options = { timeout: TIMEOUT, signal: given };
    using limit = new TimeLimit("host", options);
    const settings = { ends, attemptDelay: ATTEMPT_DELAY };
    const race = new ConnectRace(port, sim.sockets, settings);
    return await connectedSocket(race, limit.signal);
  }

  protected override onTimer(): void {
    this.#timedOut = true;
  }

  #hangUp(): void {
    this.world.port.closeHandle(this.#connected.pop()!);
  }

  protected checkState(): void {
    const pending = this.world.port.outstanding;
    const most = 2 * this.#aborters.length;
    if (pending > most) throw new Error(`${pending} attempts, not ${most}`);
  }

  protected describe(): string {
    return [
      this.#connects,
      this.#ends,
      this.#serverCalls,
      this.#listening.map(Number).join(""),
      this.#silent.size,
      this.#connected.length,
      this.open("connect"),
      this.#aborters.map(({ signal }) => +signal.aborted).join(""),
      +this.#timedOut,
    ].join();
  }

  protected end(): void {
    this.settle();
    this.#assertGivenUp();
    this.#silent.clear();
    this.settle();
    this.#assertConnects();
    while (this.#connected.length > 0) this.#hangUp();
    const { sockets } = this.world.sim;
    for (const server of this.#servers) sockets.closeSocket(server);
    this.settle();
  }

  /** That needs no answer. */
  #assertGivenUp(): void {
    this.#aborters.forEach(({ signal }, index) => {
      if (!signal.aborted || this.open(`connect ${index}`) === 0) return;
      throw new Error("A connect that was given up goes on");
    });
  }

  /** Who connects to a server that listens gets there, by one connection. */
  #assertConnects(): void {
    if (this.open("connect") > 0) throw new Error("A connect goes on");
    if (!this.#listening[1]) this.#listen(1);
    const before = this.#connected.length;
    const waiting = this.#waiting;
    this.#connect();
    this.settle();
    if (this.#connected.length === before) throw new Error("It cannot connect");
    if (this.#waiting === waiting + 1) return;
    throw new Error(`${this.#waiting - waiting} connections to a host`);
  }

  /** Clients of both servers, with those that have left. */
  get #waiting(): number {
    const { sockets } = this.world.sim;
    return this.#servers.reduce(
      (sum, server) => sum + sockets.at(server).clients.length,
      0,
    );
  }
}
