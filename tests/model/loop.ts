/**
 * The model of an event loop: it runs, stops, runs again and is closed, while
 * callbacks, timers, tasks with I/O, and calls of a worker come and are
 * cancelled, callbacks throw, and the worker ends.
 *
 * @module
 */

import type { Handle as FileHandle } from "../../src/ffi/win32_api.ts";
import { postRemoteCall } from "../../src/loop/call_soon_threadsafe.ts";
import { PostGate } from "../../src/loop/post_gate.ts";
import {
  loops,
  ProactorEventLoop,
} from "../../src/loop/proactor_event_loop.ts";
import type { RemoteCallback } from "../../src/loop/remote_callback.ts";
import type { Task } from "../../src/loop/task.ts";
import { environment } from "./environment.ts";
import type { Pick, Space, Step } from "./explorer.ts";
import { CallbackOrder } from "./loop_order.ts";
import { TOUCHES_PORT } from "./model_win32.ts";
import { assertCounts, isError } from "./outcomes.ts";
import { PortRun } from "./port_run.ts";
import { makePair, RawPeer } from "./raw_peer.ts";
import { WorldPool } from "./world.ts";

/** How much happens to a loop. */
export interface LoopBounds {
  /** What happens besides callbacks: timers, tasks, or calls of a worker. */
  kind: "callbacks" | "timers" | "tasks" | "worker";
  /** Calls of the program. */
  calls: number;
  /** How often it runs. */
  runs: number;
  /** What others do: time passes, the peer writes, the worker calls. */
  others: number;
}

const CHUNK = 3;

/** Milliseconds of a turn, so that what is given a second ends. */
const LONG_TURN = 300;

/**
 * Makes the space of a loop.
 *
 * @param bounds How much happens.
 * @returns The space.
 */
export function loopSpace(bounds: LoopBounds): Space {
  const pool = new WorldPool({ shared: 1 });
  const name = `loop-${bounds.kind}`;
  return { name, start: (pick) => new LoopRun(pool, bounds, pick) };
}

class LoopRun extends PortRun {
  readonly #kind: LoopBounds["kind"];
  readonly #loop: ProactorEventLoop;
  readonly #order: CallbackOrder;
  readonly #tasks: Task<void>[] = [];
  readonly #received: number[] = [];
  readonly #remote: RemoteCallback | null;
  readonly #server: FileHandle;
  readonly #peer: RawPeer;
  #calls: number;
  #runs: number;
  #others: number;
  #openTasks = 0;
  #thrown = 0;
  #told = 0;
  #posted = 0;
  #called = 0;
  #inside = false;
  #running = false;
  #stopped = false;
  #closed = false;

