/**
 * Children in protocol style: callbacks instead of promises, as in asyncio.
 *
 * @module
 */

import type { Transport } from "../stream/protocol.ts";
import type { SubprocessSignal } from "./child_process.ts";

/**
 * Told of what happens to a child and to its pipes. All members are optional.
 * The counterpart of `asyncio.SubprocessProtocol`.
 */
export interface SubprocessProtocol {
  /**
   * The child runs: the first call.
   *
   * @param transport Gives the pipes, and ends the child.
   */
  connectionMade?(transport: SubprocessTransport): void;
  /**
   * The child has written something.
   *
   * @param fd 1 for standard output, 2 for standard error.
   * @param data The protocol's own from now on.
   */
  pipeDataReceived?(fd: number, data: Uint8Array<ArrayBuffer>): void;
  /**
   * A pipe is closed.
   *
   * @param fd 0, 1 or 2.
   * @param error What ended it, or `null` after a close or the child's end.
   */
  pipeConnectionLost?(fd: number, error: Error | null): void;
  /** The child has ended; its pipes may not have. */
  processExited?(): void;
  /**
   * The child has ended and its pipes are closed: the last call, exactly once.
   *
   * @param error `null`, or why the child's end will never be known.
   */
  connectionLost?(error: Error | null): void;
  /** More is buffered for standard input than the high-water mark. */
  pauseWriting?(): void;
  /** Less is buffered for standard input than the low-water mark. */
  resumeWriting?(): void;
}

/** Makes the protocol for a child. */
export type SubprocessProtocolFactory<
  P extends SubprocessProtocol = SubprocessProtocol,
> = () => P;

/**
 * A child, as a {@linkcode SubprocessProtocol} sees it. The counterpart of
 * `asyncio.SubprocessTransport`.
 */
export interface SubprocessTransport {
  /**
   * The child's number.
   *
   * @returns The process id.
   */
  getPid(): number;
  /**
   * How the child has ended.
   *
   * @returns The exit code, a u32; `null` while it runs.
   */
  getReturnCode(): number | null;
  /**
   * The transport of a pipe.
   *
   * @param fd 0, 1 or 2.
   * @returns The transport, or `null` when this stream is no pipe.
   */
  getPipeTransport(fd: number): Transport | null;
  /**
   * Sends a signal.
   *
   * @param signal As for `Subprocess.kill`.
   * @throws {TypeError} when there is no such signal, or the child has ended.
   * @throws {Deno.errors.NotSupported} when it cannot take `"SIGBREAK"`.
   */
  sendSignal(signal: SubprocessSignal): void;
  /**
   * Ends the child at once.
   *
   * @throws {TypeError} when it has ended.
   */
  terminate(): void;
  /**
   * Ends the child at once; on Windows the same as `terminate`.
   *
   * @throws {TypeError} when it has ended.
   */
  kill(): void;
  /** Closes the pipes, and kills the child if it runs. Idempotent. */
  close(): void;
  /**
   * Tells whether the transport is closed or about to be.
   *
   * @returns True from `close` or the last event on.
   */
  isClosing(): boolean;
  /**
   * Waits for the end of the child, also while others keep its pipes open.
   *
   * @returns The exit code. Rejects with `Deno.errors.Interrupted` when the
   * proactor is closed before.
   */
  wait(): Promise<number>;
  /**
   * The protocol.
   *
   * @returns The one that is told now.
   */
  getProtocol(): SubprocessProtocol;
  /**
   * Changes the protocol; what happens from now on is told to the new one.
   *
   * @param protocol The new one.
   */
  setProtocol(protocol: SubprocessProtocol): void;
}
