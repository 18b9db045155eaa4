/**
 * The model of connections in protocol style: a protocol is told, in the right
 * order and once, of all that happens to its connection. One that throws loses
 * its own connection, and another one goes on.
 *
 * @module
 */

import { ChannelTransport } from "../../src/stream/channel_transport.ts";
import { socketStream } from "../../src/net/socket/socket_io.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { assertCounts } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import {
  BufferedRecordingProtocol,
  RecordingProtocol,
} from "./recording_protocol.ts";
import { connectedSocket, type SocketPeer } from "./socket_peer.ts";
import { type World, WorldPool } from "./world.ts";

/** How much happens to a connection. */
export interface ProtocolBounds {
  /** Immediate successes queue no packet. */
  skip: boolean;
  /** A call of the protocol throws, and there is another connection. */
  throws: boolean;
  /** The protocol says where its bytes are put. Default false. */
  buffered?: boolean;
  /** Calls of the program. */
  calls: number;
  /** Calls of the peer. */
  peerCalls: number;
  /** Timers that may fire. */
  timers: number;
}

/** Bytes of a write, of the peer's and ours. */
const CHUNK = 3;

/** Bytes from which on a send waits. */
const CAPACITY = 1;

const DEADLINE = 50;

/** Bytes above which the protocol is told to pause, and to resume. */
const LIMITS = { high: 2, low: 0 };

/**
 * Makes the space of a connection with a protocol.
 *
 * @param bounds How much happens.
 * @returns The space.
 */
export function protocolSpace(bounds: ProtocolBounds): Space {
  const pool = new WorldPool({ skip: bounds.skip });
  const kind = bounds.throws ? "callbacks" : "protocol";
  const name = `${kind}-${bounds.skip ? "skip" : "packets"}`;
  return { name, start: (pick) => new ProtocolRun(pool, bounds, pick) };
}

/** A connection whose protocol is called. */
interface Served {
  readonly protocol: RecordingProtocol;
  readonly transport: ChannelTransport;
  readonly peer: SocketPeer;
}

class ProtocolRun extends PortRun {
  readonly #bounds: ProtocolBounds;
  readonly #ours: Served;
  readonly #other: Served | null;
  #calls: number;
  #peerCalls: number;
  #otherCalls: number;
  #throws: boolean;
  #written = 0;
  #reported = 0;
  #ended = false;
  #expired = false;
  #aborted = false;
  #vanished = false;

