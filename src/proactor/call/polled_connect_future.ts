/**
 * The future of a socket that is connected without `ConnectEx`.
 *
 * @module
 */

import { admitMapped } from "../../ffi/socket/destination.ts";
import type { Bytes } from "../../ffi/socket/api.ts";
import type { CompletionPort } from "../port/completion_port.ts";
import { ConnectPoll } from "./connect_poll.ts";
import type { FutureContext } from "../future/future.ts";
import { OverlappedFuture } from "../future/overlapped_future.ts";
import { checkSocket, type SocketTarget } from "./socket_calls.ts";

/** The future has no overlapped call of its own. */
const NO_CALL = { size: 0, start: () => 0, finish: () => {} };

/** What is connected, and where to. */
export interface PolledConnectTarget {
  /** A stream socket. */
  target: SocketTarget;
  /** A `sockaddr`. */
  to: Bytes;
}

/** The connection of a socket, which stays its owner's. */
export class PolledConnectFuture extends OverlappedFuture<void> {
  readonly #port: CompletionPort;
  readonly #poll: ConnectPoll;

  /**
   * Makes the future; `connect` starts it.
   *
   * @param port The completion port.
   * @param what What is connected, and where to.
   * @param context How callbacks run.
   */
  constructor(
    port: CompletionPort,
    { target, to }: PolledConnectTarget,
    context?: FutureContext,
  ) {
    super(port, NO_CALL, context);
    this.#port = port;
    const { sockets, socket } = target;
    const action = "Cannot connect";
    this.#poll = new ConnectPoll(port, sockets, {
      socket,
      address: to,
      action: "connect",
      check: (syscall, code) =>
        checkSocket(target, { code, partial: false }, { syscall, action }),
      onConnected: () => this.#end(() => this.setResult()),
      onFailed: (error) => this.#end(() => this.setException(error)),
    });
    admitMapped(sockets, socket, to);
  }

  /** True while the connection is neither there nor refused. */
  override get pending(): boolean {
    return !this.done();
  }

  /** Starts to connect. Called once, by the proactor. */
  connect(): void {
    this.#poll.start();
  }

  /**
   * Ends the wait. The socket may still get connected, and is left to be
   * closed.
   *
   * @param reason What awaiting throws.
   * @returns False when the future was done already.
   */
  override cancel(reason?: unknown): boolean {
    if (this.done()) return false;
    this.#poll.cancel();
    super.cancel(reason);
    this.onDone?.();
    return true;
  }

  /**
   * Settles the future; a close of the proactor cancels it, like all others.
   */
  #end(settle: () => void): void {
    if (this.done()) return;
    if (this.#port.closed) super.cancel();
    else settle();
    this.onDone?.();
  }
}
