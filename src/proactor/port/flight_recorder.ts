/**
 * A flight recorder: what a port has done last, in a ring of numbers.
 *
 * @module
 */

import { ERROR_IO_PENDING } from "../../ffi/constants.ts";
import { assertInteger } from "../arguments.ts";
import type { Operation } from "./operation.ts";

/** Options of {@linkcode IocpProactor.record}. */
export interface RecordOptions {
  /**
   * Events that are kept, the last ones: 256 to 1,048,576. Each takes 48 bytes.
   *
   * @default {16384}
   */
  events?: number | undefined;
}

/** An event in the format of Chrome's traces. */
export interface TraceEvent {
  /** What has happened. */
  name: string;
  /** What kind of event it is. */
  cat: string;
  /**
   * `"X"` has a duration, `"b"` and `"e"` begin and end an operation, `"i"` is
   * a moment.
   */
  ph: "X" | "b" | "e" | "i";
  /** Microseconds since the process was started. */
  ts: number;
  /** Microseconds that it took. */
  dur?: number | undefined;
  /** Which operation. */
  id?: string | undefined;
  /** The process. */
  pid: number;
  /** The track on which it is shown. */
  tid: number;
  /** What else is known. */
  args: Record<string, number>;
}

/** A trace, as `chrome://tracing` and `ui.perfetto.dev` open it. */
export interface Trace {
  /** The events, oldest first. */
  traceEvents: TraceEvent[];
  /** How times are shown. */
  displayTimeUnit: "ms";
}

/** Numbers of an event: what, when, how long, and four that differ. */
const FIELDS = 6;
const DEFAULT_EVENTS = 16_384;
const MAX_EVENTS = 1 << 20;

const STARTED = 0;
const ENDED = 1;
const CANCELLED = 2;
const BATCH = 3;
const WAIT = 4;

const TRACKS = { batches: 1, callbacks: 2, operations: 3, waits: 4 };

/**
 * What a port has done last. It is made by {@linkcode IocpProactor.record}.
 *
 * @example Usage
 * ```ts
 * import { IocpProactor } from "@iocp/proactor";
 *
 * await using proactor = new IocpProactor();
 * using recorder = proactor.record();
 * // ... what is to be looked at
 * console.log(recorder.count, recorder.longestCallback);
 * console.log(JSON.stringify(recorder.trace()));
 * ```
 */
export class FlightRecorder implements Disposable {
  /** Milliseconds of the longest callback since it records. */
  longestCallback = 0;
  readonly #ring: Float64Array<ArrayBuffer>;
  readonly #capacity: number;
  readonly #kinds: string[] = [];
  readonly #onStop: () => void;
  #count = 0;
  #waitSince = 0;

  /**
   * @ignore
   * @param options How much is kept.
   * @param onStop Called by `stop`.
   */
  constructor({ events = DEFAULT_EVENTS }: RecordOptions, onStop: () => void) {
    assertInteger("events", events, [256, MAX_EVENTS]);
    this.#capacity = events;
    this.#ring = new Float64Array(events * FIELDS);
    this.#onStop = onStop;
  }

  /** Events so far, also those that were overwritten. */
  get count(): number {
    return this.#count;
  }

  /** Ends recording; what was recorded stays. Idempotent. */
  stop(): void {
    this.#onStop();
  }

  /** Ends recording. */
  [Symbol.dispose](): void {
    this.stop();
  }

  /**
   * A system call has returned.
   *
   * @ignore
   * @param operation Its operation.
   * @param code 997, or how it has ended at once.
   */
  started(operation: Operation, code: number): void {
    const kind = this.#kindOf(operation);
    this.#add(STARTED, performance.now(), 0);
    this.#set(operation, kind, code);
  }

  /**
   * A listener has returned.
   *
   * @ignore
   * @param operation Its operation, which may be another one's by now.
   * @param since When it was called.
   * @param code How the operation has ended.
   */
  called(operation: Operation, since: number, code: number): void {
    const duration = performance.now() - since;
    if (duration > this.longestCallback) this.longestCallback = duration;
    this.#add(ENDED, since, duration);
    this.#set(operation, -1, code);
  }

