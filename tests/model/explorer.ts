/**
 * Explores every order of the steps of a system, up to the order of steps that
 * do not touch the same things.
 *
 * The search is depth first and stateless: each schedule runs from the start.
 * Sleep sets leave out what has been seen in another order: P. Godefroid,
 * Partial-Order Methods for the Verification of Concurrent Systems, chapter 5.
 * What a step touches is observed while it runs.
 *
 * @module
 */

import { onVirtualTime } from "./environment.ts";

/** Something that may happen next. */
export interface Step {
  /** The same step has the same name in every order of independent steps. */
  readonly name: string;
  /** Makes it happen, with all that follows from it at once. */
  run(): void;
}

/** Picks one of `count` ways in which a step may go on. */
export type Pick = (count: number) => number;

/** A system under way. */
export interface Run {
  /** What may happen now; nothing at the end of the schedule. */
  steps(): Step[];
  /** Which things the last step has touched, as bits. */
  touched(): number;
  /** Checks what always holds; throws when it does not. */
  check(): void;
  /** What is known of the state. */
  fingerprint(): string;
  /** Lets the rest happen in a fixed order, and checks the end. */
  finish(): void;
  /** Lets go of the system after a failure. */
  discard(): void;
}

/** A system to explore. */
export interface Space {
  /** What it is called. */
  readonly name: string;
  /**
   * Starts afresh.
   *
   * @param pick Decides what is open within a step.
   * @returns The system.
   */
  start(pick: Pick): Run;
}

/** What was explored, and what has failed. */
export interface Exploration {
  /** Schedules that ran to their end. */
  schedules: number;
  /** Schedules that were cut off since they only repeat others. */
  repeated: number;
  /** Different states, as far as they can be told apart. */
  states: Set<number>;
  /** Steps that were made. */
  steps: number;
  /** Steps of the longest schedule. */
  longest: number;
  /** True when there is no other schedule. */
  complete: boolean;
  /** The first failure. */
  failure?: Failure;
}

/** A schedule that fails. */
export interface Failure {
  /** The steps: their names, with what was picked in them. */
  schedule: string[];
  /** What was wrong. */
  error: unknown;
}

interface StepNode {
  readonly names: string[];
  readonly sleep: ReadonlyMap<string, number>;
  readonly done: Map<string, number>;
  at: number;
  touched: number;
}

interface PickNode {
  readonly count: number;
  picked: number;
}

type Node = StepNode | PickNode;

/** Bounds of an exploration. */
export interface ExploreOptions {
  /** The most schedules. */
  schedules?: number | undefined;
  /** The most milliseconds. */
  time?: number | undefined;
}

/** Real milliseconds of one slice: then Deno has its turn. */
const SLICE = 100;

/** Steps of a schedule at most: more means that it never ends. */
const MAX_STEPS = 400;

const NOTHING: ReadonlyMap<string, number> = new Map();

/**
 * Explores a system until a failure, or the bounds are reached.
 *
 * @param space The system.
 * @param options The bounds.
 * @returns What was found.
 */
export async function explore(
  space: Space,
  options: ExploreOptions = {},
): Promise<Exploration> {
  const { schedules = Infinity, time = Infinity } = options;
  const search = new Search(space);
  let begun = 0;
  await onVirtualTime((clock) => {
    const start = clock();
    begun ||= start;
    while (search.next()) {
      const now = clock();
      if (now - begun > time || search.found.schedules >= schedules) {
        return true;
      }
      if (now - start > SLICE) return false;
    }
    return true;
  });
  return search.found;
}

class Search {
  readonly found: Exploration = {
    schedules: 0,
    repeated: 0,
    states: new Set(),
    steps: 0,
    longest: 0,
    complete: false,
  };
  readonly #space: Space;
  readonly #path: Node[] = [];
  #depth = 0;
  /** Nodes that this schedule has in common with one before. */
  #known = 0;

  constructor(space: Space) {
    this.#space = space;
  }

