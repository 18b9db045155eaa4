/**
 * Small wrong changes of files and event loops, which models must find.
 *
 * @module
 */

import { FileCore } from "../../src/file/file_core.ts";
import { FileLane } from "../../src/file/file_lane.ts";
import { InOrder } from "../../src/file/in_order.ts";
import { Handle } from "../../src/loop/handles.ts";
import { PostGate } from "../../src/loop/post_gate.ts";
import { Scheduler } from "../../src/loop/scheduler.ts";
import { TimerHeap } from "../../src/loop/timer_heap.ts";
import { type Bug, bug } from "./bug.ts";

/** Those of files and loops. */
export const LOOP_BUGS: readonly Bug[] = [
  bug("a file is closed under a call on another thread", {
    models: ["file"],
    of: FileCore,
    method: "enter",
    by: () => () => () => {},
  }),
  bug("reads and writes in order overlap", {
    models: ["file"],
    of: InOrder,
    method: "run",
    by: () => (task: () => unknown) => task(),
  }),
  bug("a slot of a file is not given back", {
    models: ["file"],
    of: FileLane,
    method: "dispose",
    by: () => () => {},
  }),
  bug("a callback that was cancelled runs", {
    models: ["loop"],
    of: Handle,
    method: "cancel",
    by: () => () => {},
  }),
  bug("a timer runs before it is due", {
    models: ["loop"],
    of: TimerHeap,
    method: "popDue",
    by: (original) =>
      function (time: number) {
        return original.call(this, time + 1000);
      },
  }),
  bug("a stop drops what is scheduled", {
    models: ["loop"],
    of: Scheduler,
    method: "stop",
    by: (original) =>
      function () {
        this.clear();
        original.call(this);
      },
  }),
  bug("a worker that has ended keeps the loop from closing", {
    models: ["loop"],
    of: PostGate,
    method: "close",
    by: () =>
      async function () {
        const inside = new Int32Array(this.buffer);
        while (Atomics.load(inside, 0) > 0) {
          await new Promise((resolve) => setImmediate(resolve));
        }
      },
  }),
];