  constructor(pool: WorldPool, bounds: ProtocolBounds, pick: Pick) {
    super(pool, pick);
    this.#bounds = bounds;
    this.#calls = bounds.calls;
    this.#peerCalls = bounds.peerCalls;
    this.#otherCalls = bounds.throws && bounds.calls > 1 ? 1 : 0;
    this.#throws = bounds.throws;
    this.timers = bounds.timers;
    const protocol = bounds.buffered
      ? new BufferedRecordingProtocol()
      : new RecordingProtocol();
    protocol.keepsOpen = !bounds.throws && pick(2) === 1;
    this.world.expects = (error) => {
      if (error !== protocol.thrown?.error) return false;
      this.#reported++;
      return true;
    };
    if (bounds.throws && pick(2) === 1) this.#throwNext(protocol);
    this.#ours = serve(this.world, "ours", protocol);
    this.#other = bounds.throws
      ? serve(this.world, "other", new RecordingProtocol())
      : null;
    for (const each of [this.#ours, this.#other]) {
      if (each !== null) this.watch("finished", each.transport.finished, noop);
    }
    this.touched();
  }

  protected actions(add: (step: Step) => void): void {
    if (this.#calls > 0) this.#programSteps(add);
    const { peer, protocol } = this.#ours;
    if (this.#peerCalls > 0 && !peer.closed) this.#peerSteps(add);
    if (this.#throws && protocol.lost === undefined) {
      add(this.step("next call throws", () => this.#throwNext(protocol)));
    }
    if (this.#otherCalls > 0) {
      add(this.peerStep("other peer: write", () => {
        this.#otherCalls--;
        this.#other!.peer.write(CHUNK);
      }));
    }
  }

  #throwNext(protocol: RecordingProtocol): void {
    this.#throws = false;
    protocol.throwsNext = true;
  }

  #programSteps(add: (step: Step) => void): void {
    const { transport, protocol } = this.#ours;
    const call = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.#calls--;
        body();
      }));
    if (!transport.isClosing()) {
      if (!this.#ended) this.#writeSteps(call);
      if (protocol.paused) call("resume", () => this.#pause(false));
      else call("pause", () => this.#pause(true));
      call("close", () => this.#close());
    }
    if (!this.#aborted && protocol.lost === undefined) {
      call("abort", () => this.#abort());
    }
  }

  #writeSteps(call: (name: string, body: () => void) => void): void {
    call("write", () => this.#write());
    call("write and close", () => {
      this.#write();
      this.#close();
    });
    call("write and writeEof", () => {
      this.#write();
      this.#ended = true;
      this.#ours.transport.writeEof();
    });
    if (this.#bounds.throws) return; // which makes enough orders
    call("write twice", () => {
      this.#write();
      this.#write();
    });
    call("write and abort", () => {
      this.#write();
      this.#abort();
    });
  }

  #peerSteps(add: (step: Step) => void): void {
    const { peer } = this.#ours;
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
    if (this.#bounds.throws) return;
    call("vanish", () => {
      this.#vanished = true;
      this.#peerCalls = 0;
    });
  }

  #write(): void {
    if (this.#ours.transport.isClosing()) return; // a call has thrown
    const data = new Uint8Array(CHUNK);
    for (let i = 0; i < CHUNK; i++) data[i] = ++this.#written & 0xff;
    this.#ours.transport.write(data);
    data.fill(0xee); // the array is ours again
  }

  #pause(paused: boolean): void {
    const { transport, protocol } = this.#ours;
    protocol.paused = paused;
    if (paused) transport.pauseReading();
    else transport.resumeReading();
  }

  #close(): void {
    this.#ours.protocol.closing = true;
    this.#ours.transport.close();
  }

  #abort(): void {
    this.#aborted = true;
    this.#ours.protocol.closing = true;
    this.#ours.transport.abort();
  }

  protected override onTimer(node: boolean): void {
    if (!node) this.#expired = true;
  }

  protected checkState(): void {
    const { protocol, peer } = this.#ours;
    protocol.check(peer.written);
    assertCounts("The peer", peer.received, this.#written);
    this.#checkOther();
    if (this.#reported > 1) throw new Error("What was thrown is told twice");
    this.#checkLost();
  }

  #checkOther(): void {
    if (this.#other === null) return;
    const { protocol, peer } = this.#other;
    protocol.check(peer.written);
    if (protocol.lost === undefined || protocol.closing) return;
    throw new Error("Another protocol has lost its connection");
  }

  /** Why it was lost is told, and only when something was. */
  #checkLost(): void {
    const { protocol, peer } = this.#ours;
    const { lost, thrown } = protocol;
    if (lost === undefined || lost === null || thrown !== null) return;
    if (peer.closed || this.#expired || this.#aborted) return;
    throw new Error(`The connection was lost: ${lost.message}`);
  }

  protected describe(): string {
    const { protocol, peer, transport } = this.#ours;
    return [
      this.#calls,
      this.#peerCalls,
      this.#otherCalls,
      this.#written,
      protocol.received.length,
      peer.written,
      peer.received.length,
      this.#other?.protocol.received.length,
      transport.getWriteBufferSize(),
      +protocol.paused + 2 * +protocol.closing + 4 * +protocol.eof +
      8 * +(protocol.lost !== undefined) + 16 * +protocol.throwsNext +
      32 * +this.#throws + 64 * +this.#aborted + 128 * +peer.closed +
      256 * +peer.wasReset + 512 * +peer.endedWriting + 1024 * +this.#ended +
      2048 * +protocol.keepsOpen,
      protocol.thrown?.call,
    ].join();
  }

  protected end(): void {
    const { protocol, peer, transport } = this.#ours;
    this.settle();
    if (protocol.paused && !transport.isClosing()) this.#pause(false);
    this.settle();
    this.#peerReadsRest(this.#ours);
    if (!transport.isClosing()) this.#assertHeard();
    if (!protocol.closing) this.#close();
    this.settle();
    this.#peerReadsRest(this.#ours);
    if (this.#vanished) this.#expire();
    this.settle();
    if (protocol.lost === undefined) throw new Error("No connectionLost");
    this.#assertDelivered();
    peer.close();
    this.#assertThrown();
    if (this.#other !== null) this.#assertGoesOn(this.#other);
    this.settle();
  }

  #expire(): void {
    this.#expired = true;
    this.settle(1);
  }

  #peerReadsRest({ peer }: Served): void {
    for (let i = 0; i < 20; i++) {
      if (this.#vanished || peer.closed || !peer.readable) return;
      peer.read(CHUNK);
      this.settle();
    }
  }

  /** What the peer has written, and its end, must be there. */
  #assertHeard(): void {
    const { protocol, peer } = this.#ours;
    if (protocol.received.length !== peer.written) {
      throw new Error("The protocol has not got all that the peer wrote");
    }
    if (peer.endedWriting && !protocol.eof) {
      throw new Error("The protocol is not told of the end");
    }
    if (this.#vanished || peer.closed || peer.ended === this.#ended) return;
    throw new Error(`The peer is ${peer.ended ? "" : "not "}at its end`);
  }

  /** What was written must reach a peer that reads, or it is told. */
  #assertDelivered(): void {
    const { peer, protocol } = this.#ours;
    if (this.#vanished || peer.closed) return;
    if (!peer.ended) throw new Error("The peer is not told of the end");
    if (peer.received.length === this.#written) return;
    const dropped = this.#aborted || this.#expired || protocol.thrown !== null;
    if (dropped && peer.isReset) return;
    throw new Error(
      `The peer got ${peer.received.length} of ${this.#written} bytes`,
    );
  }

  #assertThrown(): void {
    const { thrown } = this.#ours.protocol;
    const expected = thrown === null ? 0 : 1;
    if (this.#reported === expected) return;
    throw new Error(`What was thrown is told ${this.#reported} times`);
  }

  /** The protocol that did not throw. */
  #assertGoesOn(other: Served): void {
    const { peer, protocol, transport } = other;
    peer.write(CHUNK);
    transport.write(Uint8Array.of(1));
    this.settle();
    this.#peerReadsRest(other);
    if (protocol.received.length !== peer.written) {
      throw new Error("Another protocol has not got its bytes");
    }
    if (peer.received.length !== 1) throw new Error("Another peer got nothing");
    this.#closeOther(other);
  }

  #closeOther({ transport, protocol, peer }: Served): void {
    protocol.closing = true;
    transport.close();
    this.settle();
    peer.close();
  }
}

function serve(
  world: World,
  label: string,
  protocol: RecordingProtocol,
): Served {
  const { port, sim: { sockets } } = world;
  const { handle, peer } = connectedSocket(world, label, CAPACITY);
  const deadline = DEADLINE;
  const transport = new ChannelTransport(port, handle, {
    ...socketStream(handle, { sockets, deadline }, label),
    protocol,
    extra: {},
  });
  transport.setWriteBufferLimits(LIMITS);
  return { protocol, transport, peer };
}

function noop(): void {}
