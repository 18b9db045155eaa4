/**
 * Flow control of a write buffer.
 *
 * @module
 */

import type { WriteBufferLimits, WriteBufferOptions } from "./protocol.ts";

const DEFAULT_HIGH_WATER = 65536;

/** The transport whose buffer is watched. */
export interface WriteFlowHost {
  /** How many bytes wait in it. */
  getWriteBufferSize(): number;
  /** Calls the protocol. */
  tellFlow(call: "pauseWriting" | "resumeWriting"): void;
}

/** Shared by all that have set none. */
const DEFAULT_LIMITS: WriteBufferLimits = resolveLimits({});

/**
 * Tells a protocol to pause when the write buffer of its transport is above the
 * high limit, and to resume when it is no more than the low one.
 */
export class WriteFlow {
  readonly #host: WriteFlowHost;
  #limits = DEFAULT_LIMITS;
  #paused = false;

  /** @param host The transport. */
  constructor(host: WriteFlowHost) {
    this.#host = host;
  }

  /** The limits, in bytes. */
  get limits(): WriteBufferLimits {
    return { ...this.#limits };
  }

  /**
   * Sets the limits, by asyncio's rules for what is not given.
   *
   * @param limits Bytes.
   * @throws {RangeError} when they are not integers with high >= low >= 0.
   */
  setLimits(limits: WriteBufferOptions): void {
    this.#limits = resolveLimits(limits);
    this.review();
  }

  /** Called whenever the number of bytes may have changed. */
  review(): void {
    const size = this.#host.getWriteBufferSize();
    if (!this.#paused && size > this.#limits.high) {
      this.#paused = true;
      this.#host.tellFlow("pauseWriting");
    } else if (this.#paused && size <= this.#limits.low) {
      this.#paused = false;
      this.#host.tellFlow("resumeWriting");
    }
  }
}

function resolveLimits(limits: WriteBufferOptions): WriteBufferLimits {
  const high = limits.high ??
    (limits.low === undefined ? DEFAULT_HIGH_WATER : 4 * limits.low);
  const low = limits.low ?? Math.floor(high / 4);
  if (
    Number.isInteger(high) && Number.isInteger(low) && high >= low && low >= 0
  ) {
    return { high, low };
  }
  throw new RangeError(
    `Cannot set write buffer limits high ${high}, low ${low}: ` +
      "they are not integers with high >= low >= 0",
  );
}
