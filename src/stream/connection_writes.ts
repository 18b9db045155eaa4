/**
 * The write side of a connection: promises for what a channel tells.
 *
 * @module
 */

import { byteLengthOf } from "../ffi/bytes.ts";
import { ERROR_IO_PENDING } from "../ffi/constants.ts";
import { windowsError } from "../ffi/errors.ts";
import type { Channel } from "./channel.ts";
import {
  type ChannelEnd,
  closeError,
  type DroppedBytesError,
} from "./close_deadline.ts";
import type { StreamTraits } from "./stream_traits.ts";
import { TurnOrder } from "./turn_budget.ts";
import type { WriteCallback, WriteWaiter } from "./write_queue.ts";

/** Writes to a channel, ends its write side, and knows what was lost. */
export class ConnectionWrites implements WriteWaiter {
  readonly #channel: Channel;
  readonly #traits: StreamTraits;
  readonly #turns: TurnOrder;
  /** Of the write that is being begun. */
  #length = 0;
  #owner: object | undefined;
  #promise: Promise<number> | undefined;
  #ending: Promise<void> | undefined;
  #loss: DroppedBytesError | undefined;

  /**
   * @param channel The channel.
   * @param traits What is known of the stream.
   */
  constructor(channel: Channel, traits: StreamTraits) {
    this.#channel = channel;
    this.#traits = traits;
    this.#turns = new TurnOrder(channel.port);
  }

  /** True when the write side is ended, or about to be. */
  get ended(): boolean {
    return this.#ending !== undefined;
  }

  /** What the close of the channel has dropped, if it has. */
  get loss(): DroppedBytesError | undefined {
    return this.#loss;
  }

  /**
   * Writes all bytes.
   *
   * @param data The caller's again when this returns.
   * @param owner Kept from being collected until they are.
   * @returns Their number, when they are written.
   * @throws {WindowsError} when Windows refuses at once.
   */
  write(data: Uint8Array<ArrayBuffer>, owner: object): Promise<number> {
    const length = byteLengthOf(data);
    this.#length = length;
    this.#owner = owner;
    try {
      return this.#begun(this.#channel.writer.write(data, this), length);
    } finally {
      this.#promise = this.#owner = undefined;
    }
  }

  /**
   * Waits until what was written before is with the kernel.
   *
   * @param owner Kept from being collected until it is.
   * @returns 0, when it is.
   * @throws {WindowsError} when the write side has failed.
   */
  mark(owner: object): Promise<number> {
    this.#length = 0;
    this.#owner = owner;
    try {
      return this.#begun(this.#channel.writer.mark(this.waitForWrite()), 0);
    } finally {
      this.#promise = this.#owner = undefined;
    }
  }

  /** Called by the write side: the promise is made when it is needed. */
  waitForWrite(): WriteCallback {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const length = this.#length;
    const owner = this.#owner;
    this.#promise = promise;
    return (code) => {
      void owner; // whoever waits keeps the connection
      if (code === 0) this.#turns.settle(resolve, length);
      else reject(this.#loss ?? this.error(code, "write"));
    };
  }

  /**
   * Ends the write side, behind what was written; once.
   *
   * @returns Resolves when that is with the kernel.
   */
  end(): Promise<void> {
    return this.#ending ??= this.#end();
  }

  /** @param end How the channel was closed. */
  onClosed(end: ChannelEnd | null): void {
    if (end === null) return;
    const { name, syscalls } = this.#traits;
    const what = { name, syscall: syscalls.write };
    this.#loss = closeError(this.#channel.port.api, end, what);
  }

  /**
   * Makes the error of a read or a write.
   *
   * @param code The Win32 code.
   * @param action What has failed.
   * @returns The error.
   */
  error(code: number, action: "read" | "write"): Error {
    const { name, syscalls } = this.#traits;
    const preposition = action === "read" ? "from" : "to";
    return windowsError(this.#channel.port.api, code, {
      syscall: syscalls[action],
      action: `Cannot ${action} ${preposition} ${name}`,
    });
  }

  async #end(): Promise<void> {
    await this.#start((done) => this.#channel.writer.end(done));
  }

  #begun(code: number, length: number): Promise<number> {
    if (code === 0) return this.#turns.end(length);
    if (code !== ERROR_IO_PENDING) throw this.error(code, "write");
    return this.#promise!;
  }

  #start(start: (done: WriteCallback) => number): Promise<void> | undefined {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const code = start((code) => {
      if (code === 0) resolve();
      else reject(this.#loss ?? this.error(code, "write"));
    });
    if (code === 0) return undefined;
    if (code !== ERROR_IO_PENDING) throw this.error(code, "write");
    return promise;
  }
}
