/**
 * A subprocess protocol that writes down what it is told.
 *
 * @module
 */

import type {
  SubprocessProtocol,
  SubprocessTransport,
} from "../../../src/process/mod.ts";
import { decode } from "../_bytes.ts";

/** Writes down what it is told. */
export class SubprocessRecorder implements SubprocessProtocol {
  /** What it was told, in order: `made`, `exited`, `lost 1`, `lost`. */
  readonly events: string[] = [];
  /** What came from each pipe. */
  readonly received: Record<number, string> = { 1: "", 2: "" };
  /** What the pipes were lost with. */
  readonly errors: Record<number, Error | null> = {};
  /** Given to `connectionMade`. */
  transport: SubprocessTransport | undefined;
  /** Given to `connectionLost`. */
  error: Error | null | undefined;
  readonly #finished = Promise.withResolvers<void>();
  readonly #exited = Promise.withResolvers<void>();
  #wanted: { fd: number; text: string; resolve: () => void } | undefined;

  /** Resolves when `connectionLost` was called. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Resolves when `processExited` was called. */
  get exited(): Promise<void> {
    return this.#exited.promise;
  }

  /**
   * Waits until a pipe has brought something.
   *
   * @param fd 1 or 2.
   * @param text What it should bring.
   */
  async wrote(fd: number, text: string): Promise<void> {
    if (this.received[fd]!.includes(text)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wanted = { fd, text, resolve };
    await promise;
  }

  connectionMade(transport: SubprocessTransport): void {
    this.transport = transport;
    this.events.push("made");
  }

  pipeDataReceived(fd: number, data: Uint8Array): void {
    this.events.push(`data ${fd}`);
    this.received[fd] += decode(data);
    const wanted = this.#wanted;
    if (wanted && this.received[wanted.fd]!.includes(wanted.text)) {
      wanted.resolve();
    }
  }

  pipeConnectionLost(fd: number, error: Error | null): void {
    this.errors[fd] = error;
    this.events.push(`lost ${fd}`);
  }

  processExited(): void {
    this.events.push("exited");
    this.#exited.resolve();
  }

  connectionLost(error: Error | null): void {
    this.error = error;
    this.events.push("lost");
    this.#finished.resolve();
  }
}