  /** Runs a schedule; false when it was the last one, or has failed. */
  next(): boolean {
    this.#depth = 0;
    this.#known = this.#path.length;
    const schedule = new Schedule(this.#space, (count) => this.#pick(count));
    try {
      this.#run(schedule);
    } catch (error) {
      schedule.discard();
      this.found.failure = { schedule: schedule.text(), error };
      return false;
    }
    this.found.complete = !this.#advance();
    return !this.found.complete;
  }

  #run(schedule: Schedule): void {
    const { found } = this;
    let sleep = NOTHING;
    for (;;) {
      const steps = schedule.steps();
      if (steps.length === 0) break;
      const node = this.#stepNode(schedule, steps, sleep);
      if (node === undefined) {
        found.repeated++;
        return schedule.finish();
      }
      schedule.make(steps[node.at]!);
      if (this.#depth >= this.#known) schedule.check(); // else it has held
      found.steps++;
      node.touched |= schedule.touched;
      sleep = stillAsleep(node, schedule.touched);
    }
    found.states.add(hash(schedule.fingerprint()));
    schedule.finish();
    found.schedules++;
    found.longest = Math.max(found.longest, schedule.length);
  }

  /** Returns `undefined` when all steps are asleep. */
  #stepNode(
    schedule: Schedule,
    steps: Step[],
    sleep: ReadonlyMap<string, number>,
  ): StepNode | undefined {
    const known = this.#path[this.#depth];
    if (known !== undefined) {
      this.#depth++;
      return checked(known, steps);
    }
    this.found.states.add(hash(schedule.fingerprint()));
    const at = steps.findIndex(({ name }) => !sleep.has(name));
    if (at < 0) return undefined;
    const names = steps.map(({ name }) => name);
    const node = { names, sleep, done: new Map(), at, touched: 0 };
    this.#path[this.#depth++] = node;
    return node;
  }

  #pick(count: number): number {
    const known = this.#path[this.#depth];
    if (known === undefined) {
      this.#path.push({ count, picked: 0 });
    } else if (!("count" in known) || known.count !== count) {
      throw new Error(`A repeated schedule picks from ${count} ways`);
    }
    const node = this.#path[this.#depth++] as PickNode;
    return node.picked;
  }

  /** Steps to the next schedule; false when there is none. */
  #advance(): boolean {
    const path = this.#path;
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      if ("count" in last ? nextPick(last) : nextStep(last)) return true;
      path.pop();
    }
    return false;
  }
}

/** What the first step is called when something is picked at the start. */
export const START = "start";

/** One schedule under way, and what it consists of. */
export class Schedule {
  readonly #run: Run;
  readonly #text: string[] = [];
  #picks = "";
  #touched = 0;

  /**
   * @param space The system.
   * @param pick Decides what is open within a step.
   */
  constructor(space: Space, pick: Pick) {
    this.#run = space.start((count) => {
      const picked = count > 1 ? pick(count) : 0;
      if (count > 1) this.#picks += `/${picked}`;
      return picked;
    });
    if (this.#picks !== "") this.#text.push(START + this.#picks);
  }

  /** Steps so far. */
  get length(): number {
    return this.#text.length;
  }

  /** What the last step has touched. */
  get touched(): number {
    return this.#touched;
  }

  /** What may happen now. */
  steps(): Step[] {
    return this.#run.steps();
  }

  /** What is known of the state. */
  fingerprint(): string {
    return this.#run.fingerprint();
  }

  /** @param step Happens now. */
  make(step: Step): void {
    this.#text.push(step.name);
    this.#picks = "";
    try {
      step.run();
    } finally {
      this.#text[this.#text.length - 1] += this.#picks;
    }
    this.#touched = this.#run.touched();
    if (this.length > MAX_STEPS) throw new Error("The schedule never ends");
  }

  /** Checks what always holds. */
  check(): void {
    this.#run.check();
  }

  /** Lets the rest happen. */
  finish(): void {
    this.#run.finish();
  }

  /** Lets go of the system. */
  discard(): void {
    this.#run.discard();
  }

  /** The steps so far, with what was picked in them. */
  text(): string[] {
    return [...this.#text];
  }
}

function checked(node: Node, steps: Step[]): StepNode {
  if ("count" in node || node.names[node.at] !== steps[node.at]?.name) {
    const names = steps.map(({ name }) => name).join(", ");
    throw new Error(`A repeated schedule has other steps: ${names}`);
  }
  return node;
}

/** Steps that were explored before, and that nothing has woken since. */
function stillAsleep(
  { sleep, done }: StepNode,
  touched: number,
): ReadonlyMap<string, number> {
  if (sleep.size + done.size === 0) return NOTHING;
  const next = new Map<string, number>();
  for (const each of [sleep, done]) {
    for (const [name, mask] of each) {
      if ((mask & touched) === 0) next.set(name, mask);
    }
  }
  return next;
}

function nextPick(node: PickNode): boolean {
  if (node.picked + 1 >= node.count) return false;
  node.picked++;
  return true;
}

function nextStep(node: StepNode): boolean {
  node.done.set(node.names[node.at]!, node.touched);
  node.touched = 0;
  for (node.at++; node.at < node.names.length; node.at++) {
    const name = node.names[node.at]!;
    if (!node.sleep.has(name) && !node.done.has(name)) return true;
  }
  return false;
}

/** 52 bits: two states of a million are taken for one with odds of 1:9000. */
function hash(text: string): number {
  let high = 0x811c_9dc5;
  let low = 0x1234_5678;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x0100_0193);
    low = Math.imul(low ^ code, 0x85eb_ca6b) ^ (low >>> 13);
  }
  return (high & 0xf_ffff) * 2 ** 32 + (low >>> 0);
}
