import { abortable } from "../async/abortable.ts";
import type { DelayOptions } from "../async/delay.ts";

// The real functions, kept while fake ones stand in their place.
const { Date: RealDate, setTimeout: realSetTimeout } = globalThis;
const { setInterval: realSetInterval } = globalThis;
const { clearTimeout: realClearTimeout } = globalThis;
const { clearInterval: realClearInterval } = globalThis;
const realAbortSignalTimeout = AbortSignal.timeout;

/** The fake time in force. */
let current: FakeTime | undefined;

let addTimer: (
  time: FakeTime,
  run: () => void,
  timing: { ms: number; repeat: boolean },
) => number;
let clearTimer: (time: FakeTime, id: number) => void;

/** A timer of the fake time. */
interface Timer {
  id: number;
  due: number;
  interval: number | undefined;
  run: () => void;
}

/** An error of the use of {@linkcode FakeTime}. */
export class TimeError extends Error {
  /**
   * Creates the error.
   *
   * @param message What went wrong.
   */
  constructor(message: string) {
    super(message);
    this.name = "TimeError";
  }
}

/** Options for {@linkcode FakeTime}. */
export interface FakeTimeOptions {
  /** How fast the fake time moves by itself, relative to real time. */
  advanceRate: number;
  /** How often it moves, in milliseconds. @default {10} */
  advanceFrequency?: number;
}

/**
 * Replaces `Date`, the timers and `AbortSignal.timeout` by ones that move when
 * they are told to, until {@linkcode FakeTime.restore}.
 */
export class FakeTime {
  readonly #start: number;
  readonly #advanceTimer: unknown;
  #now: number;
  #nextId = 1;
  #timers: Timer[] = [];

  /**
   * Starts the fake time.
   *
   * @param start The time at the start, now if left out.
   * @param options How it moves by itself; not at all if left out.
   */
  constructor(
    start?: number | string | Date | null,
    options?: FakeTimeOptions,
  ) {
    if (current) {
      throw new TimeError("Cannot construct FakeTime: time is already faked");
    }
    this.#start = start === undefined || start === null
      ? RealDate.now()
      : Math.floor(new RealDate(start).getTime());
    if (Number.isNaN(this.#start)) {
      throw new TimeError(`Cannot construct FakeTime: invalid start: ${start}`);
    }
    this.#now = this.#start;
    current = this;
    install(this);
    this.#advanceTimer = this.#advance(options);
  }

  #advance(options: FakeTimeOptions | undefined): unknown {
    const { advanceRate = 0, advanceFrequency = 10 } = options ?? {};
    if (advanceRate <= 0) return undefined;
    const step = advanceRate * advanceFrequency;
    return realSetInterval(() => this.tick(step), advanceFrequency);
  }

  /** Restores the real time. */
  static restore(): void {
    inForce().restore();
  }

  /**
   * Restores the real time while a function runs.
   *
   * @param callback The function.
   * @param args What it is called with.
   * @returns What it returns.
   */
  static async restoreFor<A extends unknown[], T>(
    callback: (...args: A) => Promise<T> | T,
    ...args: A
  ): Promise<T> {
    const time = inForce();
    uninstall();
    try {
      return await callback(...args);
    } finally {
      if (current === time) install(time);
    }
  }

  /** The fake time in milliseconds; setting it runs the timers due. */
  get now(): number {
    return this.#now;
  }

  set now(value: number) {
    if (value < this.#now) {
      throw new RangeError("Cannot set time: time cannot go backwards");
    }
    for (let timer = this.#due(value); timer; timer = this.#due(value)) {
      this.#now = timer.due;
      this.#repeatOrRemove(timer);
      timer.run();
    }
    this.#now = value;
  }

  /** The fake time at the start, in milliseconds. */
  get start(): number {
    return this.#start;
  }

