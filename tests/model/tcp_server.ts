/**
 * The model of a TCP server: a program accepts and closes, while clients
 * connect, write, leave, and reset connections that nobody has accepted.
 *
 * @module
 */

import type { SocketAddress } from "../../src/ffi/socket/sockaddr.ts";
import type { TcpConnection } from "../../src/net/tcp/tcp_connection.ts";
import { TcpListener } from "../../src/net/tcp/tcp_listener.ts";
import { Direction, type SimulatedSocket } from "../sim/simulated_socket.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { isError } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import { SocketPeer } from "./socket_peer.ts";
import { WorldPool } from "./world.ts";

/** Which server, and how much happens to it. */
export interface TcpServerBounds {
  /** Immediate successes queue no packet. */
  skip: boolean;
  /** Accepts that are armed at any time. */
  accepts: number;
  /** Connections that may wait for `accept`. */
  backlog: number;
  /** Calls of the program. */
  calls: number;
  /** Calls of the clients together. */
  clientCalls: number;
  /** Timers that may fire. */
  timers: number;
}

const CLIENTS = 2;
const CHUNK = 3;

const REMOTE: SocketAddress = {
  family: "IPv4",
  hostname: "127.0.0.2",
  port: 1,
};

/**
 * Makes the space of a server.
 *
 * @param bounds Which server.
 * @returns The space.
 */
export function tcpServerSpace(bounds: TcpServerBounds): Space {
  const { skip, accepts, backlog } = bounds;
  const pool = new WorldPool({ skip });
  const mode = skip ? "skip" : "packets";
  return {
    name: `tcp-server-${mode}-accepts-${accepts}-backlog-${backlog}`,
    start: (pick) => new TcpServerRun(pool, bounds, pick),
  };
}

class TcpServerRun extends PortRun {
  readonly #listener: TcpListener;
  readonly #socket: SimulatedSocket;
  readonly #clients: SocketPeer[] = [];
  readonly #accepted: TcpConnection[] = [];
  #aborter: AbortController | null = null;
  #calls: number;
  #clientCalls: number;
  #closed = 0;
  #closing = false;

  constructor(pool: WorldPool, bounds: TcpServerBounds, pick: Pick) {
    super(pool, pick);
    this.#calls = bounds.calls;
    this.#clientCalls = bounds.clientCalls;
    this.timers = bounds.timers;
    const { accepts, backlog } = bounds;
    const { proactor, sim } = this.world;
    this.#listener = TcpListener.listen({
      hostname: "127.0.0.1",
      port: 0,
      proactor,
      accepts,
      backlog,
      onError: (error) => this.#onError(error),
    });
    const { port } = this.#listener.addr;
    const addr: SocketAddress = { family: "IPv4", hostname: "127.0.0.1", port };
    this.#socket = sim.sockets.find(addr, 1)!;
    this.watch("server", this.#listener.finished, () => {});
    this.touched();
  }

  /** A client that has left before it was accepted is told. */
  #onError(error: unknown): void {
    if (this.#clients.some(({ wasReset }) => wasReset)) return;
    this.world.reports.push(`onError: ${error}`);
  }

  protected actions(add: (step: Step) => void): void {
    if (this.#calls > 0) this.#programSteps(add);
    if (this.#aborter !== null) {
      add(this.step("signal", () => {
        this.#aborter?.abort();
        this.#aborter = null;
      }));
    }
    if (this.#clientCalls > 0) this.#clientSteps(add);
  }

  #programSteps(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.#calls--;
        body();
      }));
    if (!this.#closing && this.open("accept") < 2) {
      call("accept", () => this.#accept());
      if (this.#aborter === null) {
        call("accept with signal", () => {
          this.#aborter = new AbortController();
          this.#accept(this.#aborter.signal);
        });
      }
    }
    if (this.#closed < this.#accepted.length) {
      call("close connection", () => this.#closeNext());
    }
    if (!this.#closing) call("close server", () => this.#close());
  }

  #clientSteps(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.peerStep(name, () => {
        this.#clientCalls--;
        this.world.sim.touch(this.#socket); // it may not be accepted yet
        body();
      }));
    if (this.#clients.length < CLIENTS && this.#socket.listening) {
      call("client connects", () => this.#connect());
    }
    this.#clients.forEach((client, index) => {
      if (client.closed) return;
      const name = (text: string): string => `client ${index}: ${text}`;
      if (client.written === 0) call(name("write"), () => client.write(CHUNK));
      call(name("close"), () => client.close());
      call(name("reset"), () => client.reset());
    });
  }

  #connect(): SocketPeer {
    const { sim } = this.world;
    const [incoming, outgoing] = [new Direction(), new Direction()];
    this.#socket.clients.push({ incoming, outgoing, remote: REMOTE });
    const client = new SocketPeer(sim, incoming, outgoing);
    this.#clients.push(client);
    return client;
  }

  #accept(signal?: AbortSignal): void {
    const options = signal === undefined ? {} : { signal };
    this.watch("accept", this.#listener.accept(options), ({ value, error }) => {
      if (value !== undefined) return void this.#accepted.push(value);
      if (signal?.aborted && error === signal.reason) return;
      if (this.#closing && isError(error, "BadResource")) return;
      throw error;
    });
  }

  #closeNext(): void {
    const connection = this.#accepted[this.#closed++]!;
    connection.abort();
    this.watch("connection", connection.finished, () => {});
  }

  #close(): void {
    this.#closing = true;
    this.#listener.close();
  }

  protected checkState(): void {
    if (this.#accepted.length > this.#clients.length) {
      throw new Error("Accepted one twice");
    }
  }

  protected describe(): string {
    const clients = this.#clients.map((client) =>
      `${client.written}${+client.closed}${+client.wasReset}`
    );
    return [
      ...clients,
      this.#socket.clients.length,
      this.#calls,
      this.#clientCalls,
      this.#accepted.length,
      this.#closed,
      this.open("accept"),
      +this.#closing,
      +(this.#aborter !== null),
    ].join();
  }

  protected end(): void {
    this.#clientCalls = 0;
    this.settle();
    if (!this.#closing) this.#assertServes();
    while (this.#closed < this.#accepted.length) this.#closeNext();
    if (!this.#closing) this.#close();
    this.settle(20);
    for (const client of this.#clients) this.#assertTold(client);
  }

  /** Whatever has happened: all that are there are served, and who comes now. */
  #assertServes(): void {
    const alive = this.#clients.filter(({ wasReset }) => !wasReset).length;
    for (let i = this.open("accept"); i < CLIENTS + 1; i++) this.#accept();
    this.settle(20);
    if (this.#accepted.length < alive) throw new Error("A client is lost");
    while (this.#closed < this.#accepted.length) this.#closeNext();
    this.settle(20);
    const before = this.#accepted.length;
    const client = this.#connect();
    client.write(CHUNK);
    if (this.open("accept") === 0) this.#accept();
    this.settle(20);
    if (this.#accepted.length === before) throw new Error("It is not accepted");
    this.#assertReads(this.#accepted.at(-1)!);
  }

  /** A connection belongs to its client. */
  #assertReads(connection: TcpConnection): void {
    const target = new Uint8Array(2 * CHUNK);
    let count: number | null = 0;
    this.watch("read", connection.read(target), ({ value }) => count = value!);
    this.settle();
    if (count !== CHUNK) throw new Error(`${count} bytes of its client`);
  }

  /** All connections are closed: each client hears of it. */
  #assertTold(client: SocketPeer): void {
    if (client.closed || client.readable) return;
    throw new Error("A client is not told of the end");
  }
}
