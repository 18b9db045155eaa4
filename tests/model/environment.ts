/**
 * What Deno gives to the library, under the control of a model: time, timers,
 * turns of the event loop, microtasks. All of a schedule runs in one turn of
 * the real event loop.
 *
 * @module
 */

/** A timer or an immediate. */
export interface Task {
  /** When it is due, in virtual milliseconds. */
  readonly time: number;
  /** What is called. */
  readonly call: () => void;
  /** True for timers and immediates of Node, which the pump takes. */
  readonly node: boolean;
  /** As timers of Node have it. */
  unref(): Task;
}

/** How the code that explores reads the real clock. */
export type Clock = () => number;

interface Core {
  runMicrotasks(): void;
}

type Internals = Record<symbol, { core: Core } | undefined>;

const core = (Deno as unknown as Internals)[
  (Deno as unknown as { internal: symbol }).internal
]!.core;

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setImmediate: globalThis.setImmediate,
  clearImmediate: globalThis.clearImmediate,
  random: Math.random,
  now: performance.now,
  unrefTimer: Deno.unrefTimer,
  getBuiltinModule: globalThis.process.getBuiltinModule,
};

/** The time, the timers and the turns that are due. */
class Environment {
  /** The virtual time in milliseconds. */
  now = 0;
  /** How long a turn takes. */
  turnTime = 0;
  /** Timers that are set, the next one first. */
  timers: Task[] = [];
  /** What runs in the next turn. */
  immediates: Task[] = [];

  /** Nothing is due, and the time is zero. */
  reset(): void {
    this.now = 0;
    this.turnTime = 0;
    this.timers = [];
    this.immediates = [];
  }

  /** Runs microtasks until there are none. */
  drain(): void {
    core.runMicrotasks();
  }

  /** Runs what is due in this turn. */
  turn(): void {
    this.now += this.turnTime;
    const tasks = this.immediates;
    this.immediates = [];
    for (const { call } of tasks) {
      call();
      core.runMicrotasks();
    }
  }

  /** Fires the next timer, when its time has come. */
  fire(): void {
    const task = this.timers.shift();
    if (task === undefined) return;
    this.now = Math.max(this.now, task.time);
    task.call();
    core.runMicrotasks();
  }

  /** Sets a timer; those of the same time fire in their order. */
  setTimeout(call: () => void, delay: number, node: boolean): Task {
    const task = newTask(this.now + Math.max(delay, 1), call, node);
    const later = this.timers.findIndex(({ time }) => time > task.time);
    this.timers.splice(later < 0 ? this.timers.length : later, 0, task);
    return task;
  }

  /** Runs something in the next turn. */
  setImmediate(call: () => void, node: boolean): Task {
    const task = newTask(this.now, call, node);
    this.immediates.push(task);
    return task;
  }

  /** Takes a task back. */
  clear(task: Task | undefined): void {
    if (task === undefined) return;
    remove(this.timers, task);
    remove(this.immediates, task);
  }
}

/** The environment of the system that is explored. */
export const environment: Environment = new Environment();

/** What a model replaces in the global scope while a schedule runs. */
const virtual = {
  setTimeout: (call: () => void, delay = 0) =>
    environment.setTimeout(call, delay, false),
  clearTimeout: (task?: Task) => environment.clear(task),
  setImmediate: (call: () => void) => environment.setImmediate(call, false),
  clearImmediate: (task?: Task) => environment.clear(task),
  random: () => 0.5,
  now: () => environment.now,
  unrefTimer: () => {},
  getBuiltinModule: (name: string) =>
    name === "node:timers" ? nodeTimers : real.getBuiltinModule(name),
};

const nodeTimers = {
  setTimeout: (call: () => void, delay: number) =>
    environment.setTimeout(call, delay, true),
  clearTimeout: (task?: Task) => environment.clear(task),
  setImmediate: (call: () => void) => environment.setImmediate(call, true),
  clearImmediate: (task?: Task) => environment.clear(task),
};

/**
 * Runs slices of an exploration, each in a turn of its own of the real event
 * loop, with virtual time.
 *
 * @param slice Called until it returns true.
 * @param traces Whether errors have their stacks.
 */
export function onVirtualTime(
  slice: (clock: Clock) => boolean,
  traces = false,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const clock = () => real.now.call(performance);
  const next = (): void => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = traces ? stackTraceLimit : 0; // they cost a tenth
    replace(virtual);
    try {
      if (slice(clock)) resolve();
      else real.setTimeout(next, 0);
    } catch (error) {
      reject(error);
    } finally {
      replace(real);
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  real.setTimeout(next, 0);
  return promise;
}

function replace(by: typeof real | typeof virtual): void {
  const { setTimeout, clearTimeout, setImmediate, clearImmediate } = by;
  Object.assign(globalThis, {
    setTimeout,
    clearTimeout,
    setImmediate,
    clearImmediate,
  });
  Math.random = by.random;
  performance.now = by.now;
  Object.assign(Deno, { unrefTimer: by.unrefTimer });
  Object.assign(globalThis.process, { getBuiltinModule: by.getBuiltinModule });
}

function newTask(time: number, call: () => void, node: boolean): Task {
  const task: Task = { time, call, node, unref: () => task };
  return task;
}

function remove(tasks: Task[], task: Task): void {
  const index = tasks.indexOf(task);
  if (index >= 0) tasks.splice(index, 1);
}
