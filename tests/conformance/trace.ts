/**
 * Traces: calls through the seams of the library and what Windows answers.
 *
 * @module
 */

import { Bench } from "./bench.ts";
import { FileCalls } from "./file_calls.ts";
import { PipeCalls } from "./pipe_calls.ts";
import { SocketCalls } from "./socket_calls.ts";
import type { System } from "./system.ts";
import { WaitCalls } from "./wait_calls.ts";

/** An answer that no source tells: it is written down, never compared. */
export const OPEN = "?";

/** All calls. */
interface Calls {
  pipe: PipeCalls;
  socket: SocketCalls;
  file: FileCalls;
  wait: WaitCalls;
}

/** The arguments of a method that answers with text. */
type Arguments<F> = F extends (...args: infer A) => string | Promise<string> ? A
  : never;

type CallOf<T> = { [K in keyof T & string]: [K, ...Arguments<T[K]>] }[
  & keyof T
  & string
];

/** A call and its arguments. */
export type Call =
  | ["packets"]
  | CallOf<PipeCalls>
  | CallOf<SocketCalls>
  | CallOf<FileCalls>
  | CallOf<WaitCalls>;

/** A call, and what Windows answers. */
export type Step = [call: Call, answer: string];

/** Calls in their order. */
export interface Trace {
  /** A short name, of which there is one. */
  name: string;
  /** The rules of Windows that it shows, W1 to W18. */
  rules?: readonly string[];
  /** What says that Windows answers so. */
  source: string;
  /** Skip mode: a success at once queues no packet. Default false. */
  skip?: boolean;
  /** Packets of both ends of a connection come in any order. */
  anyOrder?: boolean;
  /** The calls. */
  steps: readonly Step[];
}

/** What a system answered at a step. */
export interface Answer {
  /** The trace. */
  trace: string;
  /** The step, from 1. */
  step: number;
  /** The call as text. */
  call: string;
  /** What Windows answers. */
  expected: string;
  /** What the system answered. */
  actual: string;
}

/**
 * Makes the calls of a trace.
 *
 * @param system What to call.
 * @param trace The calls.
 * @returns An answer for each.
 */
export async function replay(system: System, trace: Trace): Promise<Answer[]> {
  const bench = new Bench(system, { skip: trace.skip ?? false });
  const replayed = new Replay(bench, trace.anyOrder ?? false);
  const answers: Answer[] = [];
  try {
    for (const [index, [call, expected]] of trace.steps.entries()) {
      const actual = await replayed.step(call, expected);
      const step = { trace: trace.name, step: index + 1, call: show(call) };
      answers.push({ ...step, expected, actual });
    }
  } finally {
    bench.finish();
  }
  return answers;
}

class Replay {
  readonly #bench: Bench;
  readonly #anyOrder: boolean;
  readonly #calls: Calls[keyof Calls][];

  constructor(bench: Bench, anyOrder: boolean) {
    this.#bench = bench;
    this.#anyOrder = anyOrder;
    this.#calls = [
      new PipeCalls(bench),
      new SocketCalls(bench),
      new FileCalls(bench),
      new WaitCalls(bench),
    ];
  }

  async step(call: Call, expected: string): Promise<string> {
    if (call[0] === "packets") return this.#packets(expected);
    const [name, ...args] = call;
    const owner = this.#calls.find((calls) => name in calls)!;
    type Method = (...args: unknown[]) => string | Promise<string>;
    const method = (owner as unknown as Record<string, Method>)[name]!;
    try {
      return await method.apply(owner, args);
    } catch (error) {
      return `threw ${error instanceof Error ? error.message : error}`;
    }
  }

  #packets(expected: string): string {
    const quiet = expected === "none" || expected === OPEN;
    const packets = this.#bench.packets(
      quiet ? 0 : expected.split("; ").length,
    );
    if (!this.#anyOrder) return packets;
    return packets.split("; ").sort().join("; ");
  }
}

function show([name, ...args]: Call): string {
  return `${name}(${args.map((arg) => JSON.stringify(arg)).join(", ")})`;
}
