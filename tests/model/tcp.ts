/**
 * The model of a TCP connection in stream style: a program reads, writes, ends
 * and closes, while its peer does so, resets the connection or vanishes.
 *
 * @module
 */

import { TcpConnection } from "../../src/net/tcp/tcp_connection.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { assertCounts, isError } from "./outcomes.ts";
import { type Ended, PortRun } from "./port_run.ts";
import {
  connectedSocket,
  type SocketPeer,
  TCP_ADDRESS,
} from "./socket_peer.ts";
import { WorldPool } from "./world.ts";

/** How much happens to a connection. */
export interface TcpBounds {
  /** Immediate successes queue no packet. */
  skip: boolean;
  /** Calls of the program. */
  calls: number;
  /** Calls of the peer. */
  peerCalls: number;
  /** Timers that may fire. */
  timers: number;
}

/** Bytes of a write, of the peer's and ours. */
const CHUNK = 3;

/** Bytes that a read of the program takes. */
const TARGET = 2;

/** Bytes from which on a send waits. */
const CAPACITY = 1;

const DEADLINE = 50;

/**
 * Makes the space of a connection.
 *
 * @param bounds How much happens.
 * @returns The space.
 */
export function tcpSpace(bounds: TcpBounds): Space {
  const pool = new WorldPool({ skip: bounds.skip });
  const name = `tcp-${bounds.skip ? "skip" : "packets"}`;
  return { name, start: (pick) => new TcpRun(pool, bounds, pick) };
}

class TcpRun extends PortRun {
  readonly #connection: TcpConnection;
  readonly #peer: SocketPeer;
  readonly #received: number[] = [];
  #aborter: AbortController | null = null;
  #calls: number;
  #peerCalls: number;
  #written = 0;
  #lost = false;
  #closing = false;
  #aborted = false;
  #expired = false;
  #vanished = false;
  #ended = false;
  #endWritten = false;

  constructor(pool: WorldPool, bounds: TcpBounds, pick: Pick) {
    super(pool, pick);
    this.#calls = bounds.calls;
    this.#peerCalls = bounds.peerCalls;
    this.timers = bounds.timers;
    const { port, sim: { sockets } } = this.world;
    const { handle, peer } = connectedSocket(this.world, "ours", CAPACITY);
    this.#peer = peer;
    const [local, remote] = [TCP_ADDRESS, TCP_ADDRESS];
    const traits = { sockets, local, remote, deadline: DEADLINE };
    this.#connection = new TcpConnection(port, handle, traits);
    this.watch("finished", this.#connection.finished, () => {});
    this.touched();
  }

  protected actions(add: (step: Step) => void): void {
    if (this.#calls > 0) this.#programSteps(add);
    if (this.#aborter !== null) {
      add(this.step("signal", () => {
        this.#aborter?.abort();
        this.#aborter = null;
      }));
    }
    if (this.#peerCalls > 0 && !this.#peer.closed) this.#peerSteps(add);
  }

  #programSteps(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.#calls--;
        body();
      }));
    if (!this.#closing) {
      if (this.open("read") < 2) call("read", () => this.#read());
      if (!this.#endWritten) this.#writeSteps(call);
      if (this.#aborter === null && this.open("read") === 0) {
        call("read with signal", () => {
          this.#aborter = new AbortController();
          this.#read(this.#aborter.signal);
        });
      }
      call("close", () => this.#close());
    }
    if (!this.#aborted) call("abort", () => this.#abort());
  }

  #writeSteps(call: (name: string, body: () => void) => void): void {
    call("write", () => this.#write());
    call("write and close", () => {
      this.#write();
      this.#close();
    });
    call("write and closeWrite", () => {
      this.#write();
      this.#closeWrite();
    });
  }

  #peerSteps(add: (step: Step) => void): void {
    const peer = this.#peer;
    const call = (name: string, body: () => void): void =>
      add(this.peerStep(`peer: ${name}`, () => {
        this.#peerCalls--;
        body();
      }));
    if (!peer.endedWriting) {
      call("write", () => peer.write(CHUNK));
      call("end", () => peer.end());
    }
    if (peer.readable) call("read", () => peer.read(CHUNK));
    call("close", () => peer.close());
    call("reset", () => peer.reset());
    call("vanish", () => {
      this.#vanished = true;
      this.#peerCalls = 0;
    });
  }

  /** Whether there is nobody to whom what is written could go. */
  get #gone(): boolean {
    return this.#peer.closed;
  }

  #read(signal?: AbortSignal): void {
    const target = new Uint8Array(TARGET);
    const reading = this.#connection.read(target, { signal });
    this.watch("read", reading, ({ value, error }) => {
      const data = value === undefined || value === null
        ? null
        : target.subarray(0, value);
      this.#onRead({ value: data, error }, signal);
    });
  }