  #due(until: number): Timer | undefined {
    const first = this.#timers[0];
    return first && first.due <= until ? first : undefined;
  }

  #repeatOrRemove(timer: Timer): void {
    this.#remove(timer.id);
    if (timer.interval === undefined) return;
    this.#insert({ ...timer, due: timer.due + timer.interval });
  }

  #insert(timer: Timer): void {
    const index = this.#timers.findIndex((other) => other.due > timer.due);
    this.#timers.splice(index < 0 ? this.#timers.length : index, 0, timer);
  }

  #remove(id: number): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  }

  static {
    addTimer = (time, run, { ms, repeat }): number => {
      const wait = Math.max(repeat ? 1 : 0, Math.floor(ms) || 0);
      const id = time.#nextId++;
      const interval = repeat ? wait : undefined;
      time.#insert({ id, due: time.#now + wait, interval, run });
      return id;
    };
    clearTimer = (time, id): void => time.#remove(id);
  }

  /**
   * Resolves after some real time.
   *
   * @param ms The time in milliseconds.
   * @param options Abort signal.
   * @returns A promise that resolves after the time.
   */
  async delay(ms: number, options: DelayOptions = {}): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = realSetTimeout(resolve, ms);
    const { signal } = options;
    try {
      await (signal ? abortable(promise, signal) : promise);
    } finally {
      realClearTimeout(timer);
    }
  }

  /**
   * Lets all pending microtasks run.
   *
   * @returns A promise that resolves after them.
   */
  runMicrotasks(): Promise<void> {
    return this.delay(0);
  }

  /**
   * Moves the time on, and runs the timers due.
   *
   * @param ms The time to add in milliseconds.
   */
  tick(ms = 0): void {
    this.now += ms;
  }

  /**
   * Runs the pending microtasks, then moves the time on.
   *
   * @param ms The time to add in milliseconds.
   */
  async tickAsync(ms = 0): Promise<void> {
    await this.runMicrotasks();
    this.tick(ms);
  }

  /**
   * Moves the time on to the next timer.
   *
   * @returns Whether there was one.
   */
  next(): boolean {
    const timer = this.#timers[0];
    if (timer) this.now = timer.due;
    return timer !== undefined;
  }

  /**
   * Runs the pending microtasks, then moves the time on to the next timer.
   *
   * @returns Whether there was one.
   */
  async nextAsync(): Promise<boolean> {
    await this.runMicrotasks();
    return this.next();
  }

  /** Moves the time on until no timer is left. */
  runAll(): void {
    while (this.#timers.length > 0) this.next();
  }

  /** Moves the time on until no timer is left, microtasks between them. */
  async runAllAsync(): Promise<void> {
    while (this.#timers.length > 0) await this.nextAsync();
  }

  /** Restores the real time. */
  restore(): void {
    if (current !== this) {
      throw new TimeError("Cannot restore time: already restored");
    }
    current = undefined;
    uninstall();
    if (this.#advanceTimer !== undefined) {
      realClearInterval(Number(this.#advanceTimer));
    }
  }

  /** Restores the real time. */
  [Symbol.dispose](): void {
    this.restore();
  }
}

function inForce(): FakeTime {
  if (!current) throw new TimeError("Cannot restore time: time is not faked");
  return current;
}

function install(time: FakeTime): void {
  const fakes = {
    Date: fakeDate(time),
    setTimeout: fakeSetTimer(time, false),
    clearTimeout: fakeClearTimer(time),
    setInterval: fakeSetTimer(time, true),
    clearInterval: fakeClearTimer(time),
  };
  Object.assign(globalThis, fakes);
  AbortSignal.timeout = fakeAbortSignalTimeout;
}

function uninstall(): void {
  globalThis.Date = RealDate;
  globalThis.setTimeout = realSetTimeout;
  globalThis.clearTimeout = realClearTimeout;
  globalThis.setInterval = realSetInterval;
  globalThis.clearInterval = realClearInterval;
  AbortSignal.timeout = realAbortSignalTimeout;
}

function fakeDate(time: FakeTime): DateConstructor {
  return new Proxy(RealDate, {
    apply: () => new RealDate(time.now).toString(),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length ? args : [time.now], newTarget),
    get: (target, key) =>
      key === "now" ? () => time.now : Reflect.get(target, key),
  });
}

function fakeSetTimer(time: FakeTime, repeat: boolean): unknown {
  return (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    addTimer(time, () => callback(...args), { ms, repeat });
}

function fakeClearTimer(time: FakeTime): unknown {
  return (id: number | undefined) => clearTimer(time, Number(id));
}

function fakeAbortSignalTimeout(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => {
    controller.abort(new DOMException("Signal timed out.", "TimeoutError"));
  }, ms);
  return controller.signal;
}
