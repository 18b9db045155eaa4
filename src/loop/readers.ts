/**
 * The readers and writers of a loop.
 *
 * @module
 */

import { unwatch, watch } from "../net/readiness/readiness.ts";
import type { ReadinessTarget } from "../net/readiness/readiness_source.ts";
import type { Direction } from "../proactor/call/polled_socket.ts";
import type { HandleLike } from "../proactor/proactor_options.ts";
import { assertFunction, named } from "./arguments.ts";
import type { Callback } from "./handles.ts";
import type { LoopHost } from "./host.ts";

/**
 * Calls functions in the loop while sockets and pipes are ready. The methods
 * are documented on the page of {@linkcode ProactorEventLoop}.
 */
export class Readers {
  readonly #host: LoopHost;

  /** @param host The loop. */
  constructor(host: LoopHost) {
    this.#host = host;
  }

  addReader<A extends unknown[]>(
    target: ReadinessTarget,
    callback: Callback<A>,
    args: A,
  ): void {
    assertFunction("add reader", callback);
    const call = () => void callback(...args);
    this.#watch("readable", target, named(call, callback));
  }

  addWriter<A extends unknown[]>(
    socket: HandleLike,
    callback: Callback<A>,
    args: A,
  ): void {
    assertFunction("add writer", callback);
    const call = () => void callback(...args);
    this.#watch("writable", socket, named(call, callback));
  }

  /**
   * Removes a reader or a writer.
   *
   * @param direction `"readable"` for a reader, `"writable"` for a writer.
   * @param target What was watched.
   * @returns False when there was none, or the loop is closed.
   */
  remove(direction: Direction, target: ReadinessTarget): boolean {
    return unwatch(direction, target, { proactor: this.#host.proactor });
  }

  #watch(
    direction: Direction,
    target: ReadinessTarget,
    callback: () => void,
  ): void {
    this.#host.assertOpen("watch handle");
    const { proactor } = this.#host;
    watch(direction, target, { proactor, callback });
  }
}