  #onRead({ value, error }: Ended<Uint8Array | null>, signal?: AbortSignal) {
    if (error !== undefined) return this.#onReadError(error, signal);
    if (value === null || value === undefined) {
      this.#ended = true;
      if (this.#peer.endedWriting) return;
      throw new Error("an end that the peer did not make");
    }
    if (this.#ended) throw new Error("bytes behind the end");
    for (const byte of value) this.#received.push(byte);
  }

  #onReadError(error: unknown, signal?: AbortSignal): void {
    if (signal?.aborted && error === signal.reason) return;
    if (this.#closing && isError(error, "Interrupted", "BadResource")) return;
    if (!this.#peer.wasReset || !isError(error, "ConnectionReset")) throw error;
    this.#ended = true;
  }

  #write(): void {
    const data = new Uint8Array(CHUNK);
    for (let i = 0; i < CHUNK; i++) data[i] = ++this.#written & 0xff;
    const writing = this.#connection.write(data);
    data.fill(0xee); // the array is ours again
    this.watch("write", writing, ({ error }) => {
      if (error === undefined) return;
      this.#lost = true;
      if (!this.#gone && !this.#aborted && !this.#expired) throw error;
    });
  }

  #closeWrite(): void {
    this.#endWritten = true;
    this.watch("closeWrite", this.#connection.closeWrite(), ({ error }) => {
      if (error !== undefined && !this.#gone && !this.#closing) throw error;
    });
  }

  #close(): void {
    this.#closing = true;
    this.watch("shutdown", this.#connection.shutdown(), ({ error }) => {
      if (error === undefined) return;
      this.#lost = true;
      if (!this.#gone && !this.#aborted && !this.#expired) throw error;
    });
  }

  #abort(): void {
    this.#closing = true;
    this.#aborted = true;
    this.#connection.abort();
  }

  protected override onTimer(node: boolean): void {
    if (!node && this.#closing) this.#expired = true;
  }

  protected checkState(): void {
    assertCounts("The program", this.#received, this.#peer.written);
    assertCounts("The peer", this.#peer.received, this.#written);
    const { slotsInUse, bufferBytes } = this.world;
    if (slotsInUse > 2) throw new Error(`${slotsInUse} slots are in use`);
    if (bufferBytes > 2 * 65_536) throw new Error(`${bufferBytes} bytes held`);
  }

  protected describe(): string {
    const peer = this.#peer;
    return [
      this.#calls,
      this.#peerCalls,
      this.#written,
      this.#received.length,
      peer.written,
      peer.received.length,
      this.open("read"),
      this.open("write"),
      +this.#closing + 2 * +this.#aborted + 4 * +peer.closed +
      8 * +peer.wasReset + 16 * +this.#ended + 32 * +this.#endWritten +
      64 * +(this.#aborter !== null) + 128 * +peer.endedWriting,
    ].join();
  }

  protected end(): void {
    this.settle();
    if (!this.#closing) this.#readRest();
    this.#peerReadsRest();
    if (!this.#closing) this.#assertHalfClosed();
    if (!this.#closing) this.#close();
    this.settle();
    this.#peerReadsRest();
    this.settle();
    if (this.#vanished) this.#expire();
    this.#assertDelivered();
    this.#peer.close();
    this.settle();
  }

  /** What the peer has written must be there, unless there was a reset. */
  #readRest(): void {
    for (let i = 0; i < 20 && !this.#ended; i++) {
      if (this.open("read") === 0) this.#read();
      this.settle();
      if (this.open("read") > 0) break;
    }
    if (this.#peer.wasReset) return;
    if (this.#peer.endedWriting && !this.#ended) {
      throw new Error("The program is not told of the end");
    }
    if (this.#peer.written === this.#received.length) return;
    throw new Error("The program has not got all that the peer wrote");
  }

  #peerReadsRest(): void {
    for (let i = 0; i < 20; i++) {
      if (this.#vanished || this.#gone || !this.#peer.readable) return;
      this.#peer.read(CHUNK);
      this.settle();
    }
  }

  /** The peer has read all that comes before the end. */
  #assertHalfClosed(): void {
    if (this.#vanished || this.#gone) return;
    if (this.#peer.ended === this.#endWritten) return;
    throw new Error(`The peer is ${this.#peer.ended ? "" : "not "}at its end`);
  }

  /** A peer that takes nothing keeps the close for a bounded time. */
  #expire(): void {
    this.#expired = true;
    this.settle(1);
    if (this.open("shutdown") > 0) throw new Error("The close never ends");
  }

  /** What was written must reach a peer that reads, or it is told. */
  #assertDelivered(): void {
    const { received, isReset, ended } = this.#peer;
    if (this.#vanished || this.#gone) return;
    if (!ended) throw new Error("The peer is not told of the end");
    if (received.length === this.#written && !this.#lost) return;
    if ((this.#aborted || this.#expired) && isReset) return;
    throw new Error(
      `The peer got ${received.length} of ${this.#written} bytes`,
    );
  }
}
