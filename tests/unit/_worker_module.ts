/**
 * Functions for workers.
 *
 * @module
 */

import type { WorkerCall } from "../../src/loop/worker_executor.ts";

/** A module of functions, as a URL. */
export const MODULE = `data:text/javascript,${
  encodeURIComponent(`
    let calls = 0;
    export default (...args) => args;
    export const add = async (a, b) => await a + b;
    export const count = () => ++calls;
    export const size = (bytes) => bytes.byteLength;
    export const never = () => new Promise(() => {});
    export const spin = () => { for (;;); };
    export const block = (gate) => {
      Atomics.wait(new Int32Array(gate), 0, 0);
      return "free";
    };
    export const fail = (message) => {
      throw Object.assign(new Deno.errors.NotFound(message), { code: "X" });
    };
    class CustomError extends Error { name = "CustomError"; }
    export const custom = () => {
      throw new CustomError("mine", { cause: new RangeError("why") });
    };
    export const throwText = () => { throw "text"; };
    export const crash = () => new Promise(() => {
      setTimeout(() => { throw new RangeError("late"); });
    });
    export const reject = () => new Promise(() => {
      Promise.reject(new TypeError("unhandled"));
    });
    export const crashLater = (gate) => {
      setTimeout(() => {
        Atomics.wait(new Int32Array(gate), 0, 0);
        throw new RangeError("idle");
      });
    };
    export const exit = () => new Promise(() => Deno.exit(7));
    export const functionResult = () => () => {};
  `)
}`;

/**
 * A call of a function of `MODULE`.
 *
 * @param name The function.
 * @param rest The signal and the transfer list.
 * @returns The call.
 */
export function callOf(
  name?: string,
  rest: Partial<WorkerCall> = {},
): WorkerCall {
  return { module: MODULE, ...name !== undefined && { name }, ...rest };
}

/** Something that `block` waits for. */
export class Gate {
  /** Its memory; shared. */
  readonly buffer = new SharedArrayBuffer(4);

  /** Lets `block` return. */
  open(): void {
    const word = new Int32Array(this.buffer);
    Atomics.store(word, 0, 1);
    Atomics.notify(word, 0);
  }
}