  constructor(pool: WorldPool, bounds: LoopBounds, pick: Pick) {
    super(pool, pick);
    this.#kind = bounds.kind;
    this.#calls = bounds.calls;
    this.#runs = bounds.runs;
    this.#others = bounds.others;
    const { sim, proactor } = this.world;
    const pair = makePair(sim, { messages: false, quota: CHUNK });
    this.#server = pair.server;
    this.#peer = new RawPeer(sim, pair.client, "peer");
    this.#loop = new ProactorEventLoop({ proactor });
    this.#order = new CallbackOrder(this.#loop, (text) => this.#report(text));
    this.#loop.setExceptionHandler((_loop, context) =>
      this.#onException(context)
    );
    const coalesce = this.#kind === "worker" && pick(2) === 1;
    this.#remote = this.#kind === "worker"
      ? this.#loop.exportCallback((value) => this.#onCall(value), { coalesce })
      : null;
    this.touched();
  }

  #onException(
    { message, exception }: { message: string; exception?: unknown },
  ) {
    if (exception === "thrown") this.#told++;
    else this.world.reports.push(`${message}: ${exception}`);
  }

  protected actions(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.step(name, () => {
        this.#calls--;
        body();
      }));
    if (this.#calls > 0 && !this.#closed) this.#callSteps(call);
    if (this.#closed) return this.#otherSteps(add);
    if (!this.#running) {
      if (this.#runs > 0) add(this.step("run", () => this.#run()));
      add(this.step("close", () => this.#close()));
    } else if (!this.#stopped) add(this.step("stop", () => this.#stop()));
    this.#otherSteps(add);
  }

  #callSteps(call: (name: string, body: () => void) => void): void {
    const order = this.#order;
    call("callSoon", () => order.soon(() => {}));
    if (order.canCancel) call("cancel callback", () => order.cancelLast());
    if (this.#kind === "callbacks") this.#callbackSteps(call);
    if (this.#kind === "timers") this.#timerSteps(call);
    if (this.#kind === "tasks") this.#taskSteps(call);
  }

  #callbackSteps(call: (name: string, body: () => void) => void): void {
    call("callSoon: stop", () => this.#order.soon(() => this.#loop.stop()));
    call("callSoon: close", () => this.#order.soon(() => this.#closeInside()));
    call("callSoon: callSoon", () => {
      this.#order.soon(() => this.#order.soon(() => {}));
    });
    call("callSoon: throw", () => {
      this.#order.soon(() => {
        this.#thrown++;
        throw "thrown";
      });
    });
  }

  #timerSteps(call: (name: string, body: () => void) => void): void {
    const order = this.#order;
    call("callLater", () => order.later());
    if (order.timers > 0) call("cancel timer", () => order.cancelTimer());
    call("callLater: stop", () => order.later(() => this.#loop.stop()));
  }

  #taskSteps(call: (name: string, body: () => void) => void): void {
    call("task", () => this.#task());
    const open = this.#tasks.find((task) => !task.done());
    if (open !== undefined && open.cancelling() === 0) {
      call("cancel task", () => open.cancel());
    }
  }

  #otherSteps(add: (step: Step) => void): void {
    if (this.#others === 0) return;
    if (this.#kind === "timers" && environment.timers.length > 0) {
      add(this.step("time passes", () => {
        this.#others--;
        environment.fire();
      }));
    }
    if (this.#kind === "tasks" && this.#peer.writing === 0) {
      add(this.peerStep("peer: write", () => {
        this.#others--;
        this.#peer.write(CHUNK);
      }));
    }
    if (this.#kind === "worker") this.#workerSteps(add);
  }

  #workerSteps(add: (step: Step) => void): void {
    const call = (name: string, body: () => void): void =>
      add(this.peerStep(name, () => {
        this.#others--;
        this.world.sim.touched |= TOUCHES_PORT;
        body();
      }));
    call("worker calls", () => this.#post());
    if (!this.#inside) call("worker ends in a call", () => this.#endWorker());
  }

  #stop(): void {
    this.#stopped = true;
    this.#loop.stop();
  }

  #run(): void {
    this.#runs--;
    this.#running = true;
    this.#stopped = false;
    this.watch("run", this.#loop.runForever(), ({ error }) => {
      this.#running = false;
      if (this.#loop.isRunning()) throw new Error("It runs behind its end");
      if (error !== undefined) throw error;
    });
  }

  #close(): void {
    this.#closed = true;
    if (this.#inside) environment.turnTime = LONG_TURN;
    this.watch("close", this.#loop.close(), ({ error }) => {
      if (error !== undefined) throw error;
    });
    if (!this.#loop.isClosed()) throw new Error("A closed loop is open");
    this.#assertRefuses();
  }

  #assertRefuses(): void {
    try {
      this.#loop.callSoon(() => {});
    } catch (error) {
      if (isError(error, "InvalidStateError")) return;
      throw error;
    }
    throw new Error("A closed loop takes callbacks");
  }

  /** Refused, as the loop runs. */
  #closeInside(): void {
    this.watch("close inside", this.#loop.close(), ({ error }) => {
      if (!isError(error, "InvalidStateError")) {
        throw error ?? new Error("closed");
      }
    });
  }

  /** Receives, and is cancelled with what it does. */
  #task(): void {
    const { proactor } = this.world;
    const task = this.#loop.createTask<void>(async (signal) => {
      const data = await proactor.recv(this.#server, CHUNK, { signal });
      this.#received.push(...data);
    });
    this.#tasks.push(task);
    this.#openTasks++;
    task.then(() => this.#openTasks--, (error) => {
      this.#openTasks--;
      if (!isError(error, "CancelledError")) this.#report(`task: ${error}`);
    });
  }

  #post(): void {
    const { token } = this.#remote!;
    try {
      postRemoteCall(this.world.sim, token, ++this.#posted);
    } catch (error) {
      if (!this.#closed || !isError(error, "BadResource")) throw error;
    }
  }

  /** Its thread is terminated between the look at the port and the post. */
  #endWorker(): void {
    this.#inside = new PostGate(this.#remote!.token.gate).enter();
  }

  #onCall(value: number): void {
    this.#order.assertRuns();
    const { coalesce } = this.#remote!.token;
    const expected = coalesce
      ? value > this.#called
      : value === this.#called + 1;
    if (!expected) this.#report(`Call ${value} follows call ${this.#called}`);
    this.#called = value;
  }

  #report(text: string): void {
    this.world.reports.push(text);
  }

  protected checkState(): void {
    assertCounts("The tasks", this.#received, this.#peer.written);
    if (this.#told !== this.#thrown) {
      throw new Error("An exception is not told");
    }
    if (this.#running || !this.#loop.isRunning()) return;
    throw new Error("The loop runs by itself");
  }

  protected describe(): string {
    return [
      this.#calls,
      this.#runs,
      this.#others,
      this.#order.describe(),
      this.#tasks.map((task) => +task.done() + task.cancelling() * 2).join(""),
      this.#received.length,
      this.#peer.written,
      this.#posted,
      this.#called,
      +this.#running + 2 * +this.#closed + 4 * +this.#inside,
      environment.immediates.length,
    ].join();
  }

  protected end(): void {
    this.#others = 0;
    this.settle();
    if (!this.#closed) this.#finishAll();
    this.settle();
    if (this.open("close") > 0) throw new Error("The close goes on");
    this.#peer.close();
    this.world.sim.closeHandle(this.#server);
    this.settle();
    environment.turnTime = 0;
  }

  /** What was scheduled runs, when the loop runs for long enough. */
  #finishAll(): void {
    this.#runAgain();
    this.#assertAllRan();
    for (const task of this.#tasks) task.cancel();
    this.settle();
    this.#runAgain();
    if (this.#openTasks > 0) throw new Error("A cancelled task goes on");
    this.#readRest();
    this.#loop.stop();
    this.settle();
    if (this.#running) throw new Error("It does not stop");
    this.#close();
    this.settle();
  }

  /** A stop that came before may end the run at once. */
  #runAgain(): void {
    for (let i = 0; i < 6; i++) {
      if (!this.#running) this.#run();
      this.settle(1);
    }
  }

  #assertAllRan(): void {
    this.#order.assertAllRan();
    if (this.#called !== this.#posted) throw new Error("A call is lost");
  }

  /** What the peer has written is there, whatever was cancelled. */
  #readRest(): void {
    while (this.#received.length < this.#peer.written) {
      const { length } = this.#received;
      this.#task();
      this.settle();
      if (this.#received.length === length) throw new Error("Bytes are lost");
    }
  }

  override discard(): void {
    super.discard();
    loops.running = undefined;
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
