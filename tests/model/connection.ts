/**
 * The model of a connection: a program reads, writes and closes one end of a
 * pipe, while another process does so with the other end.
 *
 * @module
 */

import { PipeConnection } from "../../src/pipe/pipe_connection.ts";
import { environment } from "./environment.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { TOUCHES_PORT } from "./model_win32.ts";
import { assertCounts, isError } from "./outcomes.ts";
import { type Ended, PortRun } from "./port_run.ts";
import { makePair, PATH, RawPeer } from "./raw_peer.ts";
import { WorldPool } from "./world.ts";

/** Which connection, and how much happens to it. */
export interface ConnectionBounds {
  /** One write is one message. */
  messages: boolean;
  /** Immediate successes queue no packet. */
  skip: boolean;
  /** The program has the server's end. */
  serverEnd: boolean;
  /** Calls of the program. */
  calls: number;
  /** Calls of the peer. */
  peerCalls: number;
  /** Timers that may fire. */
  timers: number;
  /** Other work holds the pool of threads at first, and turns take time. */
  starved?: boolean;
}

/** Bytes of a write, of the peer's and ours. */
const CHUNK = 3;

/** Bytes that a read of the program takes. */
const TARGET = 2;

/** Bytes that each direction of the pipe holds. */
const QUOTA = 4;

const DEADLINE = 50;

/** Milliseconds of a turn: more than one of them is idle polls enough. */
const TURN_TIME = 0.5;

/** Those of the pump: more than it needs for what has come. */
const MANY_TIMERS = 10;

/**
 * Makes the space of a connection.
 *
 * @param bounds Which connection.
 * @returns The space.
 */
export function connectionSpace(bounds: ConnectionBounds): Space {
  const { messages, skip, serverEnd, starved } = bounds;
  const pool = new WorldPool(
    starved ? { skip, shared: 1 } : { skip }, // the pump counts its waits
  );
  const name = [
    starved ? "starved" : "connection",
    messages ? "message" : "byte",
    skip ? "skip" : "packets",
    serverEnd ? "server" : "client",
  ].join("-");
  return {
    name,
    start: (pick) => new ConnectionRun(pool, bounds, pick),
  };
}

class ConnectionRun extends PortRun {
  readonly #bounds: ConnectionBounds;
  readonly #connection: PipeConnection;
  readonly #peer: RawPeer;
  readonly #received: number[] = [];
  readonly #lengths: number[] = [];
  #aborter: AbortController | null = null;
  #calls: number;
  #peerCalls: number;
  #written = 0;
  #accepted = 0;
  #lost = false;
  #closing = false;
  #aborted = false;
  #disconnected = false;
  #expired = false;
  #ended = false;
  #endWritten = false;
  #starved: boolean;
  /** Whether a thread becomes free before the end. */
  readonly #isFed: boolean;

