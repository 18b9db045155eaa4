/**
 * Small wrong changes of the library, which models must find.
 *
 * @module
 */

import { BufferPool } from "../../src/ffi/memory.ts";
import { Future } from "../../src/proactor/future/future.ts";
import { OverlappedFuture } from "../../src/proactor/future/overlapped_future.ts";
import { CompletionPort } from "../../src/proactor/port/completion_port.ts";
import { DeferredWork } from "../../src/proactor/port/deferred_work.ts";
import { Dispatcher } from "../../src/proactor/port/dispatcher.ts";
import { LateReads } from "../../src/proactor/port/late_reads.ts";
import { PacketQueue } from "../../src/proactor/port/packet_queue.ts";
import { PortHandle } from "../../src/proactor/port/port_handle.ts";
import { Pump } from "../../src/proactor/port/pump.ts";
import { PipeListener } from "../../src/pipe/pipe_listener.ts";
import { AcceptQueue } from "../../src/stream/accept_queue.ts";
import { Channel } from "../../src/stream/channel.ts";
import { ReadHalf } from "../../src/stream/read_half.ts";
import { ReadQueue } from "../../src/stream/read_queue.ts";
import { WriteHalf } from "../../src/stream/write_half.ts";
import { WriteQueue } from "../../src/stream/write_queue.ts";
import { type Bug, bug } from "./bug.ts";
import { LOOP_BUGS } from "./loop_bugs.ts";
import { SOCKET_BUGS } from "./socket_bugs.ts";

/** All of them. */
export const BUGS: readonly Bug[] = [
  bug("a close gives slots back before their packets", {
    models: [
      "connection",
      "server",
      "dialer",
      "datagrams",
      "tcp",
      "tcp-server",
      "file",
    ],
    of: CompletionPort,
    method: "closeHandle",
    by: (original) =>
      function (handle: PortHandle) {
        for (const each of this.operations.pending()) {
          if (each.owner === handle) each.pending = false;
        }
        return original.call(this, handle);
      },
  }),
  bug("a slot is registered after its call", {
    models: [
      "connection",
      "server",
      "dialer",
      "datagrams",
      "wait",
      "tcp",
      "file",
    ],
    of: CompletionPort,
    method: "begin",
    by: () => () => {},
  }),
  bug("the last packet of a batch is dropped", {
    models: ["connection", "server", "closing"],
    of: Dispatcher,
    method: "dispatch",
    by: (original) =>
      function (count: number) {
        original.call(this, count > 1 ? count - 1 : count);
      },
  }),
  bug("a packet is dispatched twice", {
    models: [
      "connection",
      "server",
      "dialer",
      "datagrams",
      "closing",
      "wait",
      "tcp",
      "tcp-server",
      "file",
      "loop",
    ],
    of: Dispatcher,
    method: "dispatch",
    by: (original) =>
      function (count: number) {
        original.call(this, count);
        original.call(this, count);
      },
  }),
  bug("in skip mode a packet is waited for", {
    models: ["connection", "tcp", "file"],
    of: PortHandle,
    method: "queuesPacket",
    by: () => (code: number) => code === 997 || code === 0,
  }),
  bug("without skip mode no packet is waited for", {
    models: ["connection", "tcp"],
    of: PortHandle,
    method: "queuesPacket",
    by: () => (code: number) => code === 997,
  }),
  bug("a view of the caller's array is queued instead of a copy", {
    models: ["connection", "tcp", "protocol"],
    of: WriteQueue,
    method: "keep",
    by: () => () => {},
  }),
  bug("a close does not wait for what is queued", {
    models: ["connection"],
    of: Channel,
    method: "close",
    by: () =>
      function () {
        this.abort();
      },
  }),
  bug("a deferred read is forgotten", {
    models: ["connection"],
    of: LateReads,
    method: "add",
    by: () => () => {},
  }),
  bug("deferred work is dropped", {
    models: ["server"],
    of: DeferredWork,
    method: "add",
    by: () => () => {},
  }),
  bug("a buffer is not given back", {
    models: ["connection"],
    of: BufferPool,
    method: "release",
    by: () => () => {},
  }),
  bug("a cancelled read drops data that were faster", {
    models: ["connection"],
    of: ReadQueue,
    method: "advance",
    by: (original) =>
      function () {
        original.call(this);
        // What has come without a taker is lost.
        while (this.takeInto(new Uint8Array(64)) > 0);
      },
  }),
  bug("a read takes its bytes twice", {
    models: ["connection", "tcp"],
    of: ReadHalf,
    method: "takeInto",
    by: (original) =>
      function (target: Uint8Array) {
        const { available } = this;
        const count = original.call(this, target);
        return available > count ? original.call(this, target) : count;
      },
  }),
  bug("a closed write half keeps its slot", {
    models: ["connection"],
    of: WriteHalf,
    method: "dispose",
    by: () => () => {},
  }),
  bug("no instance is armed behind a client", {
    models: ["server"],
    of: PipeListener,
    method: "refill",
    by: () => () => {},
  }),
  bug("a closed connection makes no room", {
    models: ["server"],
    of: PipeListener,
    method: "released",
    by: () => () => {},
  }),
  bug("a close leaves the instances armed", {
    models: ["server"],
    of: PipeListener,
    method: "close",
    by: () => () => {},
  }),
  bug("a connection that nobody waits for is dropped", {
    models: ["server", "tcp-server"],
    of: AcceptQueue,
    method: "push",
    by: (original) =>
      function (connection: unknown) {
        const { length } = this;
        original.call(this, connection);
        if (this.length > length) this.take();
      },
  }),
  bug("a client is handed out twice", {
    models: ["server", "tcp-server"],
    of: AcceptQueue,
    method: "push",
    by: (original) =>
      function (connection: unknown) {
        original.call(this, connection);
        original.call(this, connection);
      },
  }),
  bug("a cancelled operation settles before its packet", {
    models: ["datagrams"],
    of: OverlappedFuture,
    method: "cancel",
    by: () => Future.prototype.cancel,
  }),
  bug("a cancellation is not passed on to the kernel", {
    models: ["datagrams", "closing", "wait"],
    of: PortHandle,
    method: "cancel",
    by: () => () => 0,
  }),
  bug("a dial that was given up goes on", {
    models: ["dialer"],
    of: Future,
    method: "cancel",
    by: () => () => false,
  }),
  bug("a turn that is needed is not made", {
    models: ["pump"],
    of: Pump,
    method: "hurry",
    by: () => () => {},
  }),
  bug("an operation does not start the pump", {
    models: ["pump", "starved"],
    of: Pump,
    method: "start",
    by: () => () => {},
  }),
  bug("a wait that no thread has begun counts as begun", {
    models: ["starved"],
    of: PacketQueue,
    method: "disarm",
    by: () => () => false,
  }),
  ...SOCKET_BUGS,
  ...LOOP_BUGS,
];
