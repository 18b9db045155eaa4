/**
 * How long a close waits for a peer that takes nothing, and what is said when
 * it gives up.
 *
 * @module
 */

import {
  ERROR_HANDLES_CLOSED,
  ERROR_OPERATION_ABORTED,
  ERROR_TIMEOUT,
} from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import type { Win32Api } from "../ffi/win32_api.ts";
import { assertInteger } from "../proactor/arguments.ts";

/** Options of the close of a connection, and of what makes connections. */
export interface DeadlineOptions {
  /**
   * Milliseconds that a close waits for a peer that takes none of what was
   * written; every write that ends, begins them anew. When they have passed,
   * what is left is dropped, and both ends are told. `Infinity` waits for ever.
   *
   * @default {5000}
   */
  deadline?: number | undefined;
}

/**
 * An error that tells how much of what was written is lost: of a close that has
 * waited in vain (`Deno.errors.TimedOut`), was overtaken by an abort or by the
 * close of the proactor (`Deno.errors.Interrupted`), or whose peer has gone.
 *
 * @example Usage
 * ```ts
 * import {
 *   connectPipe,
 *   type DroppedBytesError,
 *   PipeServer,
 * } from "@iocp/proactor";
 *
 * using server = PipeServer.listen("\\\\.\\pipe\\slow");
 * const connection = await connectPipe("\\\\.\\pipe\\slow");
 * using _reader = await server.accept(); // which reads nothing
 * connection.write(new Uint8Array(1_000_000)).catch(() => {});
 * try {
 *   await connection.shutdown({ deadline: 100 });
 * } catch (error) {
 *   console.log((error as DroppedBytesError).bytesDropped > 0); // true
 * }
 * ```
 */
export interface DroppedBytesError extends Error {
  /**
   * Bytes that Windows had not taken. Of the write in flight the peer may have
   * got a part.
   */
  readonly bytesDropped: number;
}

/** How a channel has ended. */
export interface ChannelEnd {
  /** 0, or the Win32 code of what has ended it with writes under way. */
  code: number;
  /** Bytes that were dropped. */
  bytesDropped: number;
  /** Milliseconds that the close has waited at last. */
  deadline: number;
}

const DEFAULT_DEADLINE = 5000;

/** The longest delay of a timer. */
const MAX_DEADLINE = 0x7fff_ffff;

/**
 * Refuses what is no deadline.
 *
 * @param deadline Milliseconds; `undefined` is the default.
 * @throws {RangeError} when it is neither an integer that fits nor `Infinity`.
 */
export function assertDeadline(deadline: number | undefined): void {
  if (deadline === undefined || deadline === Infinity) return;
  assertInteger("deadline", deadline, [0, MAX_DEADLINE]);
}

/** Expires when nothing has moved for a while. */
export class CloseTimer {
  readonly #onExpired: () => void;
  #delay: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  /**
   * @param deadline Milliseconds, where a start gives none.
   * @param onExpired Called once.
   */
  constructor(deadline: number | undefined, onExpired: () => void) {
    this.#delay = deadline ?? DEFAULT_DEADLINE;
    this.#onExpired = onExpired;
  }

  /** Milliseconds that it waits. */
  get delay(): number {
    return this.#delay;
  }

  /**
   * Begins to wait. Another start counts when it has a deadline of its own.
   *
   * @param deadline Milliseconds, or `Infinity`; else what it was made with.
   */
  start(deadline?: number): void {
    if (this.#running && deadline === undefined) return;
    this.#delay = deadline ?? this.#delay;
    this.#running = true;
    this.progress();
  }

  /** Something has moved: the time begins anew. */
  progress(): void {
    clearTimeout(this.#timer);
    if (!this.#running || this.#delay === Infinity) return;
    this.#timer = setTimeout(this.#onExpired, this.#delay);
  }

  /** Waits no more. */
  stop(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }
}

/**
 * Makes the error of a close that has dropped something.
 *
 * @param api Gives the system's text for codes without one of ours.
 * @param end How the channel has ended.
 * @param what What was closed, and by which function it was written to.
 * @returns The error.
 */
export function closeError(
  api: Pick<Win32Api, "formatMessage">,
  { code, bytesDropped, deadline }: ChannelEnd,
  what: { name: string; syscall: string },
): DroppedBytesError {
  const error = windowsError(api, code, {
    syscall: what.syscall,
    action: `Cannot flush ${what.name}, ${bytesDropped} bytes are dropped`,
    ...stateOf(code, deadline),
  });
  return Object.assign(error, { bytesDropped });
}

/**
 * Makes the error of a close that has waited in vain.
 *
 * @param name What messages call the peer.
 * @param deadline Milliseconds that it has waited.
 * @returns The error.
 */
export function peerStalled(name: string, deadline: number): Error {
  return new Deno.errors.TimedOut(
    `Cannot flush ${name}: the peer has taken nothing for ${deadline} ms`,
  );
}

function stateOf(code: number, deadline: number): { state?: string } {
  switch (code) {
    case ERROR_TIMEOUT:
      return { state: `the peer has taken nothing for ${deadline} ms` };
    case ERROR_OPERATION_ABORTED:
      return { state: "the close was overtaken by an abort" };
    case ERROR_HANDLES_CLOSED:
      return { state: "the proactor was closed" };
    default:
      return {};
  }
}