  constructor(pool: WorldPool, bounds: ConnectionBounds, pick: Pick) {
    super(pool, pick);
    this.#bounds = bounds;
    this.#calls = bounds.calls;
    this.#peerCalls = bounds.peerCalls;
    this.timers = bounds.timers;
    this.#starved = bounds.starved ?? false;
    this.#isFed = this.#starved && pick(2) === 0;
    const { messages, serverEnd } = bounds;
    const { sim } = this.world;
    sim.threads.busy = this.#starved;
    if (this.#starved) environment.turnTime = TURN_TIME;
    const pair = makePair(sim, { messages, quota: QUOTA });
    const ours = serverEnd ? pair.server : pair.client;
    const theirs = serverEnd ? pair.client : pair.server;
    this.#peer = new RawPeer(sim, theirs, "peer");
    this.#connection = this.#connect(ours);
    this.watch("finished", this.#connection.finished, () => {});
    sim.touched = 0;
  }

  #connect(handle: bigint): PipeConnection {
    const { sim, port } = this.world;
    const { messages, serverEnd } = this.#bounds;
    sim.label(sim.inner.file(handle)!, "ours");
    const owned = port.associate(handle, { warnings: messages });
    return new PipeConnection(port, owned, {
      path: PATH,
      direction: "duplex",
      messageType: messages,
      messageReadMode: messages,
      serverEnd,
      deadline: DEADLINE,
    });
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
    if (this.#starved && this.#isFed) {
      add(this.step("a thread is free", () => this.#feed()));
    }
  }

  /** Until a thread is free, timers look for packets. */
  #assertFed(): void {
    this.settle(MANY_TIMERS);
    if (this.world.hasPackets) throw new Error("Packets wait for a thread");
    this.#feed();
  }

  #feed(): void {
    const { sim } = this.world;
    this.#starved = false;
    sim.touched |= TOUCHES_PORT;
    sim.threads.busy = false;
  }

  #programSteps(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.#calls--;
        body();
      }));
    if (!this.#closing) {
      if (this.open("read") < 2) call("read", () => this.#read());
      call("write", () => this.#write());
      call("write and close", () => {
        this.#write();
        this.#close();
      });
      if (
        this.#aborter === null && this.open("read") === 0 && !this.#isStarved
      ) {
        call("read with signal", () => {
          this.#aborter = new AbortController();
          this.#read(this.#aborter.signal);
        });
      }
      if (this.#bounds.messages && !this.#endWritten) {
        call("closeWrite", () => this.#closeWrite());
      }
      call("close", () => this.#close());
    }
    if (!this.#aborted) call("abort", () => this.#abort());
  }

  /** Threads and timers make enough orders there. */
  get #isStarved(): boolean {
    return this.#bounds.starved ?? false;
  }

  #peerSteps(add: (step: Step) => void): void {
    const peer = this.#peer;
    const call = (name: string, body: () => void): void =>
      add(this.peerStep(`peer: ${name}`, () => {
        this.#peerCalls--;
        body();
      }));
    if (peer.writing === 0) call("write", () => peer.write(CHUNK));
    if (peer.reading === 0) call("read", () => peer.read(2 * CHUNK));
    call("close", () => peer.close());
    if (this.#isStarved) return;
    if (!this.#bounds.serverEnd && !this.#disconnected) {
      call("disconnect", () => this.#disconnect());
    }
  }

  #disconnect(): void {
    this.#disconnected = true;
    this.#peerCalls = 0;
    this.#peer.disconnect();
  }

  #read(signal?: AbortSignal): void {
    if (this.#bounds.messages) {
      const options = signal === undefined ? {} : { signal };
      this.watch("read", this.#connection.readMessage(options), (outcome) => {
        const data = outcome.value?.data;
        if (data) this.#lengths.push(data.length);
        this.#onRead({ ...outcome, value: data ?? null }, signal);
      });
      return;
    }
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
      const allowed = this.#peer.closed || this.#disconnected;
      if (!allowed) throw new Error("an end that the peer did not make");
      return;
    }
    if (this.#ended) throw new Error("bytes behind the end");
    for (const byte of value) this.#received.push(byte);
  }

  #onReadError(error: unknown, signal?: AbortSignal): void {
    if (signal?.aborted && error === signal.reason) return;
    if (this.#closing && isError(error, "Interrupted", "BadResource")) return;
    throw error;
  }

  #write(): void {
    const data = new Uint8Array(CHUNK);
    for (let i = 0; i < CHUNK; i++) data[i] = ++this.#written & 0xff;
    const writing = this.#connection.write(data);
    data.fill(0xee); // the array is ours again
    this.watch("write", writing, ({ error }) => {
      if (error === undefined) this.#accepted += CHUNK;
      else this.#onWriteError(error);
    });
  }

  #onWriteError(error: unknown): void {
    this.#lost = true;
    const gone = this.#peer.closed || this.#disconnected;
    if (gone || this.#aborted || this.#expired) return;
    if (this.#endWritten && isError(error, "BadResource")) return;
    throw error;
  }

  #closeWrite(): void {
    this.#endWritten = true;
    this.watch("closeWrite", this.#connection.closeWrite(), ({ error }) => {
      const gone = this.#peer.closed || this.#disconnected;
      if (error === undefined || gone || this.#closing) return;
      throw error;
    });
  }

  #close(): void {
    this.#closing = true;
    this.watch("shutdown", this.#connection.shutdown(), ({ error }) => {
      if (error === undefined) return;
      this.#lost = true;
      const gone = this.#peer.closed || this.#disconnected;
      if (!gone && !this.#aborted && !this.#expired) throw error;
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
    const { bufferBytes, slotsInUse } = this.world;
    const slots = this.#endWritten ? 3 : 2; // one waits for the reader
    if (slotsInUse > slots) throw new Error(`${slotsInUse} slots are in use`);
    if (bufferBytes > 2 * 65_536) throw new Error(`${bufferBytes} bytes held`);
  }

  protected describe(): string {
    return [
      this.#calls,
      this.#peerCalls,
      this.#written,
      this.#accepted,
      this.#received.length,
      this.#peer.written,
      this.#peer.received.length,
      this.#peer.writing,
      this.#peer.reading,
      this.open("read"),
      this.open("write"),
      +this.#closing + 2 * +this.#aborted + 4 * +this.#peer.closed +
      8 * +this.#disconnected + 16 * +this.#ended + 32 * +this.#endWritten +
      64 * +(this.#aborter !== null) + 128 * +this.#starved,
    ].join();
  }

  protected end(): void {
    if (this.#starved) this.#assertFed();
    this.settle();
    if (!this.#closing) this.#readRest();
    this.#peerReadsRest();
    if (!this.#closing) this.#close();
    this.settle();
    this.#peerReadsRest();
    this.settle();
    this.#peer.close();
    this.settle();
    this.#assertDelivered();
  }

  /** What the peer has written must be there, unless it took it back. */
  #readRest(): void {
    for (let i = 0; i < 20 && !this.#ended; i++) {
      if (this.open("read") === 0) this.#read();
      environment.drain();
      this.settle();
      if (this.open("read") > 0) break;
    }
    const all = this.#peer.written === this.#received.length;
    if (!all && !this.#disconnected) {
      throw new Error("The program has not got all that the peer wrote");
    }
  }

  #peerReadsRest(): void {
    if (this.#peer.closed) return;
    for (let i = 0; i < 20 && !this.#peer.ended; i++) {
      if (this.#peer.reading === 0) this.#peer.read(2 * CHUNK);
      this.settle();
      if (this.#peer.reading > 0) break;
    }
  }

  /** What the kernel has taken must reach a peer that reads. */
  #assertDelivered(): void {
    const { received } = this.#peer;
    const gone = this.#peer.closed && !this.#peer.ended;
    if (gone || this.#disconnected || this.#lost || this.#aborted) return;
    if (received.length === this.#written) return;
    throw new Error(
      `The peer got ${received.length} of ${this.#written} bytes`,
    );
  }
}