  /**
   * An operation is cancelled.
   *
   * @ignore
   * @param operation The operation.
   */
  cancelled(operation: Operation): void {
    this.#add(CANCELLED, performance.now(), 0);
    this.#set(operation, this.#kindOf(operation), 0);
  }

  /**
   * A batch was dispatched.
   *
   * @ignore
   * @param since When it began.
   * @param packets Its packets.
   */
  dispatched(since: number, packets: number): void {
    this.#add(BATCH, since, performance.now() - since);
    this.#ring[this.#at() + 3] = packets;
  }

  /**
   * A wait on another thread begins.
   *
   * @ignore
   */
  waits(): void {
    this.#waitSince = performance.now();
  }

  /**
   * A wait on another thread has ended.
   *
   * @ignore
   */
  arrived(): void {
    const since = this.#waitSince;
    this.#add(WAIT, since, performance.now() - since);
  }

  /**
   * What was recorded.
   *
   * @returns The events that are left, oldest first.
   */
  trace(): Trace {
    const first = Math.max(0, this.#count - this.#capacity);
    const events: TraceEvent[] = [];
    /** What the operation of a slot is, as far as its start is known. */
    const open = new Map<number, string>();
    for (let i = first; i < this.#count; i++) {
      const at = (i % this.#capacity) * FIELDS;
      this.#describe(this.#ring.subarray(at, at + FIELDS), open, events);
    }
    return { traceEvents: events, displayTimeUnit: "ms" };
  }

  #add(what: number, time: number, duration: number): void {
    this.#count++;
    const at = this.#at();
    this.#ring[at] = what;
    this.#ring[at + 1] = time;
    this.#ring[at + 2] = duration;
  }

  /** Where the newest event stands. */
  #at(): number {
    return ((this.#count - 1) % this.#capacity) * FIELDS;
  }

  #set({ index }: Operation, kind: number, code: number): void {
    const at = this.#at();
    this.#ring[at + 3] = index;
    this.#ring[at + 4] = kind;
    this.#ring[at + 5] = code;
  }

  #kindOf({ listener }: Operation): number {
    const kind = listener?.kind ?? "call";
    const known = this.#kinds.indexOf(kind);
    return known === -1 ? this.#kinds.push(kind) - 1 : known;
  }

  #describe(
    event: Float64Array,
    open: Map<number, string>,
    events: TraceEvent[],
  ): void {
    const [what, time, duration, slot, kind, code] = event;
    const ts = time! * 1000;
    const dur = duration! * 1000;
    const at = { ts, pid: Deno.pid };
    const span = { ...at, dur, ph: "X", cat: "port" } as const;
    const { batches, callbacks, operations, waits } = TRACKS;
    if (what === BATCH) {
      const args = { packets: slot! };
      events.push({ name: "batch", ...span, tid: batches, args });
    } else if (what === WAIT) {
      events.push({ name: "wait", ...span, tid: waits, args: {} });
    } else if (what === ENDED) {
      const name = open.get(slot!) ?? "call";
      const args = { slot: slot!, code: code! };
      if (open.delete(slot!)) {
        events.push(operation("e", name, { ...at, slot: slot! }));
      }
      events.push({ name, ...span, tid: callbacks, args });
    } else {
      const name = this.#kinds[kind!]!;
      const args = { slot: slot!, code: code! };
      const pending = what === STARTED && code === ERROR_IO_PENDING;
      if (pending) {
        open.set(slot!, name);
        events.push(operation("b", name, { ...at, slot: slot! }));
      } else {
        const text = what === STARTED ? `${name} at once` : `cancel ${name}`;
        const moment = { ...at, ph: "i", cat: "port" } as const;
        events.push({ name: text, ...moment, tid: operations, args });
      }
    }
  }
}

function operation(
  ph: "b" | "e",
  name: string,
  { ts, pid, slot }: { ts: number; pid: number; slot: number },
): TraceEvent {
  const id = `slot ${slot}`;
  const tid = TRACKS.operations;
  return { name, cat: "operation", ph, ts, id, pid, tid, args: { slot } };
}
