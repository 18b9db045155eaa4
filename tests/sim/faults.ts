/**
 * Call counters and injected failures.
 *
 * @module
 */

import type { Win32Api } from "../../src/ffi/win32_api.ts";

/** The name of a call of the seam. */
export type CallName = Exclude<keyof Win32Api, "lastError" | "transferred">;

/** When an injected failure strikes. */
export interface FailureOptions {
  /** How many calls fail. Default 1. */
  times?: number;
  /** How many calls go through before. Default 0. */
  after?: number;
}

interface Failure {
  code: number;
  times: number;
  after: number;
}

/** Counts calls and decides which fail. */
export class Faults {
  /** Calls so far, by name. */
  readonly calls: Partial<Record<CallName, number>> = {};
  readonly #failures = new Map<CallName, Failure[]>();

  /**
   * Makes the next calls of a function fail.
   *
   * @param name The function.
   * @param code The Win32 code.
   * @param options When.
   */
  fail(name: CallName, code: number, options: FailureOptions = {}): void {
    const { times = 1, after = 0 } = options;
    const failures = this.#failures.get(name) ?? [];
    failures.push({ code, times, after });
    this.#failures.set(name, failures);
  }

  /**
   * Counts a call.
   *
   * @param name The function.
   * @returns The code it shall fail with, or 0.
   */
  enter(name: CallName): number {
    this.calls[name] = (this.calls[name] ?? 0) + 1;
    const failures = this.#failures.get(name);
    const failure = failures?.[0];
    if (failure === undefined) return 0;
    if (failure.after > 0) {
      failure.after -= 1;
      return 0;
    }
    failure.times -= 1;
    if (failure.times <= 0) failures?.shift();
    return failure.code;
  }
}
