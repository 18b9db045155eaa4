/**
 * Signals that the tests raise.
 *
 * @module
 */

import { assert } from "@std/assert";
import { stub } from "@std/testing/mock";

/** The signals of a process: by default `SIGINT` and `SIGBREAK`. */
export class FakeSignals implements Disposable {
  readonly #listeners: [signal: string, listener: () => void][] = [];
  readonly #known: readonly string[];
  readonly #add = stub(
    Deno,
    "addSignalListener",
    (signal: Deno.Signal, listener: () => void) => {
      if (!this.#known.includes(signal)) {
        throw new TypeError(`Invalid signal: ${signal}`);
      }
      this.#listeners.push([signal, listener]);
    },
  );
  readonly #remove = stub(
    Deno,
    "removeSignalListener",
    (signal: Deno.Signal, listener: () => void) => {
      const index = this.#listeners.findIndex(([one, other]) =>
        one === signal && other === listener
      );
      assert(index >= 0, `no such listener of ${signal}`);
      this.#listeners.splice(index, 1);
    },
  );

  /** @param known The signals that the system has. */
  constructor(...known: string[]) {
    this.#known = known.length > 0 ? known : ["SIGINT", "SIGBREAK"];
  }

  /** Listeners of the process. */
  get count(): number {
    return this.#listeners.length;
  }

  /** Raises a signal. */
  raise(signal: Deno.Signal): void {
    for (const [name, listener] of [...this.#listeners]) {
      if (name === signal) listener();
    }
  }

  [Symbol.dispose](): void {
    this.#add.restore();
    this.#remove.restore();
  }
}
