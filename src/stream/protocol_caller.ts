/**
 * Calls of protocols: in their async context, and measured in debug mode.
 *
 * @module
 */

import { currentContext, runIn } from "../ffi/async_context.ts";
import type { CompletionPort } from "../proactor/port/completion_port.ts";
import { slowCallsOf } from "../proactor/port/slow_calls.ts";

/**
 * Calls the protocol of a transport in the context of who makes the transport:
 * who connects, or serves.
 */
export class ProtocolCaller {
  readonly #port: CompletionPort;
  readonly #name: string;
  readonly #context = currentContext();

  /**
   * @param port The completion port.
   * @param name What messages call the stream.
   */
  constructor(port: CompletionPort, name: string) {
    this.#port = port;
    this.#name = name;
  }

  /**
   * Calls a function that calls the protocol.
   *
   * @typeParam T Its argument.
   * @param callback The function.
   * @param value Its argument.
   */
  call<T>(callback: (value: T) => unknown, value: T): void {
    const slow = slowCallsOf(this.#port);
    if (slow === undefined) return void runIn(this.#context, callback, value);
    const start = performance.now();
    try {
      runIn(this.#context, callback, value);
    } finally {
      slow(`the protocol of ${this.#name}`, performance.now() - start);
    }
  }

  /**
   * Reports what a protocol has thrown.
   *
   * @param error What.
   * @param message Where.
   */
  report(error: unknown, message: string): void {
    const { report } = this.#port;
    runIn(this.#context, () => report(error, message), undefined);
  }
}
